// Sheets: dialogs over the page. A button's `data-sheet` names the sheet that it opens; what is `.closes-sheet` closes
// it. While one is open, all beside it is inert. `page:sheet` tells of it, with `{ id, isOpen }`.
const sheets = (() => {
  const shell = byId("shell"), all = () => [...document.querySelectorAll("#shell > .sheet")];
  // Where the focus goes, if not to the button that closes the sheet.
  const first = { editor: "#character-name :is(input, textarea)" };
  let opener = null;
  const opened = () => all().find((each) => each.classList.contains("is-open"));
  const head = (sheet) => {
    const title = words()[`sheet_${sheet.id.replaceAll("-", "_")}`] ?? "", close = words().close ?? "";
    let head = sheet.querySelector(":scope > .sheet-head");
    if (!head) {
      head = document.createElement("header");
      head.className = "sheet-head";
      head.innerHTML = '<h2></h2><button type="button" class="icon close-sheet" data-icon="close"></button>';
      head.querySelector("h2").id = `${sheet.id}-title`;
      sheet.prepend(head);
      sheet.role = "dialog";
      sheet.setAttribute("aria-modal", "true");
      sheet.setAttribute("aria-labelledby", `${sheet.id}-title`);
    }
    head.querySelector("h2").textContent = title;
    head.querySelector("button").title = head.querySelector("button").ariaLabel = close;
    return head;
  };
  const show = (sheet, open) => {
    sheet.classList.toggle("is-open", open);
    shell.classList.toggle("has-sheet", open);
    for (const other of shell.children) if (other !== sheet) other.inert = open;
    if (open) head(sheet);
    document.dispatchEvent(new CustomEvent("page:sheet", { detail: { id: sheet.id, isOpen: open } }));
  };
  const close = () => {
    const sheet = opened();
    if (!sheet) return false;
    show(sheet, false);
    const back = opener?.isConnected && opener.checkVisibility() ? opener : document.querySelector("#message textarea");
    back?.focus();
    return true;
  };
  const open = (id, button = null) => {
    const sheet = byId(id);
    if (!sheet?.matches("#shell > .sheet") || sheet === opened()) return;
    const from = opened() ? opener : button ?? document.activeElement;
    if (opened()) show(opened(), false);
    panels.closeDrawers();
    menus.close(false);
    opener = from?.closest?.(".menu") ? document.querySelector(`[data-menu="${from.closest(".menu").id}"]`) : from;
    show(sheet, true);
    const target = (!isNarrow.matches && first[id] && sheet.querySelector(first[id])) || sheet.querySelector(".close-sheet");
    target?.focus({ preventScroll: true });
  };
  onClick("[data-sheet]", (button) => {
    open(button.dataset.sheet, button);
    const tab = button.dataset.tab && byId(`${button.dataset.tab}-button`);
    tab?.click();
    tab?.focus();
  });
  onClick(".close-sheet", close);
  onClick(".closes-sheet", close);
  onClick(".opens-editor", (button) => open("editor", button));
  document.addEventListener("pointerdown", (event) => {
    if (event.target === shell) close();
  });
  const heads = () => all().forEach(head);
  new MutationObserver(heads).observe(byId("brand"), { childList: true, subtree: true });
  heads();
  return { open, close, opened };
})();
