// Every action has a tooltip: an element's title, or else its own words, with its key where it has one. The head of the
// page carries the keys. A browser shows titles only under the mouse; what the keyboard focuses has its own tooltip here.
{
  const keys = carried("keys");
  const name = (element) => element.ariaLabel || element.title || element.textContent.trim();
  const tell = () => {
    for (const [selector, key] of Object.entries(keys())) {
      for (const element of document.querySelectorAll(selector)) {
        if (element.dataset.key === key && element.title.endsWith(`(${key})`)) continue;
        element.ariaLabel ||= name(element);
        element.title = `${name(element)} (${key})`;
        element.dataset.key = key;
        element.setAttribute("aria-keyshortcuts", key.replace(" ", "+").replace("Ctrl", "Control").replace("Esc", "Escape").replace("←", "ArrowLeft").replace("→", "ArrowRight").replace("↑", "ArrowUp"));
      }
    }
    for (const button of document.querySelectorAll("#shell button:is(:not([title]), [data-tip])")) {
      const text = button.ariaLabel || button.textContent.replace("▼", "").trim();
      if (text.length < 80 && button.dataset.tip !== text) button.title = button.dataset.tip = text;
    }
  };
  // Gradio draws buttons one by one; a tooltip may come a moment later. The text of a reply on its way has none.
  let timer = 0;
  const isLive = (change) => change.target.parentElement?.closest("#chat .live");
  const later = (changes) => {
    if (changes?.every(isLive)) return;
    clearTimeout(timer);
    timer = setTimeout(tell, 150);
  };
  new MutationObserver(later).observe(byId("shell"), { childList: true, subtree: true, characterData: true });
  // What has a key is told anew with its name in the other language.
  document.addEventListener("page:words", () => {
    for (const element of document.querySelectorAll("[data-key]")) delete element.dataset.key;
    later();
  });
  later();

  // -- what the keyboard focuses
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.ariaHidden = "true";  // the element says the same
  tip.hidden = true;
  (document.querySelector(".gradio-container") ?? document.body).append(tip);
  const hide = () => { tip.hidden = true; };
  const show = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    tip.textContent = element.title;
    tip.hidden = element.textContent.includes(element.title);
    const { width, height } = tip.getBoundingClientRect(), gap = 6;
    tip.style.left = `${Math.max(gap, Math.min((left + right - width) / 2, innerWidth - width - gap))}px`;
    tip.style.top = `${bottom + gap + height < innerHeight ? bottom + gap : top - gap - height}px`;
  };
  const renewed = new MutationObserver(([{ target }]) => { if (target === document.activeElement) show(target); });
  document.addEventListener("focusin", ({ target }) => {
    renewed.disconnect();
    if (!target.matches("button, summary, a, select") || !target.matches(":focus-visible")) return hide();
    show(target);
    renewed.observe(target, { attributes: true, attributeFilter: ["title"] });
  });
  for (const away of ["focusout", "pointerdown", "scroll"]) document.addEventListener(away, hide, { capture: true, passive: true });
}
