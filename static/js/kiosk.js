// A kiosk goes back to its start when nobody touches it, says so ten seconds before, and prints. Without this file the
// pages refresh to the start after a longer time.
(() => {
  "use strict";

  const WARNING = 10000;
  const idle = Number(document.body.dataset.idle) * 1000;
  const again = document.getElementById("again");
  const line = document.getElementById("idle");
  let warn;
  let leave;

  const stay = () => {
    clearTimeout(warn);
    clearTimeout(leave);
    line.textContent = "";
    line.classList.remove("is-on");
    warn = setTimeout(() => {
      line.textContent = line.dataset.words;
      line.classList.add("is-on");
    }, idle - WARNING);
    leave = setTimeout(() => again.submit(), idle);
  };

  if (idle) {
    for (const sign of ["pointerdown", "keydown", "input", "scroll"]) {
      document.addEventListener(sign, stay, { passive: true });
    }
    // Coming back from the printing dialogue counts as a touch, and so does the back button.
    window.addEventListener("afterprint", stay);
    window.addEventListener("pageshow", stay);
    stay();
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
