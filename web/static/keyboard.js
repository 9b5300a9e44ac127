// An on-screen keyboard for a terminal without a keyboard or input method: pinyin, with characters and words to choose.
// The library and its table are fetched when it is opened.

const words = "/keyboard.json";

document.querySelectorAll("form.search").forEach((form) => {
  const input = form.querySelector("input[name=q]");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain-button keyboard-button";
  button.textContent = "屏幕键盘";
  button.setAttribute("aria-expanded", "false");
  form.append(button);
  let keyboard = null;
  let place = null;

  async function open() {
    const [library, chinese, more] = await Promise.all([
      import("./keyboard/simple-keyboard.js"),
      import("./keyboard/chinese.js"),
      fetch(words).then((answer) => (answer.ok ? answer.json() : {})).catch(() => ({})),
    ]);
    if (!document.querySelector("link[data-keyboard]")) {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = new URL("./keyboard/simple-keyboard.css", import.meta.url).href;
      style.dataset.keyboard = "";
      document.head.append(style);
    }
    place = document.createElement("div");
    place.className = "keyboard";
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", "拼音键盘");
    const keys = document.createElement("div");
    keys.className = "simple-keyboard";
    place.append(keys);
    document.body.append(place);
    const candidates = { ...chinese.default.layoutCandidates };
    Object.entries(more).forEach(([reading, said]) => {
      candidates[reading] = candidates[reading] ? `${said} ${candidates[reading]}` : said;
    });
    keyboard = new library.SimpleKeyboard(keys, {
      layout: {
        default: ["1 2 3 4 5 6 7 8 9 0 {bksp}", "q w e r t y u i o p", "a s d f g h j k l {enter}", "z x c v b n m 〔 〕 号 -", "{clear} {space} {close}"],
      },
      display: { "{bksp}": "退格", "{enter}": "检索", "{space}": "空格", "{clear}": "清空", "{close}": "收起" },
      layoutCandidates: candidates,
      layoutCandidatesPageSize: 8,
      disableCaretPositioning: true,
      useButtonTag: true,
      preventMouseDownDefault: true,
      onChange: (typed) => {
        input.value = typed;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      },
      onKeyPress: (key) => {
        if (key === "{enter}") form.requestSubmit();
        if (key === "{close}") close();
        if (key === "{clear}") {
          keyboard.clearInput();
          input.value = "";
          input.dispatchEvent(new Event("input", { bubbles: true }));
        }
      },
    });
    keyboard.setInput(input.value);
    input.addEventListener("input", () => keyboard.setInput(input.value));
  }

  function close() {
    if (place) place.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.body.classList.remove("has-keyboard");
  }

  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-expanded") === "true") {
      close();
      return;
    }
    button.setAttribute("aria-expanded", "true");
    document.body.classList.add("has-keyboard");
    if (!keyboard) await open();
    place.hidden = false;
    input.focus({ preventScroll: true });
    // The suggestions are shown below the box and above the keyboard.
    form.scrollIntoView({ block: "start" });
  });
});
