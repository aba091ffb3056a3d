// What is clicked at messages is reported to the server.
{
  const report = (name, place, text = "") =>
    document.dispatchEvent(new CustomEvent("page:act", { detail: { name, place, text } }));
  const inform = (button) => {
    const foot = button.closest(".foot"), facts = foot.querySelector(".facts");
    const at = facts.querySelector(".moment")?.title;
    const moment = at && new Date(at).toLocaleString(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short" });
    facts.dataset.said = [moment, facts.title].filter(Boolean).join(" · ");
    button.ariaExpanded = String(foot.classList.toggle("shows-facts"));
    foot.scrollIntoView({ block: "nearest" });
  };
  // Pages that are not served safely may not use the clipboard itself.
  const copy = async (button) => {
    const text = button.closest(".foot").querySelector(".written")?.title ?? "";
    try { await navigator.clipboard.writeText(text); } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const title = button.title;
    button.classList.add("is-done");
    button.title = button.ariaLabel = words().copied;
    setTimeout(() => { button.classList.remove("is-done"); button.title = button.ariaLabel = title; }, 2000);
  };
  // Where nothing hovers, a tap on a message shows its tools.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#chat .foot")) return;
    const tapped = event.target.closest?.("#chat .message-row");
    for (const row of document.querySelectorAll("#chat .is-tapped")) if (row !== tapped) row.classList.remove("is-tapped");
    if (tapped?.classList.toggle("is-tapped", getSelection().isCollapsed && !tapped.classList.contains("is-tapped"))) {
      tapped.querySelector(".foot")?.scrollIntoView({ block: "nearest" });
    }
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#chat .tool, #starters .starter");
    if (!button || button.disabled) return;
    if (button.name === "info") return inform(button);
    if (button.name === "copy") return copy(button);
    if (button.name === "another") return click("#regenerate");
    if (button.name === "repeat") return click("#repeat");
    const editor = button.closest(".message")?.querySelector(".editor");
    report(button.name, Number(button.value), button.name === "save" && editor ? editor.innerText : "");
  });
}
