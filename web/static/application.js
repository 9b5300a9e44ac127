// The form for requests: all of a long text is printed, and nothing is left behind.
"use strict";

const fields = document.querySelectorAll(".field input, .field textarea");

// A text area prints only what it shows. Newer browsers let it grow by style.
if (!CSS.supports("field-sizing", "content")) {
  document.querySelectorAll(".field textarea").forEach((area) => {
    area.addEventListener("input", () => {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight + 2}px`;
    });
  });
}

function empty() {
  fields.forEach((field) => {
    if (field.type === "radio") field.checked = false;
    else field.value = "";
    field.style.height = "";
  });
}

document.querySelectorAll("[data-empty]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    empty();
    fields[0].focus();
  });
});

document.querySelectorAll("[data-scriptless]").forEach((hint) => {
  hint.hidden = true;
});

// Whoever comes back finds it empty, also where a browser keeps the page as it was left.
window.addEventListener("pagehide", empty);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) empty();
});
