// What is clicked at messages is reported to the server.
{
  const report = (name, place, text = "") =>
    document.dispatchEvent(new CustomEvent("page:act", { detail: { name, place, text } }));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#chat .tool, #starters .starter");
    if (!button || button.disabled) return;
    if (button.name === "another") return click("#regenerate");
    if (button.name === "repeat") return click("#repeat");
    const editor = button.closest(".message")?.querySelector(".editor");
    report(button.name, Number(button.value), button.name === "save" && editor ? editor.innerText : "");
  });
}
