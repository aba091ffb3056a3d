// Keys.
{
  const help = () => byId("help").showModal();
  onClick(".help-button", () => { menus.close(); help(); });
  document.addEventListener("click", (event) => {
    if (event.target.id === "help") event.target.close();
  });
  const swipe = (way) => {
    const last = [...document.querySelectorAll("#chat .message-row.bot-row")].at(-1);
    const arrow = last?.querySelector(way === "ArrowLeft" ? "[name=previous]" : "[name=next], [name=another]");
    if (!arrow || arrow.disabled || document.querySelector("#message .stop-button")) return false;
    arrow.click();
    return true;
  };
  const editLast = () => {
    const edit = [...document.querySelectorAll("#chat .message-row.user-row [name=edit]")].at(-1);
    if (!edit || document.querySelector("#message .stop-button")) return false;
    edit.click();
    return true;
  };
  const escape = () => {
    if (document.querySelector("dialog[open]")) return false;
    if (menus.close() || sheets.close() || panels.closeDrawers()) return true;
    if (document.querySelector("#chat .editor")) click("#chat [name=cancel]");
    else return click("#message .stop-button");
    return true;
  };
  const keyInEditor = (event) => {
    if (event.key !== "Enter" || event.shiftKey) return false;
    return click("#chat [name=save]");
  };
  const isBlank = () => !document.querySelector("#message textarea")?.value.trim();
  const keyInBox = (event) => {
    if (!event.target.matches?.("#message textarea") || event.key !== "Enter" || event.shiftKey || event.ctrlKey) return false;
    if (isBlank()) { goOn(); return true; }
    reading.follow();
    return false;
  };
  const keyAnywhere = (event) => {
    // A character's menu closes itself, and nothing else with it.
    if (event.key === "Escape") return event.target.closest?.("details[open]") ? false : escape();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return click("#regenerate");
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const isTyping = event.target.matches?.("input, textarea, select, [contenteditable], [role=tab], [role=slider]");
    const isInEmptyBox = event.target.matches?.("#message textarea") && !event.target.value;
    if (isTyping && !isInEmptyBox) return false;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") return swipe(event.key);
    if (event.key === "ArrowUp" && isInEmptyBox) return editLast();
    if (event.key === "?") { help(); return true; }
    return false;
  };
  document.addEventListener("keydown", (event) => {
    // Safari ends a composition before it tells of the key, which has this code then.
    if (event.isComposing || event.keyCode === 229) {
      // Enter that ends the composition of a word is not meant to send it.
      if (event.key === "Enter") event.stopPropagation();
      return;
    }
    const isDone = event.target.matches?.(".editor") ? keyInEditor(event) : keyInBox(event);
    if (isDone || keyAnywhere(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);
  // Sending nothing lets the character go on.
  const goOn = () => isBlank() && !document.querySelector("#message .stop-button") && (click("#go-on") || click("#regenerate"));
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#message .submit-button") && isBlank()) {
      event.stopPropagation();
      goOn();
    }
  }, true);
}
