// The lists of chats: a click on a button tells its act, deleting for good asks twice, dates are the reader's own.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  if (button.dataset.sure && button.textContent !== button.dataset.sure) {
    const label = button.textContent;
    button.textContent = button.dataset.sure;
    setTimeout(() => { button.textContent = label; }, 4000);
    return;
  }
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
watch("value", localise);
localise();
