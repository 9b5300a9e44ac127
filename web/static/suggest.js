// Suggestions below a search box, as the ARIA pattern "editable combobox with list autocomplete" describes it.
// The page works without this file.
"use strict";

const WAIT = 120; // ms after the last key

document.querySelectorAll("form.search").forEach((form) => {
  const input = form.querySelector("input[name=q]");
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "检索建议");
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let typed = input.value;
  let chosen = -1;
  let timer = 0;
  let asking = null;

  function forget() {
    window.clearTimeout(timer);
    if (asking) asking.abort();
  }

  function close() {
    forget();
    list.hidden = true;
    list.replaceChildren();
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(at) {
    // A question still on its way would take the chosen suggestion for typed text, or replace the list under it.
    forget();
    const options = list.children;
    if (chosen >= 0) options[chosen].removeAttribute("aria-selected");
    // One step beyond either end is what was typed.
    chosen = at < -1 ? options.length - 1 : at >= options.length ? -1 : at;
    if (chosen < 0) {
      input.value = typed;
      input.removeAttribute("aria-activedescendant");
      return;
    }
    options[chosen].setAttribute("aria-selected", "true");
    options[chosen].scrollIntoView({ block: "nearest" });
    input.value = options[chosen].textContent;
    input.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function show(suggestions) {
    list.replaceChildren(...suggestions.map((text, at) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${at}`;
      option.setAttribute("role", "option");
      option.textContent = text;
      return option;
    }));
    chosen = -1;
    list.hidden = suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    if (asking) asking.abort();
    if (!typed.trim()) {
      close();
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(typed.slice(0, 50))}`, { signal: asking.signal });
      if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
    } catch (error) {
      // Superseded by the next key, or no network. The form works without suggestions.
    }
  }

  function later() {
    typed = input.value;
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, WAIT);
  }

  input.addEventListener("input", (event) => {
    // Letters of a syllable still being composed are not a search yet; compositionend follows.
    if (!event.isComposing) later();
  });
  input.addEventListener("compositionend", later);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.value = typed;
      close();
    }
  });
  input.addEventListener("blur", close);
  form.addEventListener("submit", close);
  // Runs before the box loses focus, which would close the list.
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (!option) return;
    input.value = option.textContent;
    form.requestSubmit();
  });
});
