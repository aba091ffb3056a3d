// The tiles and the tags of the gallery: a click on a button reports its action. `select` tells of one that opens a chat,
// `submit` of all others. `rows.js` stands before this.
const opens = new Set(["open", "edit"]);
const closeMenus = (except) => {
  for (const menu of element.querySelectorAll("details[open]")) if (menu !== except) menu.open = false;
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { act, id } = button.dataset;
  closeMenus();
  if (!opens.has(act)) clicked = { id, place: ids().indexOf(id) };
  trigger(opens.has(act) ? "select" : "submit", { act, id });
});
element.addEventListener("toggle", ({ target }) => {
  if (!target.open) return;
  closeMenus(target);
  // The menu of a tile at the left edge would lie outside.
  const acts = target.querySelector(".tile-acts"), left = element.getBoundingClientRect().left;
  acts.style.translate = `${Math.max(0, left - acts.getBoundingClientRect().left)}px`;
  acts.scrollIntoView({ block: "nearest" });
}, true);
element.addEventListener("keydown", (event) => {
  const menu = event.target.closest("details[open]");
  if (event.key !== "Escape" || !menu) return;
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("pointerdown", (event) => {
  closeMenus(event.target.closest?.("details"));
});
watch("value", focusAgain);
