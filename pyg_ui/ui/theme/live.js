// Follows a reply on its way: writes its text into the open bubbles of the chat as it comes, and asks for one full
// drawing at its end. The connection carries only what has changed. While it is down, the page asks for a full drawing
// now and then, as long as the server can be reached at all.
const RETRY_MS = [300, 1000, 2000, 4000, 8000];
const POLL_MS = 1500, SILENCE_MS = 25000;
const known = new WeakMap();  // the open bubbles of the page that hold the text so far, and its line with the note
let socket = null, number = 0, heardAt = 0, timer = 0, asked = 0;
let reply = null;  // {bubbles, note, line} of the reply on its way, as far as the server has told it

const identity = () => element.querySelector("[data-secret]")?.dataset;
const address = () => {
  const root = new URL(window.gradio_config?.root || ".", location.href).pathname.replace(/\/$/, "");
  return new URL(root + identity().path, location.origin);
};
const openBubbles = () => document.querySelectorAll("#chat .live");
const looksBusy = () => Boolean(openBubbles().length || document.querySelector("#message .stop-button"));

// -- drawing --------------------------------------------------------------------------------------------------
// Makes the content of one element that of another. What is longer now stays in place and grows: the browser has little
// to work out anew, and what a reader has selected stays so.
const fresh = document.createElement("template");
const change = (shown, wanted) => {
  const all = [...wanted.childNodes];
  all.forEach((to, i) => {
    const from = shown.childNodes[i];
    if (!from) shown.append(to);
    else if (from.nodeName !== to.nodeName || from.className !== to.className) from.replaceWith(to);
    else if (from.nodeType !== Node.TEXT_NODE) change(from, to);
    else if (to.data.startsWith(from.data)) from.appendData(to.data.slice(from.length));
    else from.data = to.data;
  });
  while (shown.childNodes.length > all.length) shown.lastChild.remove();
};
const write = (bubble, blocks, first) => {
  if (!known.has(bubble)) {
    fresh.innerHTML = blocks.join("");
    // A full drawing may be further than what was told so far, and text never goes back.
    if (fresh.content.textContent.length < bubble.textContent.length) return;
    bubble.replaceChildren();
    first = 0;
  }
  while (bubble.childNodes.length > blocks.length) bubble.lastChild.remove();
  for (let i = first; i < blocks.length; i++) {
    const block = bubble.childNodes[i] ?? bubble.appendChild(document.createElement("span"));
    fresh.innerHTML = blocks[i];
    change(block, fresh.content);
  }
  known.set(bubble, true);
};
const writeLine = (text) => {
  const box = document.querySelector("#message textarea");
  if (!box || box.value === text) return;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
};
const shownNote = () => document.querySelector("#note [role=status]");
const writeNote = () => {
  const shown = shownNote(), told = document.createElement("template");
  if (!shown) return;
  told.innerHTML = reply.note;
  shown.replaceChildren(...told.content.firstChild.childNodes);
  known.set(shown, true);
};
// Gradio may have drawn the chat again: bubbles that are new to the page are filled with all there is.
const refill = () => {
  if (!reply) return;
  if (looksBusy() && shownNote() && !known.has(shownNote())) writeNote();
  openBubbles().forEach((bubble, place) => {
    if (!known.has(bubble) && reply.bubbles[place]) write(bubble, reply.bubbles[place], 0);
  });
};
const take = (news) => {
  if (news.open) reply = { bubbles: [], note: "", line: null };
  if (!reply) return;
  const bubbles = openBubbles();
  for (const [place, first, kept, added] of news.bubbles ?? []) {
    const before = reply.bubbles[place] ?? [];
    const all = before.slice(0, first).concat(added);
    if (kept) all[first] = before[first].slice(0, kept) + all[first];
    reply.bubbles[place] = all;
    if (bubbles[place]) write(bubbles[place], all, first);
  }
  if (news.note !== undefined) {
    reply.note = news.note;
    if (looksBusy()) writeNote();
  }
  if (typeof news.line === "string") writeLine(news.line);
  if (news.open) settleSoon(1000, () => !looksBusy());
};

// -- full drawings --------------------------------------------------------------------------------------------
const follow = () => {
  asked = performance.now();
  trigger("select", {});
};
// Unless the page has been drawn by then.
const settleSoon = (delay, isNeeded) => setTimeout(() => { if (isNeeded()) follow(); }, delay);
const poll = async () => {
  if (socket?.readyState === WebSocket.OPEN || !(reply || looksBusy())) return;
  try {
    await fetch(address(), { cache: "no-store" });
  } catch {
    return;
  }
  if (socket?.readyState !== WebSocket.OPEN && performance.now() - asked > POLL_MS / 2) follow();
};

// -- the connection -------------------------------------------------------------------------------------------
const hear = (event) => {
  heardAt = performance.now();
  number = 0;
  const news = JSON.parse(event.data);
  if (news.bubbles || news.open || news.note !== undefined || news.line !== undefined) take(news);
  if (news.unsaved !== undefined) document.dispatchEvent(new CustomEvent("page:unsaved", { detail: news }));
  if (news.called) follow();
  if (news.end) {
    reply = null;
    follow();
  }
  if (news.idle) {
    reply = null;
    settleSoon(700, () => !reply && looksBusy());
  }
};
// The server knows this page no more, since it was started anew: the page is loaded again, but never in a circle.
const reload = () => {
  const last = Number(sessionStorage.getItem("live-reload") ?? 0);
  if (Date.now() - last < 60000) return;
  sessionStorage.setItem("live-reload", String(Date.now()));
  location.reload();
};
const connect = () => {
  clearTimeout(timer);
  if (!identity() || (socket && socket.readyState <= WebSocket.OPEN)) return;
  const url = address();
  url.protocol = url.protocol.replace("http", "ws");
  const own = new WebSocket(url);
  socket = own;
  heardAt = performance.now();
  own.addEventListener("open", () => own.send(identity().secret));
  own.addEventListener("message", hear);
  own.addEventListener("close", (event) => {
    if (own !== socket) return;
    socket = null;
    if (event.code === 4401) return reload();
    timer = setTimeout(connect, RETRY_MS[Math.min(number++, RETRY_MS.length - 1)]);
  });
};
const drop = () => {
  const own = socket;
  socket = null;
  own?.close();
};
window.addEventListener("offline", drop);
window.addEventListener("online", connect);
document.addEventListener("visibilitychange", () => { if (!document.hidden && !socket) connect(); });
setInterval(() => {
  if (socket && performance.now() - heardAt > SILENCE_MS) {
    drop();
    connect();
  }
  poll();
}, POLL_MS);

const redrawn = new MutationObserver(refill);
const begin = () => {
  for (const place of [document.getElementById("chat"), document.getElementById("note")]) {
    if (place) redrawn.observe(place, { childList: true, subtree: true });
  }
  connect();
};
watch("value", begin);
begin();
