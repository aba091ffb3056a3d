// The chat sticks to its end while the reader is there.
const reading = (() => {
  const scroller = () => document.querySelector("#chat .bubble-wrap");
  let isAtEnd = true, seenAt = 0;
  document.addEventListener("scroll", (event) => {
    const box = event.target;
    if (box !== scroller()) return;
    isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 48;
    seenAt = box.scrollTop;
  }, true);
  const chat = byId("chat");
  const stick = () => {
    const box = scroller();
    // Gradio repeats each message's source as its label; a screen reader should read the message instead.
    for (const message of chat.querySelectorAll("[data-testid][aria-label]")) message.removeAttribute("aria-label");
    const editor = chat.querySelector(".editor:not([data-open])");
    if (editor) openEditor(editor);
    else if (box) {
      // The chat may be drawn before the browser tells that the reader has scrolled up.
      if (box.scrollTop < Math.min(seenAt, box.scrollHeight - box.clientHeight) - 2) isAtEnd = false;
      if (isAtEnd) box.scrollTop = box.scrollHeight;
      seenAt = box.scrollTop;
    }
  };
  const openEditor = (editor) => {
    editor.dataset.open = "true";
    editor.setAttribute("aria-multiline", "true");
    editor.focus({ preventScroll: true });
    getSelection().selectAllChildren(editor);
    getSelection().collapseToEnd();
  };
  if (chat) {
    new MutationObserver(stick).observe(chat, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(stick).observe(chat);
    stick();
  }
  // Who asks for a reply wants to see it, wherever they were reading.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#message .submit-button, #regenerate, #go-on, [name=another], [name=repeat]")) isAtEnd = true;
  }, true);
  return { follow: () => { isAtEnd = true; }, rest: () => { isAtEnd = false; } };
})();
