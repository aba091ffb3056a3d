// The lists of chats and characters: a click on a button reports its action, deleting for good asks twice, dates are
// the reader's own. When a list is drawn again, its focused button is lost: the focus goes to the same row, else to the
// row in its place, else to the heading of the empty trash.
const ids = () => [...new Set([...element.querySelectorAll("[data-id]")].map((button) => button.dataset.id))];
let clicked = null;
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  if (button.dataset.sure && button.textContent !== button.dataset.sure) {
    const label = button.textContent;
    button.textContent = button.dataset.sure;
    setTimeout(() => { button.textContent = label; }, 4000);
    return;
  }
  clicked = { id: button.dataset.id, place: ids().indexOf(button.dataset.id) };
  trigger("select", { act: button.dataset.act, id: button.dataset.id });
});
const localise = () => {
  const now = new Date();
  for (const time of element.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    const isToday = moment.toDateString() === now.toDateString();
    const day = { day: "numeric", month: "short", ...(moment.getFullYear() !== now.getFullYear() && { year: "numeric" }) };
    time.textContent = moment.toLocaleString(
      document.documentElement.lang || undefined, isToday ? { hour: "2-digit", minute: "2-digit" } : day);
    time.title = moment.toLocaleString();
  }
};
const focusAgain = () => {
  const last = clicked;
  clicked = null;
  if (!last || document.activeElement !== document.body) return;
  const now = ids();
  const next = now.includes(last.id) ? last.id : now[Math.min(last.place, now.length - 1)];
  const heading = () => element.closest("#character-trash, #history-trash, #lorebook-trash")?.querySelector("button");
  (next ? element.querySelector(`[data-id="${CSS.escape(next)}"]`) : heading())?.focus();
};
watch("value", () => { localise(); focusAgain(); });
localise();
