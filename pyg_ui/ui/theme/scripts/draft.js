// The text in the message box lasts: it is kept in the browser for each chat, and shown with its chat. A message that is
// sent gets a nonce and is kept until the server has answered. While there is no connection it waits; then it is sent,
// perhaps for the second time with the same nonce, which the server refuses if it has the message already.
{
  const DAY_MS = 24 * 3600 * 1000, RETRY_MS = 1500;
  const box = () => document.querySelector("#message textarea");
  const place = () => document.querySelector("#shown [data-shown]");
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const write = (key, value) => {
    // A full storage must not stand in the way of a message.
    try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* it is full */ }
  };
  const draftKey = (chat) => `pygmalion-draft:${chat.owner}:${chat.chat || `new:${chat.character}`}`;
  const newKey = (chat) => draftKey({ ...chat, chat: "" });
  const sendingKey = (chat) => draftKey(chat).replace("draft", "sending");
  const fill = (text) => {
    box().value = text;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  };
  let shown = null;  // the chat on the screen, as the server told it last
  let saved = null, typedIn = -1, isAsking = false, keptAgainAt = 0;

  // -- what waits to be sent --------------------------------------------------------------------------------------
  const sending = () => (shown ? read(sendingKey(shown)) : null);
  const note = () => {
    const isWaiting = Boolean(sending()?.isWaiting), composer = byId("composer");
    let told = byId("offline");
    if (!told && isWaiting && composer) {
      told = document.createElement("p");
      told.id = "offline";
      told.role = "status";
      composer.append(told);
    }
    if (told) told.textContent = isWaiting ? place().dataset.offline : "";
  };
  const put = (message) => { write(sendingKey(shown), message); note(); };
  const newNonce = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // Before Gradio is told of the message: note it down. Returns whether it has to wait.
  const begin = () => {
    const text = box().value, before = sending();
    if (!shown?.owner || !text.trim()) return false;
    const nonce = before?.text === text ? before.nonce : newNonce();
    byId("message").dataset.nonce = nonce;
    put({ nonce, text, at: Date.now(), isSent: navigator.onLine, isWaiting: !navigator.onLine });
    keep();
    return !navigator.onLine;
  };
  const send = () => {
    const message = sending();
    if (!message || !box() || document.querySelector("#message .stop-button")) return;
    const typed = box().value;
    byId("message").dataset.nonce = message.nonce;
    put({ ...message, isSent: true, isWaiting: false, aside: typed === message.text ? "" : typed });
    fill(message.text);
    requestAnimationFrame(() => click("#message .submit-button"));
  };
  // Asks whether the server is there while a message waits, or has no answer yet. It may be another process by now, which
  // does not know this page; and after a request that failed, Gradio needs a new page too.
  const retry = async () => {
    const message = sending();
    if (isAsking || !message || (!message.isWaiting && Date.now() - message.at < RETRY_MS)) return;
    isAsking = true;
    try {
      const root = new URL(window.gradio_config?.root || ".", location.href).href.replace(/\/$/, "");
      const answer = await fetch(`${root}/gradio_api/app_id`, { cache: "no-store" });
      const isKnown = answer.ok && (await answer.json()).app_id === window.gradio_config?.app_id;
      const left = sending();
      if (!left) return;
      if (answer.ok && (!isKnown || (left.isWaiting && left.isSent))) location.reload();
      else if (answer.ok && left.isWaiting) send();
    } catch {
      if (sending() && !sending().isWaiting) put({ ...sending(), isWaiting: true });
    } finally { isAsking = false; }
  };
  const answered = () => {
    const message = sending();
    if (!message || message.nonce !== shown.answered) return;
    put(null);
    delete byId("message").dataset.nonce;
    if (read(draftKey(shown))?.text === message.text) write(draftKey(shown), null);
    saved = null;
    keptAgainAt = performance.now() + 400;
    // Gradio empties the box in the same moment.
    if (message.aside) requestAnimationFrame(() => requestAnimationFrame(() => { if (!box().value) fill(message.aside); }));
  };
  // -- the draft --------------------------------------------------------------------------------------------------
  const keep = () => {
    const text = box()?.value ?? "";
    if (!shown?.owner || text === saved || performance.now() < keptAgainAt) return;
    saved = text;
    write(draftKey(shown), text ? { text, at: Date.now() } : null);
    const message = sending();
    if (message?.isWaiting && !message.isSent) put(text.trim() ? { ...message, text } : null);
    if (typedIn !== shown.opened) tell();
  };
  // The server makes a chat of a draft. It is told again until it has: Gradio may not have listened yet.
  const tell = () => {
    if (!saved || !shown?.owner || shown.chat || !navigator.onLine) return;
    typedIn = shown.opened;
    document.dispatchEvent(new CustomEvent("page:typed"));
  };
  const show = () => {
    const now = place() && JSON.parse(place().dataset.shown);
    if (!now?.owner || !box() || JSON.stringify(now) === JSON.stringify(shown)) return;
    const before = shown, isOther = before?.opened !== now.opened;
    if (before && isOther) keep();
    if (before && !isOther && draftKey(before) !== draftKey(now)) {
      for (const key of [draftKey, sendingKey]) {
        if (read(key(before))) write(key(now), read(key(before)));
        write(key(before), null);
      }
    }
    shown = now;
    if (isOther) {
      // The page was left when the server had made a chat of the first keys, and had not told it yet.
      const stranded = now.chat && !now.begun && !read(draftKey(now)) && read(newKey(now));
      if (stranded) {
        write(draftKey(now), stranded);
        write(newKey(now), null);
      }
      const draft = read(draftKey(now))?.text ?? "", typed = before ? "" : box().value;
      saved = null;
      const text = [draft, typed === draft ? "" : typed].filter(Boolean).join("\n");
      if (text !== box().value) fill(text);
    }
    answered();
    const message = sending();
    if (message && Date.now() - message.at > DAY_MS) put(null);
    else if (message && !before) send();  // sent before the page was loaded anew
    note();
    setTimeout(keep, 450);
  };

  document.addEventListener("input", (event) => { if (event.target === box()) keep(); }, true);
  document.addEventListener("keydown", (event) => {
    if (event.target !== box() || event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (event.isComposing || event.keyCode === 229 || !begin()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("click", (event) => {
    if (!event.isTrusted || !event.target.closest?.("#message .submit-button") || !begin()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  window.addEventListener("online", retry);
  window.addEventListener("pagehide", keep);
  setInterval(() => { keep(); tell(); retry(); }, RETRY_MS);
  new MutationObserver(show).observe(byId("composer"), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-shown"] });
  show();
}
