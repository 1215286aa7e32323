"use strict";
// All text is set with textContent: nothing from a source or a file can become markup.
const MAX_AGE_MS = 1500;
const MAX_EVENTS = 100;
// A browser opens at most six connections to a server, so more sources have pictures instead of streams.
const MAX_STREAMS = 4;
const PICTURE_EVERY_MS = 1000;
const STATE_EVERY_MS = 3000;
const WORST_FIRST = ["SPOOF", "UNCERTAIN", "LIVE"];
const panels = new Map();
const known = new Map();

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function nameOf(source) {
  const name = source.source || "source";
  return panels.size > 1 || source.source_id !== "1" ? `${source.source_id} · ${name}` : name;
}

// Show the newest picture again and again; without one, the last picture is removed.
function refresh(image, address) {
  const next = () => setTimeout(() => { image.src = `${address}?${Date.now()}`; }, PICTURE_EVERY_MS);
  image.onload = () => { image.style.visibility = "visible"; next(); };
  image.onerror = () => { image.style.visibility = "hidden"; next(); };
  image.src = address;
}

function addPanel(source, preview, streams, light) {
  const article = element("article");
  const parts = {
    article, seen: 0,
    title: element("h2", nameOf(source)),
    verdict: element("div", "NO VERDICT", "verdict"),
    detail: element("div", source.message, "detail"),
  };
  article.dataset.source = source.source_id;
  article.append(parts.title, parts.verdict, parts.detail);
  if (preview) {
    const image = element("img");
    image.alt = "Live view";
    const address = `/v1/sources/${encodeURIComponent(source.source_id)}`;
    if (streams) image.src = `${address}/preview`;
    else refresh(image, `${address}/snapshot`);
    article.append(image);
  }
  if (light) offerLight(article, source.source_id);
  document.getElementById("sources").append(article);
  panels.set(source.source_id, parts);
}

function show(parts, status, word, detail) {
  parts.article.dataset.status = status || "";
  parts.verdict.textContent = word;
  parts.detail.textContent = detail;
}

function worst(faces) {
  let found = null;
  for (const face of faces) {
    if (!found || WORST_FIRST.indexOf(face.status) < WORST_FIRST.indexOf(found.status)) found = face;
  }
  return found;
}

function onEvent(event) {
  const parts = panels.get(event.source_id);
  if (!parts) return;
  parts.seen = performance.now();
  parts.title.textContent = nameOf(event) + (event.live_source ? "" : " (file: not a live-camera decision)");
  const face = worst(event.faces);
  if (!face) {
    const stale = event.reasons.includes("stale_frame");
    show(parts, "", stale ? "NO VERDICT" : "NO FACE", event.reasons.join(", "));
  } else {
    const score = face.score === null ? "no score yet" : `score ${face.score.toFixed(2)}`;
    show(parts, face.status, face.status, [face.guidance, score, face.reasons.join(", ")].filter(Boolean).join(" · "));
  }
  for (const one of event.faces) note(event, one);
}

function note(event, face) {
  const key = `${event.source_id}/${face.track_id}`;
  if (known.get(key) === face.status) return;
  known.set(key, face.status);
  if (known.size > 1000) known.delete(known.keys().next().value);
  const row = element("tr");
  const score = face.score === null ? "" : face.score.toFixed(2);
  const cells = [new Date().toLocaleTimeString(), event.source, face.track_id, face.status, score, face.reasons.join(", ")];
  for (const cell of cells) row.append(element("td", String(cell)));
  const body = document.getElementById("events");
  body.prepend(row);
  while (body.rows.length > MAX_EVENTS) body.deleteRow(-1);
}

// A verdict disappears if nothing newer comes, whatever the reason.
setInterval(() => {
  for (const parts of panels.values()) {
    if (parts.seen && performance.now() - parts.seen > MAX_AGE_MS) {
      parts.seen = 0;
      show(parts, "", "NO VERDICT", "No new result from the server.");
    }
  }
}, 250);

// A source without verdicts shows what the server knows about it, e.g. that it is opened again.
setInterval(async () => {
  if (![...panels.values()].some((parts) => !parts.seen)) return;
  let sources;
  try {
    const answer = await fetch("/v1/state");
    if (!answer.ok) return;
    sources = (await answer.json()).sources;
  } catch {
    return;
  }
  for (const source of sources) {
    const parts = panels.get(source.source_id);
    if (!parts || parts.seen) continue;
    parts.title.textContent = nameOf(source);
    if (source.message) show(parts, "", "NO VERDICT", source.message);
  }
}, STATE_EVERY_MS);

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/events`);
  const status = document.getElementById("connection");
  socket.onopen = () => { status.textContent = "Connected"; };
  socket.onmessage = (message) => onEvent(JSON.parse(message.data));
  socket.onclose = () => {
    status.textContent = "No connection. Connecting again …";
    for (const parts of panels.values()) show(parts, "", "NO VERDICT", "No connection to the server.");
    setTimeout(start, 2000);
  };
}

async function start() {
  let answer;
  try {
    answer = await fetch("/v1/state");
  } catch {
    setTimeout(start, 2000);
    return;
  }
  const login = document.getElementById("login");
  login.hidden = answer.status !== 401;
  if (answer.status === 401) {
    document.getElementById("connection").textContent = "Sign in with the server's token.";
    return;
  }
  if (!answer.ok) {
    setTimeout(start, 5000);
    return;
  }
  const state = await answer.json();
  for (const source of state.sources) {
    if (panels.has(source.source_id)) continue;
    addPanel(source, state.preview, state.sources.length <= MAX_STREAMS, state.light.includes(source.source_id));
  }
  for (const source of state.sources) panels.get(source.source_id).title.textContent = nameOf(source);
  connect();
}

document.getElementById("login").addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const field = document.getElementById("token");
  const answer = await fetch("/v1/login", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token: field.value }),
  });
  field.value = "";
  document.getElementById("login-message").textContent = answer.ok ? "" : (await answer.json()).detail;
  if (answer.ok) start();
});

start();
