// At a public query terminal, nothing of one person's visit is left for the next. Pages replace each other, so there is
// nothing to go back to. After three minutes without input the page asks whether anybody is there, and then forgets.
"use strict";

const IDLE = 180; // seconds without input
const COUNTDOWN = 30; // seconds to answer
const REFRESH = 600; // seconds after which a first page that nobody touched is fetched anew
const SLEPT = 60; // seconds by which the clock runs ahead after the machine was asleep
// Seconds are counted by a clock that nobody sets. It may stand still while the machine is asleep.
let seen = performance.now();
let ahead = new Date() - performance.now();
let asking = null;
// The first page after forgetting, until somebody touches it. There is nothing to forget and nobody to ask.
let untouched = location.pathname === "/forget";

// Follow a plain click within the current history entry.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (link.getAttribute("href").startsWith("#")) {
    // A jump within the page leaves no entry either.
    event.preventDefault();
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) {
      target.scrollIntoView();
      // A heading takes focus only by script.
      if (target.tabIndex < 0) target.tabIndex = -1;
      target.focus();
    }
    return;
  }
  event.preventDefault();
  if (link.pathname === "/forget") forget();
  else if (link.origin === location.origin) location.replace(link.href);
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(event.target);
  // As a browser does it: the button that was pressed is a field, and the place on the page comes last.
  if (event.submitter && event.submitter.name) fields.append(event.submitter.name, event.submitter.value);
  const there = new URL(event.target.getAttribute("action"), location.href);
  there.search = new URLSearchParams(fields);
  location.replace(there.href);
});

function forget() {
  try {
    sessionStorage.clear();
    localStorage.clear();
  } catch (error) {
    // A browser that keeps nothing has nothing to clear.
  }
  location.replace("/forget");
}

function ask() {
  const dialog = document.createElement("div");
  dialog.className = "still-there";
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-modal", "true");
  dialog.setAttribute("aria-labelledby", "still-there");
  dialog.innerHTML = '<div><h2 id="still-there">还在使用吗？</h2><p><span aria-live="polite"></span>秒后回到首页，并清除您的检索内容。</p><button type="button" class="plain-button">继续使用</button></div>';
  document.body.append(dialog);
  const before = document.activeElement;
  dialog.querySelector("button").focus();
  return { dialog, before, shown: dialog.querySelector("span") };
}

function close() {
  if (!asking) return;
  asking.dialog.remove();
  if (asking.before) asking.before.focus();
  asking = null;
}

function noticed() {
  seen = performance.now();
  untouched = false;
}

["pointerdown", "touchstart", "input"].forEach((name) => document.addEventListener(name, noticed, { passive: true }));

// Input that answers the question does nothing else: the question covers the page until the click arrives, so that the
// finger follows no link below it, and Enter sends no search.
["click", "wheel", "keydown"].forEach((name) =>
  document.addEventListener(name, (event) => {
    noticed();
    if (!asking) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    close();
  }, { capture: true, passive: false }));

window.setInterval(() => {
  const now = performance.now();
  const drift = new Date() - now;
  // Whoever wakes the machine may be somebody else: ask at once. A clock set forward looks the same, one set back doesn't.
  if (drift - ahead > SLEPT * 1000) seen = Math.min(seen, now - IDLE * 1000);
  ahead = drift;
  const idle = (now - seen) / 1000;
  if (untouched) {
    if (idle >= REFRESH) forget();
    return;
  }
  if (idle < IDLE) {
    // A finger dragged over the question makes no click.
    if (idle >= 1) close();
    return;
  }
  if (idle >= IDLE + COUNTDOWN) {
    forget();
    return;
  }
  if (!asking) asking = ask();
  // Spoken at intervals, not every second.
  const left = Math.ceil(IDLE + COUNTDOWN - idle);
  asking.shown.setAttribute("aria-live", left % 10 === 0 ? "polite" : "off");
  asking.shown.textContent = `${left} `;
}, 1000);

// A page restored from the browser's cache must not show what an earlier person saw.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace("/forget");
});

if (location.pathname === "/forget") history.replaceState(null, "", "/");

// While the server can't be reached, a page kept by the terminal says so. Browsers allow that over TLS only.
if (navigator.serviceWorker) navigator.serviceWorker.register("/terminal-worker.js").catch(() => {});
