// The print button of a page. Without this file the page says how to print with the browser's own menu.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // Paper from a roll prints itself, once: coming back to the page by the back button does not print again.
  const [arrival] = performance.getEntriesByType("navigation");
  if (document.body.hasAttribute("data-print-now") && arrival?.type === "navigate") {
    window.addEventListener("load", () => window.print());
  }
})();
