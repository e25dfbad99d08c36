// "Hari ini": keys for the buttons, a scanner that works wherever the focus is, and how fresh the list is.
// Without this file the page works the same, by pressing; it then refreshes with the page only.
(() => {
  "use strict";

  // A scanner types a whole code within milliseconds; nobody's finger does.
  const SCANNER_GAP = 60;
  const SHORTEST_CODE = 8;
  const STALE_AFTER = 15000;

  let typed = "";
  let timer = 0;

  const isTyping = (element) =>
    element.matches("select, textarea, [contenteditable], input:not([type=radio], [type=checkbox])");

  // Whoever dictates, or brushes against keys, switches them off (WCAG 2.1.4); this browser remembers it.
  const desk = document.querySelector(".desk");
  const keys = document.getElementById("keys");
  const showKeys = () => desk.classList.toggle("keys-off", !keys.checked);
  keys.checked = localStorage.getItem("keys") !== "off";
  keys.parentElement.hidden = false;
  keys.addEventListener("change", () => {
    localStorage.setItem("keys", keys.checked ? "on" : "off");
    showKeys();
  });
  showKeys();

  const press = (key) => {
    if (!keys.checked) return;
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target || target.disabled) return;
    if (target.matches("a")) {
      const form = document.querySelector(target.getAttribute("href"));
      form.scrollIntoView({ block: "nearest" });
      (form.querySelector("input:checked, input[type=radio]") || form).focus();
    } else if (target.matches("button")) {
      target.click();
    } else {
      target.focus();
      if (target.type === "radio") target.checked = true;
      if (target.type === "text") target.select();
    }
  };

  // One key is a command once no other follows at a scanner's pace.
  const settle = () => {
    const keys = typed;
    typed = "";
    if (keys.length === 1) press(keys.toLowerCase());
  };

  const scanned = () => {
    const form = document.getElementById("check-in");
    if (!form || typed.length < SHORTEST_CODE) return false;
    form.elements.code.value = typed;
    typed = "";
    form.requestSubmit();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isTyping(event.target)) {
      event.target.blur();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
    // A scanner presses Shift before each capital letter.
    if (event.key === "Shift" || event.key === "CapsLock") return;
    clearTimeout(timer);
    if (event.key === "Enter" && scanned()) {
      event.preventDefault();
      return;
    }
    if (event.key.length !== 1 || event.key === " ") {
      settle();
      return;
    }
    typed += event.key;
    timer = setTimeout(settle, SCANNER_GAP);
  });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  const fresh = document.getElementById("fresh");
  const list = document.getElementById("line");
  if (!fresh || !list) return;
  let version = "";
  let servedAt = (fresh.textContent.match(/\d\d\.\d\d\.\d\d/) || [""])[0];
  let heardAt = Date.now();

  const say = (words) => { fresh.textContent = words.replace("{time}", servedAt); };

  document.body.addEventListener("htmx:configRequest", (event) => {
    if (version) event.detail.headers["If-None-Match"] = version;
  });

  // An answer without the office's time is a sign-in page or an error: the list stays as it is.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    const time = answer.getResponseHeader("X-Served-At");
    event.detail.shouldSwap = Boolean(time) && answer.status === 200;
    if (!time) return;
    version = answer.getResponseHeader("ETag") || "";
    servedAt = time;
    heardAt = Date.now();
    fresh.classList.remove("fresh-stale");
    say(fresh.dataset.fresh);
  });

  setInterval(() => {
    if (Date.now() - heardAt < STALE_AFTER) return;
    fresh.classList.add("fresh-stale");
    say(fresh.dataset.stale);
  }, 1000);
})();
