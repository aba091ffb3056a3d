// The dots behind what the app is doing light up in turn.
{
  const note = byId("note"), isStill = window.matchMedia("(prefers-reduced-motion: reduce)");
  setInterval(() => {
    if (!document.hidden && !isStill.matches && note.querySelector(".dots")) note.dataset.lit = String((Number(note.dataset.lit ?? 0) % 3) + 1);
  }, 400);
}
