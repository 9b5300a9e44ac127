// Bringing files in: files may be dropped, and each shows how much of it has been sent. A job's page follows by itself.
// The pages work without this file.
"use strict";

const form = document.getElementById("bring");
if (form) {
  const input = form.querySelector("input[type=file]");
  const chosen = document.getElementById("chosen");
  const refused = document.getElementById("refused");
  const button = form.querySelector("button:not([type=button])");
  const limits = { file: Number(form.dataset.fileSize), all: Number(form.dataset.size), most: Number(form.dataset.most) };
  let files = [];
  let bars = [];
  form.querySelector(".scripted").hidden = false;
  // Its label stands for the control, whose words are in the browser's own language.
  form.classList.add("drops");

  function tell(sentence) {
    refused.textContent = sentence;
    refused.hidden = !sentence;
    if (sentence) refused.scrollIntoView({ block: "nearest" });
  }

  function size(bytes) {
    return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
  }

  function together() {
    return form.elements.how.value === "together" && files.length > 1;
  }

  // The input has what is shown, so that the form sends the same with and without this file.
  function keep(now) {
    files = now;
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    input.files = transfer.files;
    show();
  }

  function small(label, file, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "plain-button";
    made.textContent = label;
    made.setAttribute("aria-label", `${label}：${file.name}`);
    made.addEventListener("click", act);
    return made;
  }

  function show() {
    bars = [];
    chosen.replaceChildren(
      ...files.map((file, at) => {
        const line = document.createElement("li");
        const name = document.createElement("span");
        name.textContent = `${file.name}（${size(file.size)}）${together() ? (at ? "附件" : "正文") : ""}`;
        const bar = document.createElement("progress");
        bar.max = 1;
        bar.value = 0;
        bar.hidden = true;
        bar.setAttribute("aria-label", `已发送：${file.name}`);
        bars.push(bar);
        line.append(name, " ", bar);
        if (at && together()) line.append(small("设为正文", file, () => keep([file, ...files.filter((each) => each !== file)])));
        line.append(small("移除", file, () => keep(files.filter((each) => each !== file))));
        return line;
      }),
    );
    tell(problem());
  }

  function problem() {
    const large = files.find((file) => file.size > limits.file);
    if (large) return `“${large.name}”超过 ${size(limits.file)}，请移除或者压缩后再提交。`;
    const all = files.reduce((sum, file) => sum + file.size, 0);
    if (all > limits.all) return `合计 ${size(all)}，超过 ${size(limits.all)}，请分几次提交。`;
    if (files.length > limits.most) return `一次不超过 ${limits.most} 个，请分几次提交。`;
    return "";
  }

  input.addEventListener("change", () => keep([...input.files]));
  form.querySelectorAll("[name=how]").forEach((each) => each.addEventListener("change", show));
  ["dragover", "drop"].forEach((name) =>
    document.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.toggle("over", name === "dragover");
      if (name !== "drop" || button.disabled) return;
      // A folder comes as a file that can't be read.
      const dropped = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      const folders = dropped.filter((item) => item.webkitGetAsEntry()?.isDirectory);
      keep([...files, ...dropped.filter((item) => !folders.includes(item)).map((item) => item.getAsFile())]);
      if (folders.length) tell("文件夹不能直接拖放，请打开文件夹，选择其中的文件，或者压缩成 zip。");
    }),
  );
  document.addEventListener("dragleave", () => form.classList.remove("over"));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (problem()) {
      tell(problem());
      return;
    }
    const sending = new XMLHttpRequest();
    button.disabled = true;
    button.textContent = "正在发送……";
    bars.forEach((bar) => (bar.hidden = false));
    // The files are sent one after another: what is sent so far says how much of each.
    sending.upload.addEventListener("progress", (sent) => {
      let left = sent.loaded - Math.max(0, sent.total - files.reduce((sum, file) => sum + file.size, 0));
      files.forEach((file, at) => {
        bars[at].value = file.size ? Math.min(1, Math.max(0, left) / file.size) : 1;
        left -= file.size;
      });
    });
    const failed = (sentence) => {
      button.disabled = false;
      button.textContent = "提交";
      bars.forEach((bar) => (bar.hidden = true));
      tell(sentence);
    };
    sending.addEventListener("load", () => {
      if (sending.status === 200 && new URL(sending.responseURL).pathname.startsWith("/bring/")) {
        window.location.assign(sending.responseURL);
        return;
      }
      const page = new DOMParser().parseFromString(sending.responseText, "text/html");
      const said = page.querySelector("[role=alert]:not([hidden])")?.textContent;
      const plain = sending.getResponseHeader("Content-Type")?.startsWith("text/plain") ? sending.responseText : "";
      failed(said || plain || "没有接收：登录已经结束。请刷新这一页，登录后再选择文件提交。");
    });
    sending.addEventListener("error", () => failed("没有发送完，没有接收。请检查网络后再提交。"));
    sending.open("POST", form.action);
    sending.send(new FormData(form));
  });

  // After “back” a browser still has the files of before.
  window.addEventListener("pageshow", () => {
    if (input.files.length) keep([...input.files]);
  });
}

const job = document.getElementById("job");
if (job) {
  const PAUSE = 1500; // ms; shorter at first, since most is done at once
  const LONGEST = 30 * 60 * 1000; // ms, so that a page that was left open keeps nobody signed in for ever
  const began = performance.now(); // not the time of day, which may be set back
  let pause = 250;
  const follow = async () => {
    if (!("open" in job.dataset) || performance.now() - began > LONGEST) return;
    try {
      const answer = await fetch(window.location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("job");
      // What came of it has a page of its own.
      if (!fresh && answer.ok) {
        window.location.replace(answer.url);
        return;
      }
      // Whoever types into one of its forms keeps it as it is.
      if (fresh && !job.contains(document.activeElement)) {
        job.replaceChildren(...fresh.childNodes);
        if ("open" in fresh.dataset) job.dataset.open = "1";
        else delete job.dataset.open;
      }
    } catch {
      // The network fails now and then.
    }
    pause = Math.min(PAUSE, pause * 1.5);
    window.setTimeout(follow, pause);
  };
  window.setTimeout(follow, pause);
}
