// The screen in the hall: asks for what changed, keeps the office's clock, and says new calls aloud.
// Without this file the page loads itself again every half minute.
(() => {
  "use strict";

  const EVERY = 3000;
  const STALE_AFTER = 15000;
  const NEW_FOR = 12000;
  const CATCH_UP = 3; // after a lost connection only the newest calls are said
  const LONGEST = 15000; // some browsers never tell that a voice has ended

  const part = document.getElementById("part");
  const clock = document.getElementById("clock");
  const stale = document.getElementById("stale");
  const spoken = document.getElementById("spoken");
  const sound = document.getElementById("sound");
  const full = document.getElementById("full");
  const memory = `calls ${document.body.dataset.part}`;

  let version = "";
  let office = null; // seconds since the office's midnight, less this device's own counting
  let heardAt = performance.now();

  // --- The clock of the office, however wrong this device's is ---------------------------------------
  const seconds = () => performance.now() / 1000;
  const two = (number) => String(number).padStart(2, "0");
  const words = (time) => `${two(Math.floor(time / 3600) % 24)}.${two(Math.floor(time / 60) % 60)}`;
  const listen = (served) => {
    const [hours, minutes, rest] = served.split(".").map(Number);
    office = hours * 3600 + minutes * 60 + rest - seconds();
  };

  setInterval(() => {
    if (office !== null) clock.textContent = words(office + seconds());
    const silence = performance.now() - heardAt;
    stale.hidden = silence < STALE_AFTER;
    if (stale.hidden || stale.dataset.since === String(heardAt)) return;
    stale.dataset.since = String(heardAt);
    const since = office === null ? clock.textContent : words(office + heardAt / 1000);
    stale.textContent = stale.dataset.stale.replace("{time}", since);
  }, 1000);

  // --- Calls, each said once ---------------------------------------------------------------------------
  const stored = sessionStorage.getItem(memory);
  const seen = new Set(stored ? JSON.parse(stored) : []);
  const queue = [];
  let speaking = false;
  let audio = null;

  const chime = () => {
    [659, 523].forEach((tone, nth) => {
      const start = audio.currentTime + nth * 0.45;
      const note = audio.createOscillator();
      const volume = audio.createGain();
      note.frequency.value = tone;
      volume.gain.setValueAtTime(0.4, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
      note.connect(volume).connect(audio.destination);
      note.start(start);
      note.stop(start + 0.9);
    });
  };

  const indonesian = () =>
    window.speechSynthesis?.getVoices().find((voice) => voice.lang.toLowerCase().startsWith("id"));

  const next = () => {
    if (speaking || !queue.length || !audio) return;
    const text = queue.shift();
    let over = false;
    const done = () => {
      if (over) return;
      over = true;
      speaking = false;
      next();
    };
    speaking = true;
    const voice = indonesian();
    if (!voice) {
      chime();
      setTimeout(done, 1500);
      return;
    }
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.9;
    utterance.onend = done;
    utterance.onerror = done;
    window.speechSynthesis.speak(utterance);
    setTimeout(done, LONGEST);
  };

  const announce = (quietly) => {
    const calls = [...part.querySelectorAll("[data-call]")];
    const fresh = calls.filter((call) => !seen.has(call.dataset.call));
    fresh.forEach((call) => seen.add(call.dataset.call));
    sessionStorage.setItem(memory, JSON.stringify([...seen].slice(-100)));
    if (quietly || !fresh.length) return;
    fresh.forEach((call) => {
      call.classList.add("is-new");
      setTimeout(() => call.classList.remove("is-new"), NEW_FOR);
    });
    const texts = fresh.slice(0, CATCH_UP).map((call) => call.dataset.say).reverse();
    spoken.textContent = texts.join(" ");
    if (!audio) return;
    queue.push(...texts);
    queue.splice(0, queue.length - CATCH_UP);
    next();
  };

  sound.hidden = false;
  sound.setAttribute("aria-pressed", "false");
  sound.addEventListener("click", () => {
    const on = !audio;
    if (on) {
      audio = new AudioContext(); // browsers allow it in a gesture alone
      chime();
    } else {
      audio.close();
      audio = null;
      queue.length = 0;
      window.speechSynthesis?.cancel();
    }
    sound.setAttribute("aria-pressed", String(on));
    sound.textContent = on ? sound.dataset.on : sound.dataset.off;
  });

  if (document.fullscreenEnabled) {
    full.hidden = false;
    full.addEventListener("click", () => document.documentElement.requestFullscreen());
  }

  // --- What is new ---------------------------------------------------------------------------------------
  const ask = async () => {
    try {
      const answer = await fetch(document.body.dataset.part, {
        headers: version ? { "If-None-Match": version } : {},
        cache: "no-store",
      });
      const served = answer.headers.get("X-Served-At");
      if (!served) return; // an error, or what a strange network answers in our place
      if (answer.status === 200) {
        const html = await answer.text();
        const marked = [...part.querySelectorAll(".is-new")].map((call) => call.dataset.call);
        part.innerHTML = html;
        part.querySelectorAll("[data-call]").forEach((call) => {
          if (!marked.includes(call.dataset.call)) return;
          call.classList.add("is-new");
          setTimeout(() => call.classList.remove("is-new"), NEW_FOR);
        });
        announce(false);
      }
      version = answer.headers.get("ETag") || "";
      heardAt = performance.now();
      listen(served);
    } catch {
      // No network: the line above says since when.
    }
  };

  announce(!stored);
  ask();
  setInterval(ask, EVERY);
})();
