// The page of a terminal that is cut off: forget who was here, and come back as soon as the server answers.
"use strict";

const EVERY = 5000; // ms

try {
  sessionStorage.clear();
  localStorage.clear();
} catch (error) {
  // A browser that keeps nothing has nothing to clear.
}

async function look() {
  const asking = new AbortController();
  const late = window.setTimeout(() => asking.abort(), EVERY);
  try {
    const answer = await fetch("/offline", { cache: "no-store", signal: asking.signal });
    if (answer.ok || answer.status === 404) location.replace("/forget");
  } catch (error) {
    // Still cut off.
  } finally {
    window.clearTimeout(late);
  }
  window.setTimeout(look, EVERY);
}

window.setTimeout(look, EVERY);
window.addEventListener("online", look);
