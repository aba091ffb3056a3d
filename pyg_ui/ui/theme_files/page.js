// What the page does in the browser: the chat sticks to its end while the reader is there, panels open as drawers
// where there is no room for columns, Escape stops a reply. Gradio calls this function once, when the page is there.
() => {
  const byId = (id) => document.getElementById(id);
  const drawers = window.matchMedia("(max-width: 1099.98px)");

  // -- the end of the chat --------------------------------------------------------------------------------------
  const scroller = () => document.querySelector("#chat .bubble-wrap");
  let isAtEnd = true;
  document.addEventListener("scroll", (event) => {
    const box = event.target;
    if (box === scroller()) isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 48;
  }, true);
  const chat = byId("chat");
  const stick = () => {
    const box = scroller();
    // Gradio repeats each message's source as its label; a screen reader should read the message instead.
    for (const message of chat.querySelectorAll("[data-testid][aria-label]")) message.removeAttribute("aria-label");
    if (box && isAtEnd) box.scrollTop = box.scrollHeight;
  };
  if (chat) {
    new MutationObserver(stick).observe(chat, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(stick).observe(chat);
    stick();
  }
  // Who sends wants to see the answer, wherever they were reading.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#message .submit-button, #regenerate")) isAtEnd = true;
  }, true);

  // -- drawers --------------------------------------------------------------------------------------------------
  const shell = byId("shell");
  const buttons = [...document.querySelectorAll(".drawer-button")];
  const show = (id) => {
    for (const button of buttons) {
      const isOpen = button.getAttribute("aria-controls") === id;
      const panel = byId(button.getAttribute("aria-controls"));
      const wasOpen = panel.classList.contains("is-open");
      button.setAttribute("aria-expanded", String(isOpen));
      panel.classList.toggle("is-open", isOpen);
      panel.tabIndex = -1;
      if (isOpen && !wasOpen) panel.focus({ preventScroll: true });
      if (!isOpen && wasOpen) button.focus();
    }
    shell.classList.toggle("has-drawer", Boolean(id));
  };
  for (const button of buttons) {
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const id = button.getAttribute("aria-controls");
      show(byId(id).classList.contains("is-open") ? null : id);
    });
  }
  document.addEventListener("pointerdown", (event) => {
    if (shell.classList.contains("has-drawer") && event.target === shell) show(null);
  });
  drawers.addEventListener("change", () => show(null));

  // -- names for the buttons that Gradio leaves without one ------------------------------------------------------
  const name = () => {
    document.querySelector("#message .submit-button")?.setAttribute("aria-label", "Send");
    document.querySelector("#message .stop-button")?.setAttribute("aria-label", "Stop");
  };
  const message = byId("message");
  if (message) new MutationObserver(name).observe(message, { childList: true, subtree: true });
  name();

  // -- keys -----------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    const isInMessage = event.target.matches?.("#message textarea");
    if (isInMessage && event.key === "Enter") {
      // Enter that ends the composition of a word is not meant to send it.
      if (event.isComposing) event.stopPropagation();
      else if (!event.shiftKey) isAtEnd = true;
    }
    if (event.key !== "Escape" || event.isComposing) return;
    const stop = document.querySelector("#message .stop-button");
    if (shell.classList.contains("has-drawer")) show(null);
    else if (stop) stop.click();
  }, true);

  if (!drawers.matches) document.querySelector("#message textarea")?.focus();
}
