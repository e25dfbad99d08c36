// The page of a queue number: asks for what changed. Without this file the page loads itself again.
(() => {
  "use strict";

  const EVERY = 10000;
  const STALE_AFTER = 45000;
  const part = document.getElementById("ticket");
  const stale = document.getElementById("stale");
  let version = "";
  let served = "";
  let heardAt = performance.now();

  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.part, {
        headers: version ? { "If-None-Match": version } : {},
        cache: "no-store",
      });
      const time = answer.headers.get("X-Served-At");
      if (!time) return; // an error, or what a strange network answers in our place
      if (answer.status === 200) part.innerHTML = await answer.text();
      version = answer.headers.get("ETag") || "";
      served = time.slice(0, 5);
      heardAt = performance.now();
    } catch {
      // No network: the line below says since when.
    } finally {
      stale.hidden = !served || performance.now() - heardAt < STALE_AFTER;
      stale.textContent = stale.dataset.stale.replace("{time}", served);
    }
  };

  document.addEventListener("visibilitychange", ask);
  ask();
  setInterval(ask, EVERY);
})();
