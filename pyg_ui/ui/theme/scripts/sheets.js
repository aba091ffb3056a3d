// Sheets: dialogs over the page. A button's `data-sheet` names the sheet that it opens; what is `.closes-sheet` closes
// it. While one is open, all beside it is inert. `page:sheet` tells of it, with `{ id, isOpen }`. What is in a sheet comes
// into the page once the page is ready and has time for it, or when it is needed: `page:mount` asks for it, with the id.
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
  const mounted = new Set();
  const mount = (id) => {
    if (mounted.has(id)) return;
    mounted.add(id);
    document.dispatchEvent(new CustomEvent("page:mount", { detail: id }));
  };
  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 200));
  const mountNext = () => {
    const next = all().find((each) => !mounted.has(each.id));
    if (!next) return;
    mount(next.id);
    idle(mountNext);
  };
  // Calls with the element once it is in the sheet, unless the sheet is closed before.
  const whenThere = (sheet, selector, act) => {
    const find = () => sheet.querySelector(selector);
    if (find()) return act(find());
    const watch = new MutationObserver(() => {
      if (sheet === opened() && !find()) return;
      watch.disconnect();
      requestAnimationFrame(() => { if (sheet === opened() && find()) act(find()); });
    });
    watch.observe(sheet, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
  };
  const show = (sheet, open) => {
    if (open) mount(sheet.id);
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
    const close = sheet.querySelector(".close-sheet");
    close.focus({ preventScroll: true });
    if (isNarrow.matches || !first[id]) return;
    whenThere(sheet, first[id], (field) => { if (document.activeElement === close) field.focus({ preventScroll: true }); });
  };
  onClick("[data-sheet]", (button) => {
    const sheet = byId(button.dataset.sheet);
    open(sheet.id, button);
    if (button.dataset.tab) whenThere(sheet, `#${button.dataset.tab}-button`, (tab) => { tab.click(); tab.focus(); });
  });
  onClick(".close-sheet", close);
  onClick(".closes-sheet", close);
  // The editor waits for the character: what is typed into it before would be lost.
  let awaited = null;
  onClick(".opens-editor", (button) => { awaited = button; });
  document.addEventListener("page:character", () => {
    if (awaited) open("editor", awaited);
    awaited = null;
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target === shell) close();
  });
  const heads = () => all().forEach(head);
  document.addEventListener("page:words", heads);
  heads();
  if (document.body.dataset.ready) idle(mountNext);
  else document.addEventListener("page:ready", () => idle(mountNext), { once: true });
  return { open, close, opened, mount };
})();
