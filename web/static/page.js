// What scripts add to a page: printing, reading aloud, jumping between marked places, keys.
"use strict";

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// "Print all" on a part of a long text leads here.
if (location.hash === "#print") {
  history.replaceState(null, "", location.pathname + location.search);
  window.addEventListener("load", () => window.print());
}

// The filters start folded on a narrow screen; on a wide one the visitor may fold them.
const fold = document.querySelector(".fold");
if (fold) {
  fold.classList.add("folds");
  fold.open = window.matchMedia("(min-width: 921px)").matches;
  fold.addEventListener("toggle", () => fold.closest(".search-layout").classList.toggle("folded", !fold.open));
}

// What is beside a text is open where there is room for it, and all of it on paper.
const beside = Array.from(document.querySelectorAll(".beside details"));
const wide = window.matchMedia("(min-width: 1161px)").matches;
beside.forEach((each) => { each.open = wide && "wide" in each.dataset; });
const entry = document.querySelector(".contents a[href^='#']");
if (wide && entry) entry.closest("ol").scrollTop = entry.offsetTop - entry.closest("ol").offsetTop;
window.addEventListener("beforeprint", () => beside.forEach((each) => { each.open = true; }));

// Copying. Where the page is not served over TLS the clipboard is reached by selecting, which also shows what is copied.
document.querySelectorAll("[data-copy]").forEach((button) => {
  const label = button.textContent;
  button.hidden = document.documentElement.classList.contains("terminal");
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    let copied = false;
    try {
      await navigator.clipboard.writeText(source.textContent);
      copied = true;
    } catch (refused) {
      window.getSelection().selectAllChildren(source);
      copied = document.execCommand("copy");
    }
    button.textContent = copied ? "已复制" : "已选中，请按 Ctrl+C 复制";
    window.setTimeout(() => { button.textContent = label; }, 4000);
  });
});

// A table that does not scroll needs no hint that it does.
document.querySelectorAll(".slide").forEach((hint) => {
  const frame = hint.nextElementSibling;
  hint.hidden = frame.scrollWidth <= frame.clientWidth;
});

// Reading aloud, if the browser has a voice for Chinese.
document.querySelectorAll("[data-read]").forEach((button) => {
  const speech = window.speechSynthesis;
  const text = document.querySelector(button.dataset.read);
  if (!speech || !text) return;
  const label = button.textContent;
  const LONGEST = 180; // characters; Chromium falls silent in longer ones

  function offer() {
    button.hidden = !speech.getVoices().some((voice) => /^(zh|cmn)/i.test(voice.lang));
  }

  function stop() {
    speech.cancel();
    button.textContent = label;
  }

  function pieces() {
    return Array.from(text.querySelectorAll("p, h3, h4, h5, h6, td, th")).flatMap((element) =>
      element.textContent.match(new RegExp(`[^。！？；]{1,${LONGEST}}[。！？；]?`, "g")) || []);
  }

  offer();
  speech.addEventListener("voiceschanged", offer);
  button.addEventListener("click", () => {
    if (speech.speaking) {
      stop();
      return;
    }
    const said = pieces();
    if (!said.length) return;
    button.textContent = "停止朗读";
    said.forEach((piece, at) => {
      const utterance = new SpeechSynthesisUtterance(piece);
      utterance.lang = "zh-CN";
      if (at === said.length - 1) utterance.addEventListener("end", stop);
      speech.speak(utterance);
    });
  });
  window.addEventListener("pagehide", () => speech.cancel());
});

// Jump between places with searched words by buttons after their list, and by the keys N and P while focus is in that
// list or on a place. Nowhere else: a letter typed by voice must not move the page (WCAG 2.1.4).
const places = Array.from(document.querySelectorAll("[id^=m]")).filter((element) => /^m\d+$/.test(element.id));
const sought = document.getElementById("at");
let place = places.findIndex((element) => `#${element.id}` === location.hash || element.contains(sought));

// Beyond the last place of a page the next one is on another page of the text.
function go(step) {
  const last = places.length - 1;
  const next = place < 0 && step < 0 ? last : place + step;
  const elsewhere = document.querySelector(step > 0 ? "[data-after]" : "[data-before]");
  if (elsewhere && (next < 0 || next > last)) {
    elsewhere.click();
    return;
  }
  if (!places.length) return;
  place = (next + places.length) % places.length;
  places[place].focus({ preventScroll: true });
  places[place].scrollIntoView({ block: "center" });
}

const list = document.querySelector(".marks");
if (list && (places.length > 1 || list.querySelector(".elsewhere"))) {
  const bar = document.createElement("p");
  bar.className = "steps";
  [["上一处", -1], ["下一处", 1]].forEach(([label, step]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain-button";
    button.textContent = label;
    button.addEventListener("click", () => go(step));
    bar.append(button);
  });
  list.firstElementChild.after(bar);
}

document.addEventListener("keydown", (event) => {
  const box = document.querySelector("input[name=q]");
  if (event.key === "/" && event.ctrlKey && box) {
    event.preventDefault();
    box.focus();
    return;
  }
  const among = event.target.closest(".marks") || places.includes(event.target);
  if (!among || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const step = { n: 1, p: -1 }[event.key.toLowerCase()];
  if (step) go(step);
});
