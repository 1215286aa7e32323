"use strict";
// The colours of light challenges: they cover the page, and the server is told when each one has appeared.
const MAX_FRAME_MS = 50;
const MAX_ANSWER_MS = 100;
const FRAMES = 20;
const ANSWERS = 5;
const TOO_SLOW = "This browser shows colours too late for a light challenge; use a faster computer in the server's network.";

function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

// Measure the time between two frames and the time of an answer of the server, because both delay a colour.
async function keepsTime() {
  const frames = [];
  let last = await nextFrame();
  for (let number = 0; number < FRAMES; number += 1) {
    const now = await nextFrame();
    frames.push(now - last);
    last = now;
  }
  const answers = [];
  for (let number = 0; number < ANSWERS; number += 1) {
    const asked = performance.now();
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (!answer.ok) return false;
    answers.push(performance.now() - asked);
  }
  return median(frames) <= MAX_FRAME_MS && median(answers) <= MAX_ANSWER_MS;
}

// The screen of one source's light challenges. `tell(text)` shows a sentence, `ended()` is called at the end.
class LightScreen {
  constructor(sourceId, tell, ended) {
    this.tell = tell;
    this.ended = ended;
    this.shown = null;
    this.failed = 0;
    this.cover = document.getElementById("light");
    this.sentence = document.getElementById("light-text");
    this.listeners = new AbortController();
    const options = { signal: this.listeners.signal };
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.fail("screen_hidden"); }, options);
    window.addEventListener("blur", () => this.fail("screen_hidden"), options);
    window.addEventListener("resize", () => this.fail("screen_moved"), options);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/v1/events?source=${encodeURIComponent(sourceId)}&display=true`);
    this.socket.onopen = () => this.tell("This page shows the colours of light challenges. Keep it in front, over the whole screen.");
    this.socket.onmessage = (message) => this.follow(JSON.parse(message.data));
    this.socket.onclose = (closed) => {
      this.hide();
      this.listeners.abort();
      this.tell(closed.reason || "This page no longer shows the colours of light challenges.");
      this.ended();
    };
  }

  close() {
    this.socket.close();
  }

  follow(event) {
    const challenge = event.challenge;
    const colours = challenge && challenge.light ? challenge.light.colours : [];
    const wanted = challenge && challenge.outcome === "running" && challenge.prompt === "light" && colours.length > 0;
    if (!wanted || challenge.number === this.failed) {
      this.hide();
      return;
    }
    const step = colours.length - 1;
    if (this.shown && this.shown.number === challenge.number && this.shown.step === step) return;
    this.shown = { number: challenge.number, step, place: `${window.screenX},${window.screenY}` };
    if (document.hidden) {
      this.fail("screen_hidden");
      return;
    }
    this.cover.style.background = colours[step];
    this.cover.hidden = false;
    this.sentence.textContent = event.faces.map((face) => face.guidance).find(Boolean) || "";
    this.report(this.shown);
  }

  // A colour has appeared once a frame was drawn with it, which is known at the beginning of the next but one.
  async report(shown) {
    await nextFrame();
    await nextFrame();
    if (this.shown !== shown) return;
    if (shown.place !== `${window.screenX},${window.screenY}`) this.fail("screen_moved");
    else this.send({ challenge: shown.number, shown: shown.step });
  }

  fail(problem) {
    if (!this.shown) return;
    this.failed = this.shown.number;
    this.send({ challenge: this.failed, problem });
    this.hide();
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  hide() {
    this.shown = null;
    this.cover.hidden = true;
  }
}

// Offer to show the colours of a source's light challenges on this screen.
function offerLight(article, sourceId) {
  const button = element("button", "Show light challenges on this screen");
  const note = element("p", "", "light-note");
  note.setAttribute("role", "status");
  const tell = (text) => { note.textContent = text; };
  let screen = null;
  button.addEventListener("click", async () => {
    if (screen) {
      screen.close();
      return;
    }
    button.disabled = true;
    // Without full screen, the page's own area shows the colours.
    await document.documentElement.requestFullscreen?.().catch(() => {});
    const inTime = await keepsTime().catch(() => false);
    button.disabled = false;
    if (!inTime) {
      if (document.fullscreenElement) document.exitFullscreen();
      tell(TOO_SLOW);
      return;
    }
    button.textContent = "Stop showing light challenges";
    screen = new LightScreen(sourceId, tell, () => {
      screen = null;
      button.textContent = "Show light challenges on this screen";
    });
  });
  article.append(button, note);
}
