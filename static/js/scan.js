// Reception: the camera of a tablet reads the QR, and a scanner that sends twice never presses a button.
// Without this file codes are typed, or scanned into the field.
(() => {
  "use strict";

  const SCANNER_GAP = 60; // ms; see day.js
  const SETTLED = 600; // ms after a page opens, in which the rest of a second scan may still arrive
  const LOOK_EVERY = 200; // ms

  // "CODE Enter CODE Enter" from one scan: the second Enter must not say that the cards match.
  const openedAt = Date.now();
  let typedAt = 0;
  document.addEventListener("keydown", (event) => {
    const now = Date.now();
    const scans = now - typedAt < SCANNER_GAP || now - openedAt < SETTLED;
    if (event.key === "Enter" && scans && event.target.closest(".arrived")) event.preventDefault();
    if (event.key.length === 1) typedAt = now;
  }, true);

  const form = document.getElementById("check-in");
  if (!form) return;
  const button = document.getElementById("scan");
  const panel = document.getElementById("camera");
  const video = panel.querySelector("video");
  const words = panel.querySelector("[role=status]");
  let stream = null;
  let timer = 0;

  const stop = () => {
    clearInterval(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };

  const look = async (detector) => {
    if (!stream || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const [found] = await detector.detect(video).catch(() => []);
    if (!found || !stream) return;
    stop();
    form.elements.code.value = found.rawValue;
    form.requestSubmit();
  };

  const start = async () => {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    words.textContent = words.dataset.wait;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      words.textContent = words.dataset.refused;
      return;
    }
    video.srcObject = stream;
    await video.play();
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    timer = setInterval(look, LOOK_EVERY, detector);
  };

  const readsQr = async () =>
    "BarcodeDetector" in window &&
    Boolean(navigator.mediaDevices) &&
    (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code");

  readsQr().then((able) => {
    button.hidden = !able;
    document.getElementById("no-camera").hidden = able;
  });
  button.addEventListener("click", () => (panel.hidden ? start() : stop()));
  window.addEventListener("pagehide", stop);
})();
