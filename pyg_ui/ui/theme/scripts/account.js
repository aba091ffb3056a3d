// What the page remembers: theme, language, open panels and folds. The browser has it for the first paint, and the
// server for other devices; what the server says counts. `early.js` sets theme and language before anything is drawn.
{
  const KEY = "pygmalion-page";
  const read = () => { try { return JSON.parse(localStorage.getItem(KEY)) ?? {}; } catch { return {}; } };
  const write = (settings) => { try { localStorage.setItem(KEY, JSON.stringify(settings)); } catch { /* it is full */ } };
  const shown = () => document.querySelector("#account [data-kept]")?.dataset.kept;
  const began = read();
  let told = shown(), isRestoring = false;
  const keep = (name, value) => {
    if (read()[name] === value) return;
    write({ ...read(), [name]: value });
    document.dispatchEvent(new CustomEvent("page:keep", { detail: { name, value } }));
  };

  document.addEventListener("page:setting", ({ detail: { name, value } }) => keep(name, value));

  // -- theme and language ---------------------------------------------------------------------------------------
  // The words of a page cannot change while it is open. Where nothing can be remembered, loading it anew does not help.
  const speak = (language) => {
    if (language !== (began.language ?? "") && (read().language ?? "") === language) location.reload();
  };
  const paint = (theme) => document.dispatchEvent(new CustomEvent("page:theme", { detail: theme }));
  let isLanguageAsked = false;
  document.addEventListener("change", ({ target }) => {
    const name = target.dataset?.setting;
    if (!name || !target.closest("#account")) return;
    isLanguageAsked ||= name === "language";
    keep(name, target.value);
    if (name === "theme") paint(target.value);
  });
  document.addEventListener("page:kept", () => { if (isLanguageAsked) location.reload(); });

  // -- panels and folds -----------------------------------------------------------------------------------------
  const wanted = new Map();
  const fold = (id) => byId(id)?.querySelector(".label-wrap");
  const restoreFolds = () => {
    if (!byId("tuning")?.checkVisibility()) return;
    for (const [id, isOpen] of wanted) {
      const button = fold(id);
      if (!button?.checkVisibility()) continue;
      wanted.delete(id);
      if (button.classList.contains("open") !== isOpen) button.click();
    }
  };
  const restore = (settings) => {
    isRestoring = true;
    for (const [name, isOpen] of Object.entries(settings)) {
      const [kind, id] = name.split(":");
      if (kind === "fold") wanted.set(id, isOpen);
      if (kind === "panel" && !isNarrow.matches) document.dispatchEvent(new CustomEvent("page:show", { detail: { id, isOpen } }));
    }
    restoreFolds();
    isRestoring = false;
  };
  document.addEventListener("page:panel", ({ detail: { id, isOpen, isDrawer } }) => {
    if (!isDrawer && !isRestoring) keep(`panel:${id}`, isOpen);
    requestAnimationFrame(restoreFolds);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#tuning .label-wrap"), id = button?.closest("[id].block")?.id;
    if (!id || !event.isTrusted) return;
    wanted.delete(id);
    setTimeout(() => keep(`fold:${id}`, button.classList.contains("open")), 50);
  });
  new MutationObserver(restoreFolds).observe(byId("tuning"), { childList: true, subtree: true });

  const take = () => {
    if (!shown() || shown() === told) return;
    told = shown();
    const settings = JSON.parse(told), before = read();
    write(settings);
    if ((settings.theme ?? "system") !== (before.theme ?? "system")) paint(settings.theme ?? "system");
    restore(settings);
    speak(settings.language ?? "");
  };
  new MutationObserver(take).observe(byId("account"), { childList: true, subtree: true, attributes: true });
  queueMicrotask(() => { restore(began); take(); });
}
