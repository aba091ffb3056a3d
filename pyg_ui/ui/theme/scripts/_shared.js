// What the other scripts of the page share. All of them run once, when the page is there.
const byId = (id) => document.getElementById(id);
const isNarrow = window.matchMedia("(max-width: 1099.98px)");
const click = (selector) => {
  const button = document.querySelector(selector);
  if (!button || button.disabled) return false;
  button.click();
  return true;
};
// The translated words for elements that have no name of their own.
const words = () => JSON.parse(document.querySelector("#brand h1")?.dataset.words ?? "{}");
const onClick = (selector, handle) => document.addEventListener("click", (event) => {
  const found = event.target.closest?.(selector);
  if (found && !found.disabled) handle(found, event);
});
