// The supervisor's page: its figures refresh by themselves, and it says how fresh they are.
// Without this file the page shows the day as it was when it came.
(() => {
  "use strict";

  const STALE_AFTER = 30000;
  const part = document.getElementById("now");
  const fresh = document.getElementById("fresh");
  let version = "";
  let servedAt = (fresh.textContent.match(/\d\d\.\d\d\.\d\d/) || [""])[0];
  let heardAt = Date.now();

  const say = (words) => { fresh.textContent = words.replace("{time}", servedAt); };

  document.body.addEventListener("htmx:configRequest", (event) => {
    if (version) event.detail.headers["If-None-Match"] = version;
  });

  // An answer without the office's time is a sign-in page or an error: the figures stay as they are.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    const time = answer.getResponseHeader("X-Served-At");
    // Buttons and tables are not taken from under a finger: the part is asked for again.
    const inUse = part.contains(document.activeElement);
    event.detail.shouldSwap = Boolean(time) && answer.status === 200 && !inUse;
    if (!time || (inUse && answer.status === 200)) return;
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
