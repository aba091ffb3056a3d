// The lists of chats and characters: a click on a button reports its action, deleting for good asks twice, a chat is
// renamed in its row, dates are the reader's own. When a list is drawn again, it stays where it was scrolled to, and a
// title that is being typed stays. `rows.js` stands before this.
const box = () => element.closest("#history-chats");
let typed = null, scrolled = 0;
document.addEventListener("scroll", (event) => {
  if (event.target === box()) scrolled = event.target.scrollTop;
}, true);
const report = (sent) => {
  clicked = { id: sent.id, act: sent.act, place: ids().indexOf(sent.id) };
  trigger("select", sent);
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  if (button.dataset.sure && button.textContent !== button.dataset.sure) {
    const label = button.textContent;
    button.textContent = button.dataset.sure;
    setTimeout(() => { button.textContent = label; }, 4000);
    return;
  }
  const { act, id, place } = button.dataset;
  if (act === "rename") rename(button, buttonsOf(id)[0].querySelector(".title").textContent);
  else report({ act, id, ...(place && { place: Number(place) }) });
});
// -- a title that is typed in its row
const rename = (button, text) => {
  const row = button.closest("li"), before = row.querySelector(".open"), field = document.createElement("input");
  field.className = "new-title";
  field.value = text;
  field.maxLength = 200;
  field.setAttribute("aria-label", button.title);
  const leave = (sent) => {
    if (!typed) return;
    typed = null;
    field.replaceWith(before);
    if (sent) report({ act: "rename", id: button.dataset.id, text: sent });
    buttonsOf(button.dataset.id)[0]?.focus({ preventScroll: true });
  };
  field.addEventListener("input", () => { typed.text = field.value; });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();  // the row's button has the focus next, and Enter would press it
    leave(event.key === "Enter" ? field.value.trim() : "");
  });
  // The field also loses the focus when the list is drawn again: then it is no longer in the page.
  field.addEventListener("blur", () => setTimeout(() => { if (field.isConnected) leave(field.value.trim()); }));
  const isAgain = Boolean(typed);
  typed = { id: button.dataset.id, text };
  before.replaceWith(field);
  field.focus();
  field.setSelectionRange(isAgain ? text.length : 0, text.length);
};
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
const typeAgain = () => {
  const button = typed && buttonsOf(typed.id).find((each) => each.dataset.act === "rename");
  if (button) rename(button, typed.text);
};
watch("value", () => {
  localise();
  if (box()) box().scrollTop = scrolled;
  typeAgain();
  focusAgain();
});
localise();
