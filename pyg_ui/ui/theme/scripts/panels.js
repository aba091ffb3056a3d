// The side panels, and the menus. With room, the rail stands beside the chat unless it is folded, and the tuning if it
// is opened; without room both are drawers. A button's `data-panel` names the panel that it opens and closes. Other
// scripts learn of it by the event `page:panel`, and ask for it by `page:show`, both with `{ id, isOpen }`.
const panels = (() => {
  const shell = byId("shell"), ids = ["rail", "tuning"];
  const openers = (id) => document.querySelectorAll(`[data-panel="${id}"]`);
  const isBeside = (id) => id === "rail" ? !shell.classList.contains("without-rail") : shell.classList.contains("has-tuning");
  const isDrawer = () => isNarrow.matches;
  const isOpen = (id) => isDrawer() ? byId(id).classList.contains("is-open") : isBeside(id);
  let opener = null;
  const mark = () => {
    for (const id of ids) for (const button of openers(id)) {
      button.setAttribute("aria-controls", id);
      button.setAttribute("aria-expanded", String(isOpen(id)));
    }
    const drawer = isDrawer() && ids.find(isOpen);
    shell.classList.toggle("has-drawer", Boolean(drawer));
    for (const button of document.querySelectorAll(".bar-button")) {
      if (button.dataset.panel) button.setAttribute("aria-current", String(button.dataset.panel === (drawer || "stage")));
    }
  };
  const show = (id, open, button = null) => {
    if (open && isDrawer()) for (const other of ids) if (other !== id) byId(other).classList.remove("is-open");
    if (isDrawer()) byId(id).classList.toggle("is-open", open);
    else if (id === "rail") shell.classList.toggle("without-rail", !open);
    else shell.classList.toggle("has-tuning", open);
    mark();
    if (open) {
      opener = button;
      byId(id).tabIndex = -1;
      if (button) byId(id).focus({ preventScroll: true });
    } else if (byId(id).contains(document.activeElement) || document.activeElement === document.body) {
      const back = opener?.dataset.panel === id && opener.checkVisibility() ? opener : [...openers(id)].find((each) => each.checkVisibility());
      (back ?? document.querySelector("#message textarea"))?.focus();
    }
    document.dispatchEvent(new CustomEvent("page:panel", { detail: { id, isOpen: open, isDrawer: isDrawer() } }));
  };
  const closeDrawers = () => {
    const open = isDrawer() ? ids.filter(isOpen) : [];
    for (const id of open) show(id, false);
    return open.length > 0;
  };
  onClick("[data-panel]", (button) => {
    const id = button.dataset.panel;
    if (id === "stage") closeDrawers();
    else show(id, !isOpen(id), button);
  });
  document.addEventListener("page:show", ({ detail: { id, isOpen: open } }) => {
    if (ids.includes(id) && open !== isOpen(id)) show(id, open);
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target === shell) closeDrawers();
  });
  // Who opened a chat wants to see it.
  onClick("[data-act=open]", closeDrawers);
  isNarrow.addEventListener("change", () => {
    for (const id of ids) byId(id).classList.remove("is-open");
    mark();
  });
  new MutationObserver(mark).observe(byId("stage"), { childList: true });
  mark();
  return { closeDrawers };
})();

const menus = (() => {
  const opened = () => document.querySelector(".menu.is-open");
  const openerOf = (menu) => document.querySelector(`[data-menu="${menu.id}"]`);
  const close = (isFocused = true) => {
    const menu = opened();
    if (!menu) return false;
    menu.classList.remove("is-open");
    openerOf(menu)?.setAttribute("aria-expanded", "false");
    if (isFocused && menu.contains(document.activeElement)) openerOf(menu)?.focus();
    return true;
  };
  onClick("[data-menu]", (button) => {
    const menu = byId(button.dataset.menu), open = !menu.classList.contains("is-open");
    close();
    if (!open) return;
    menu.classList.add("is-open");
    button.setAttribute("aria-expanded", "true");
    menu.querySelector("button:not(:disabled), input")?.focus();
  });
  // A choice closes the menu; a field in it does not.
  document.addEventListener("click", (event) => {
    const menu = opened();
    if (!menu || event.target.closest?.("[data-menu]")) return;
    if (!menu.contains(event.target) || event.target.closest(".menu button")) close();
  });
  onClick("[data-press]", (button) => click(button.dataset.press));
  return { close };
})();
