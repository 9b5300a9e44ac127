// Who asks for what goes from the page when it is left, so that a way back through the browser's pages shows nothing.
"use strict";

addEventListener("pagehide", () => {
  for (const each of document.querySelectorAll("[data-persons]")) each.replaceChildren();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.replace(location.pathname.replace(/\/(persons|searches\b.*)$/, ""));
});
