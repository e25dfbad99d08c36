// "Hari ini": keys for the buttons, a scanner that works wherever the focus is, and how fresh the list is.
// Without this file the page works the same, by pressing; it then refreshes with the page only.
(() => {
  "use strict";

  // A scanner types a whole code within milliseconds; nobody's finger does.
  const SCANNER_GAP = 60;
  const SHORTEST_CODE = 8;
  const STALE_AFTER = 15000;
  const ANSWER_WITHIN = 8000;

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

  // To the first field or button of a part of the page, once it shows.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-key][href^='#']");
    if (!link) return;
    event.preventDefault();
    location.hash = link.hash;
    const part = document.querySelector(link.hash);
    const first = "input:checked, input[type=radio], select, button:not([disabled])";
    (part.querySelector(first) || part).focus();
    part.scrollIntoView({ block: "nearest" });
  });

  const press = (key) => {
    if (!keys.checked) return;
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target || target.disabled) return;
    if (target.matches("a, button")) {
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

  const trouble = document.getElementById("trouble");
  const aside = document.getElementById("aside-list");
  const tell = (what) => {
    const words = document.getElementById("trouble-words");
    if (!trouble || words.textContent === words.dataset[what]) return;
    words.textContent = words.dataset[what];
    trouble.hidden = false;
  };

  // Whether the portal answers now, for somebody still signed in: true, false for the sign-in page, null for nothing.
  const answers = async () => {
    try {
      const answer = await fetch(aside.getAttribute("hx-get"), { signal: AbortSignal.timeout(ANSWER_WITHIN) });
      return answer.status < 500 ? answer.headers.has("X-Served-At") : null;
    } catch {
      return null;
    }
  };

  // The button's own name and value go with the form, which is sent from here.
  const send = (form, button) => {
    if (button?.name) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
      form.append(field);
    }
    form.submit();
  };

  // A form is sent once, however often its button is pressed, and only while the portal answers: on a network that
  // is gone the browser would put its own page in the place of everything that was typed.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.method !== "post" || !aside) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    const there = await answers();
    if (there) {
      send(form, event.submitter);
    } else {
      delete form.dataset.sent;
      tell(there === null ? "network" : "refused");
    }
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // How long the last action may be taken back, counted from when the page came: no clock of the desk is asked.
  const undo = document.querySelector("[data-seconds]");
  if (undo) {
    const until = performance.now() + undo.dataset.seconds * 1000;
    const left = undo.querySelector("small");
    const count = setInterval(() => {
      const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      left.textContent = left.textContent.replace(/\d+/, seconds);
      if (seconds) return;
      undo.disabled = true;
      clearInterval(count);
    }, 1000);
  }

  const fresh = document.getElementById("fresh");
  const list = document.getElementById("line");
  if (!fresh || !list) return;
  const versions = new Map();
  let servedAt = (fresh.textContent.match(/\d\d\.\d\d\.\d\d/) || [""])[0];
  let heardAt = Date.now();

  const say = (words) => { fresh.textContent = words.replace("{time}", servedAt); };

  document.body.addEventListener("htmx:configRequest", (event) => {
    const version = versions.get(event.detail.elt.id);
    if (version) event.detail.headers["If-None-Match"] = version;
  });

  // An answer without the office's time is a sign-in page or an error: the list stays as it is.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    const time = answer.getResponseHeader("X-Served-At");
    const part = event.detail.target;
    // Buttons are not taken from under a finger: that part is asked for again.
    const inUse = part === aside && part.contains(document.activeElement);
    event.detail.shouldSwap = Boolean(time) && answer.status === 200 && !inUse;
    if (!time) return;
    if (!inUse) versions.set(part.id, answer.getResponseHeader("ETag") || "");
    const sending = document.querySelector("form[data-sent]");
    const own = answer.getResponseHeader("X-Own-State");
    if (!sending && own !== desk.dataset.ownState) tell("old");
    // The time beside the list is that of the list, whatever other part still refreshes.
    if (part !== list) return;
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
