// What the page does in the browser: the chat sticks to its end while the reader is there, panels open as drawers
// where there is no room for columns, keys, and the report of clicks at messages. Gradio calls this function once,
// when the page is there.
() => {
  const byId = (id) => document.getElementById(id);
  const drawers = window.matchMedia("(max-width: 1099.98px)");
  const click = (selector) => {
    const button = document.querySelector(selector);
    if (!button || button.disabled) return false;
    button.click();
    return true;
  };

  // -- the end of the chat --------------------------------------------------------------------------------------
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

  // -- what is clicked at messages ------------------------------------------------------------------------------
  const report = (name, place, text = "") =>
    document.dispatchEvent(new CustomEvent("page:act", { detail: { name, place, text } }));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#chat .tool, #starters .starter");
    if (!button || button.disabled) return;
    if (button.name === "another") return click("#regenerate");
    if (button.name === "repeat") return click("#repeat");
    const editor = button.closest(".message")?.querySelector(".editor");
    report(button.name, Number(button.value), button.name === "save" && editor ? editor.innerText : "");
  });

  // -- drawers --------------------------------------------------------------------------------------------------
  const shell = byId("shell");
  const buttons = () => [...document.querySelectorAll(".drawer-button")];
  const show = (id) => {
    for (const button of buttons()) {
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
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".drawer-button");
    if (!button) return;
    const id = button.getAttribute("aria-controls");
    show(byId(id).classList.contains("is-open") ? null : id);
  });
  document.addEventListener("pointerdown", (event) => {
    if (shell.classList.contains("has-drawer") && event.target === shell) show(null);
  });
  // Who opened a character or a chat wants to see it.
  document.addEventListener("click", (event) => {
    if (shell.classList.contains("has-drawer") && event.target.closest?.(".gallery button, [data-act=open]")) show(null);
  });
  drawers.addEventListener("change", () => show(null));

  // -- help -----------------------------------------------------------------------------------------------------
  const help = () => byId("help").showModal();
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".help-button")) help();
    else if (event.target.id === "help") event.target.close();
  });

  // -- names and roles that Gradio leaves out, or gets wrong ------------------------------------------------------
  const name = () => {
    const words = document.querySelector("#masthead h1")?.dataset;
    if (!words) return;
    document.querySelector("#message .submit-button")?.setAttribute("aria-label", words.send);
    document.querySelector("#message .stop-button")?.setAttribute("aria-label", words.stop);
    for (const button of buttons()) if (!button.ariaExpanded) button.ariaExpanded = "false";
    for (const close of document.querySelectorAll(".toast-close")) close.ariaLabel = words.close;
    for (const kind of ["warning", "info"]) {
      for (const title of document.querySelectorAll(`.toast-title.${kind}`)) title.firstChild.data = words[kind];
    }
    // A notice's head holds a button, so that it cannot be one itself.
    for (const head of document.querySelectorAll(".toast-header[role]")) {
      head.removeAttribute("role");
      head.removeAttribute("tabindex");
    }
  };
  for (const place of [byId("message"), byId("masthead"), document.querySelector(".toast-wrap")]) {
    if (place) new MutationObserver(name).observe(place, { childList: true, subtree: true });
  }
  name();

  // -- keys -----------------------------------------------------------------------------------------------------
  const swipe = (way) => {
    const last = [...document.querySelectorAll("#chat .message-row.bot-row")].at(-1);
    const arrow = last?.querySelector(way === "ArrowLeft" ? "[name=previous]" : "[name=next], [name=another]");
    if (!arrow || arrow.disabled || document.querySelector("#message .stop-button")) return false;
    arrow.click();
    return true;
  };
  const escape = () => {
    if (byId("help").open) return false;
    if (shell.classList.contains("has-drawer")) show(null);
    else if (document.querySelector("#chat .editor")) click("#chat [name=cancel]");
    else return click("#message .stop-button");
    return true;
  };
  const keyInEditor = (event) => {
    if (event.key !== "Enter" || event.shiftKey) return false;
    return click("#chat [name=save]");
  };
  const keyAnywhere = (event) => {
    if (event.key === "Escape") return escape();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return click("#regenerate");
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const isTyping = event.target.matches?.("input, textarea, select, [contenteditable], [role=tab], [role=slider]");
    const isInEmptyBox = event.target.matches?.("#message textarea") && !event.target.value;
    if (isTyping && !isInEmptyBox) return false;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") return swipe(event.key);
    if (event.key === "?") { help(); return true; }
    return false;
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) {
      // Enter that ends the composition of a word is not meant to send it.
      if (event.key === "Enter") event.stopPropagation();
      return;
    }
    const isDone = event.target.matches?.(".editor") && keyInEditor(event);
    if (isDone || keyAnywhere(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.target.matches?.("#message textarea") && event.key === "Enter" && !event.shiftKey) isAtEnd = true;
  }, true);

  if (!drawers.matches) document.querySelector("#message textarea")?.focus();
}
