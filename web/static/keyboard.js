// An on-screen keyboard for a terminal without a keyboard or input method: pinyin, whole words and sentences at a time.
// What is converted is the letters beside the caret, wherever it is put. Nothing of what is typed is kept or learnt.
// What it knows of the language and of this site is fetched when it is opened.

const ROWS = [
  ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "退格"],
  ["q", "w", "e", "r", "t", "y", "u", "i", "o", "p"],
  ["a", "s", "d", "f", "g", "h", "j", "k", "l", "检索"],
  ["拼音", "z", "x", "c", "v", "b", "n", "m", "'", "-"],
  ["\"", ":", ".", "〔", "〕", "号", "OR", "空格", "←", "→", "清空", "收起"],
];
const SPOKEN = { "'": "隔音符号", "-": "减号", "\"": "引号", ":": "冒号", ".": "点", "〔": "左六角括号", "〕": "右六角括号", OR: "或者", "←": "光标左移", "→": "光标右移" };
const LETTERS = ["拼音", "abc", "ABC"];
const LONGEST = 60; // letters that are converted at once

function fetched(address) {
  return fetch(address).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  });
}

document.querySelectorAll("form.search").forEach((form) => {
  const input = form.querySelector("input[name=q]");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain-button keyboard-button";
  button.textContent = "屏幕键盘";
  button.setAttribute("aria-expanded", "false");
  form.append(button);
  let place = null;
  let offered = null;
  let letters = LETTERS[0];
  let convert = null;

  const opened = () => Boolean(place) && !place.hidden;

  // The letters beside the caret.
  function composed() {
    const at = input.selectionStart;
    if (letters !== LETTERS[0] || at !== input.selectionEnd) return null;
    const start = at - input.value.slice(0, at).match(/[a-z']*$/)[0].length;
    const end = at + input.value.slice(at).match(/^[a-z']*/)[0].length;
    return /[a-z]/.test(input.value.slice(start, end)) && end - start <= LONGEST ? { start, end, typed: input.value.slice(start, end) } : null;
  }

  function told() {
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function write(text, start, end) {
    input.setRangeText(text, start, end, "end");
    told();
  }

  function take(candidate) {
    const place = composed();
    if (place) write(candidate.text, place.start, place.start + candidate.size);
  }

  // Take the likeliest for the letters beside the caret; if it is for the first of them only, where a part will do.
  function settle(part) {
    const place = convert && composed();
    const best = place && convert(place.typed)[0];
    if (best && (part || best.size === place.typed.length)) take(best);
    return Boolean(best);
  }

  function offer() {
    if (!opened() || !convert) return;
    const place = composed();
    offered.replaceChildren(...(place ? convert(place.typed) : []).map((candidate) => {
      const choice = document.createElement("button");
      choice.type = "button";
      choice.textContent = candidate.text;
      choice.addEventListener("click", () => take(candidate));
      return choice;
    }));
    offered.scrollLeft = 0;
    offered.classList.remove("all");
  }

  function press(key) {
    const { selectionStart: start, selectionEnd: end } = input;
    if (key === "退格") {
      // A character beyond the first 65,536 is two units.
      const size = start === end ? (/[\udc00-\udfff]$/.test(input.value.slice(0, start)) ? 2 : 1) : 0;
      write("", Math.max(0, start - size), end);
    } else if (key === "←" || key === "→") {
      const to = Math.min(input.value.length, Math.max(0, key === "←" ? start - 1 : end + 1));
      input.setSelectionRange(to, to);
      offer();
    } else if (key === "检索") {
      form.requestSubmit();
    } else if (key === "清空") {
      write("", 0, input.value.length);
    } else if (key === "收起") {
      close();
    } else if (key === "空格") {
      if (!settle(true)) write(" ", start, end);
    } else if (key === "OR") {
      settle(false);
      write(" OR ", input.selectionStart, input.selectionEnd);
    } else {
      write(letters === "ABC" ? key.toUpperCase() : key, start, end);
    }
  }

  function keyOf(name) {
    const key = document.createElement("button");
    key.type = "button";
    key.dataset.key = name;
    key.textContent = name;
    if (SPOKEN[name]) key.setAttribute("aria-label", SPOKEN[name]);
    key.addEventListener("click", () => {
      if (name !== "拼音") {
        press(name);
        return;
      }
      letters = LETTERS[(LETTERS.indexOf(letters) + 1) % LETTERS.length];
      key.textContent = letters;
      place.classList.toggle("capital", letters === "ABC");
      offer();
    });
    return key;
  }

  function drawn() {
    const box = document.createElement("div");
    box.className = "keyboard";
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "拼音键盘");
    box.innerHTML = '<div class="choices"><div class="offered" role="group" aria-label="候选字词"></div><button type="button" class="more">更多</button></div>';
    ROWS.forEach((names) => {
      const row = document.createElement("div");
      row.className = "row";
      row.append(...names.map(keyOf));
      box.append(row);
    });
    box.querySelector(".more").addEventListener("click", () => offered.classList.toggle("all"));
    // The caret stays in the box.
    box.addEventListener("mousedown", (event) => event.preventDefault());
    return box;
  }

  async function learn() {
    try {
      const [code, language, site] = await Promise.all([
        import("./keyboard/convert.js"),
        fetched(new URL("./keyboard/language.json", import.meta.url)),
        fetched("/keyboard.json").catch(() => ({})),
      ]);
      convert = code.converter(language, site);
      offer();
    } catch (error) {
      offered.textContent = "拼音暂时不能转换成汉字。请收起键盘再打开，或者告诉工作人员。";
    }
  }

  async function open() {
    button.setAttribute("aria-expanded", "true");
    document.body.classList.add("has-keyboard");
    if (!place) {
      place = drawn();
      offered = place.querySelector(".offered");
      document.body.append(place);
    }
    place.hidden = false;
    // No second keyboard of the system's.
    input.setAttribute("inputmode", "none");
    input.focus({ preventScroll: true });
    // The suggestions are shown below the box and above the keyboard.
    form.scrollIntoView({ block: "start" });
    if (!convert) await learn();
  }

  function close() {
    place.hidden = true;
    input.removeAttribute("inputmode");
    button.setAttribute("aria-expanded", "false");
    document.body.classList.remove("has-keyboard");
  }

  button.addEventListener("click", () => (opened() ? close() : open()));
  ["input", "click", "keyup", "focus"].forEach((name) => input.addEventListener(name, offer));
  form.addEventListener("submit", () => { if (opened()) settle(false); });
});
