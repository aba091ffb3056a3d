// A notice at the head of the chat that stands for as long as something is not saved; then, for a while, that all is.
{
  const SHOWN_MS = 8000;
  let timer = 0;
  const notice = () => {
    const found = byId("unsaved");
    if (found) return found;
    const made = document.createElement("p");
    made.id = "unsaved";
    made.role = "status";
    byId("header").after(made);
    return made;
  };
  document.addEventListener("page:unsaved", ({ detail }) => {
    const shown = notice();
    if (!detail.unsaved && !shown.textContent) return;
    clearTimeout(timer);
    shown.textContent = detail.unsaved || detail.saved;
    shown.classList.toggle("is-saved", !detail.unsaved);
    if (!detail.unsaved) timer = setTimeout(() => { shown.textContent = ""; }, SHOWN_MS);
  });
}
