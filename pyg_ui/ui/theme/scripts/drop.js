// Files that are dropped anywhere on the page go to the one field that takes them. While files are dragged over the page,
// a hint says what may be dropped. A place with a field of its own keeps what is dropped on it.
{
  const patienceMs = 20_000;
  const hint = document.createElement("div");
  hint.className = "drop-hint";
  hint.hidden = true;
  hint.append(document.createElement("p"));
  (document.querySelector(".gradio-container") ?? document.body).append(hint);
  let hiding = 0;
  const isOurs = (event) =>
    event.dataTransfer?.types?.includes("Files") && !event.target.closest?.(".drop-zone:not(#bring-in)");
  const hide = () => {
    clearTimeout(hiding);
    hint.hidden = true;
  };
  const over = (event) => {
    if (!event.dataTransfer?.types?.includes("Files")) return;
    event.preventDefault();
    if (!isOurs(event)) return hide();
    event.stopPropagation();
    event.dataTransfer.dropEffect = "copy";
    if (hint.hidden) {
      hint.firstChild.textContent = words().drop_hint ?? "";
      hint.hidden = false;
    }
    // A browser tells of a drag again and again, but not always of its end.
    clearTimeout(hiding);
    hiding = setTimeout(hide, 800);
  };
  // The field is gone while it takes other files.
  const field = async () => {
    sheets.mount("gallery");
    for (const end = Date.now() + patienceMs; Date.now() < end; await new Promise((done) => setTimeout(done, 100))) {
      const input = document.querySelector("#bring-in input[type=file]");
      if (input) return input;
    }
    return null;
  };
  let turn = Promise.resolve();
  const take = async (files) => {
    const input = await field();
    if (!input) return;
    const given = new DataTransfer();
    for (const file of files) given.items.add(file);
    input.files = given.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await new Promise((done) => setTimeout(done, 300));
  };
  document.addEventListener("dragenter", over, true);
  document.addEventListener("dragover", over, true);
  document.addEventListener("drop", (event) => {
    hide();
    if (!isOurs(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const files = [...event.dataTransfer.files];
    if (files.length) turn = turn.then(() => take(files)).catch(() => {});
  }, true);
}
