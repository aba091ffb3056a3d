// Every action has a tooltip: an element's title, or else its own words, with its key where it has one. The head of the
// page carries the keys.
{
  const keys = () => JSON.parse(document.querySelector("#brand h1")?.dataset.keys ?? "{}");
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
    for (const button of document.querySelectorAll("#shell button:is(:not([title]):not([aria-label]), [data-tip])")) {
      const text = button.textContent.trim();
      if (text.length < 80 && button.dataset.tip !== text) button.title = button.dataset.tip = text;
    }
  };
  // Gradio draws buttons one by one; a tooltip may come a moment later.
  let timer = 0;
  const later = () => { clearTimeout(timer); timer = setTimeout(tell, 150); };
  new MutationObserver(later).observe(byId("shell"), { childList: true, subtree: true, characterData: true });
  later();
}
