// What the other scripts of the page share. All of them run once, when the page is there.
const byId = (id) => document.getElementById(id);
const isNarrow = window.matchMedia("(max-width: 1099.98px)");
const click = (selector) => {
  const button = document.querySelector(selector);
  if (!button || button.disabled) return false;
  button.click();
  return true;
};
// The head of the page carries the translated words for elements that have no name of their own, and the keys.
// Gradio changes its attributes in their place; `page:words` tells of it.
const carried = (name) => {
  let text = "", read = {};
  return () => {
    const now = document.querySelector("#brand h1")?.dataset[name] ?? "{}";
    if (now !== text) read = JSON.parse(text = now);
    return read;
  };
};
const words = carried("words");
new MutationObserver(() => document.dispatchEvent(new CustomEvent("page:words"))).observe(
  byId("brand"), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-words"] });
const onClick = (selector, handle) => document.addEventListener("click", (event) => {
  const found = event.target.closest?.(selector);
  if (found && !found.disabled) handle(found, event);
});
