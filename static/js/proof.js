// Proof of work before a form is sent (docs/adr/0012). The page loads this file, and so does the worker that it starts.
(() => {
  "use strict";

  // SHA-256 (FIPS 180-4). crypto.subtle gives one promise a hash, which is slower, and is missing on plain HTTP.
  const BEGIN = [];
  const ADDED = [];
  const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
  for (let n = 2; ADDED.length < 64; n++) {
    let divisor = 2;
    while (n % divisor) divisor++;
    if (divisor < n) continue; // the constants come from the primes
    BEGIN.push(fraction(Math.sqrt(n)));
    ADDED.push(fraction(Math.cbrt(n)));
  }
  const words = new Int32Array(64);
  const turn = (word, bits) => (word >>> bits) | (word << (32 - bits));

  const mix = (state) => {
    for (let i = 16; i < 64; i++) {
      const near = words[i - 2];
      const far = words[i - 15];
      words[i] =
        words[i - 16] + words[i - 7] +
        (turn(far, 7) ^ turn(far, 18) ^ (far >>> 3)) + (turn(near, 17) ^ turn(near, 19) ^ (near >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one =
        (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ADDED[i] + words[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) | 0; });
  };

  // Of a text of ASCII letters, as eight words.
  const sha256 = (text) => {
    const state = BEGIN.slice(0, 8);
    const blocks = (text.length + 8 >> 6) + 1;
    for (let block = 0; block < blocks; block++) {
      words.fill(0);
      for (let i = 0; i < 64; i++) {
        const place = block * 64 + i;
        const byte = place < text.length ? text.charCodeAt(place) : place === text.length ? 0x80 : 0;
        words[i >> 2] |= byte << (24 - 8 * (i & 3));
      }
      if (block === blocks - 1) words[15] = text.length * 8;
      mix(state);
    }
    return state;
  };

  const solve = ({ challenge, salt, max_number: most }) => {
    const wanted = challenge.match(/.{8}/g).map((part) => parseInt(part, 16) | 0);
    for (let number = 0; number <= most; number++) {
      const found = sha256(salt + number);
      if (wanted.every((word, i) => word === found[i])) return number;
    }
    return -1;
  };

  if (typeof document === "undefined") {
    self.onmessage = ({ data }) => self.postMessage(solve(data));
    return;
  }

  const SENT_FOR = 10000; // milliseconds; then the network has failed, and it may be tried again
  const source = document.currentScript.src;
  const form = document.querySelector("form[data-proof]");
  if (!form) return;

  const work = (task) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(source);
      worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
      worker.onerror = reject;
      worker.postMessage(task);
    });

  const prove = async () => {
    const answer = await fetch(form.dataset.proof, { cache: "no-store" });
    const { algorithm, challenge, salt, signature, ...rest } = await answer.json();
    const number = await work({ challenge, salt, ...rest });
    return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  };

  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "proof";
  form.append(field);
  let state = "idle"; // then "working", "done" and "sent"

  form.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (state === "done") {
      state = "sent"; // a proof is good once, and a second press would ask with the same one
      setTimeout(() => { state = "idle"; }, SENT_FOR);
      return;
    }
    event.preventDefault();
    if (state !== "idle") return;
    state = "working";
    const note = button.querySelector(".time-note") || button;
    note.textContent = form.dataset.proofWait;
    form.querySelector("[role=status]").textContent = form.dataset.proofWait;
    try {
      field.value = await prove();
    } catch {
      // The server says what to do.
    }
    state = "done";
    button.click();
  });

  // Back from the next page: the proof has been used, and another time wants another one.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
