// Rows and tiles that are drawn again lose the focused button: the focus goes to the same button of the same row, else to
// the row in its place, else to the heading of the empty trash. `clicked` notes the last click, with `id`, `act`, `place`.
const ids = () => [...new Set([...element.querySelectorAll("[data-id]")].map((button) => button.dataset.id))];
const buttonsOf = (id) => [...element.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)];
let clicked = null;
const focusAgain = () => {
  const last = clicked;
  clicked = null;
  if (!last || document.activeElement !== document.body) return;
  const now = ids();
  const next = now.includes(last.id) ? last.id : now[Math.min(last.place, now.length - 1)];
  const heading = () => element.closest("#character-trash, #history-trash, #lorebook-trash")?.querySelector("button");
  const found = next ? buttonsOf(next).find((button) => button.dataset.act === last.act && next === last.id) : null;
  (found ?? (next ? buttonsOf(next)[0] : heading()))?.focus({ preventScroll: true });
};
