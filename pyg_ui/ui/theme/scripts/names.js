// Names and roles that Gradio leaves out, or gets wrong.
{
  const name = () => {
    const said = words();
    if (!said.send) return;
    document.querySelector("#message .submit-button")?.setAttribute("aria-label", said.send);
    document.querySelector("#message .stop-button")?.setAttribute("aria-label", said.stop);
    for (const button of document.querySelectorAll("[data-word]")) {
      if (button.dataset.icon) button.title = button.ariaLabel = said[button.dataset.word];
      else if (button.textContent !== said[button.dataset.word]) button.textContent = said[button.dataset.word];
    }
    for (const button of document.querySelectorAll("[data-menu]:not([aria-expanded])")) button.ariaExpanded = "false";
    for (const close of document.querySelectorAll(".toast-close")) close.ariaLabel = said.close;
    for (const kind of ["warning", "info"]) {
      for (const title of document.querySelectorAll(`.toast-title.${kind}`)) title.firstChild.data = said[kind];
    }
    // A notice's head holds a button, so that it cannot be one itself.
    for (const head of document.querySelectorAll(".toast-header[role]")) {
      head.removeAttribute("role");
      head.removeAttribute("tabindex");
    }
  };
  for (const place of [byId("message"), byId("header-buttons"), byId("more-of-chat"), byId("note-entry"), document.querySelector(".toast-wrap")]) {
    if (place) new MutationObserver(name).observe(place, { childList: true, subtree: true });
  }
  document.addEventListener("page:words", name);
  name();
  // What Gradio names in English, wherever it stands; it may be drawn at any time.
  const rename = () => {
    for (const zone of document.querySelectorAll(".drop-zone")) {
      for (const field of zone.querySelectorAll("[aria-label]")) field.ariaLabel = zone.querySelector("label").textContent.trim();
    }
    for (const more of document.querySelectorAll(".overflow-menu > button")) more.ariaLabel = words().menu;
  };
  let timer = 0;
  new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(rename, 150); }).observe(byId("shell"), { childList: true, subtree: true });
}
