// The notice of a public page: it stands before the first message, until the person or this browser has accepted it.
{
  const NAME = "content_accepted";
  const settings = (text) => { try { return JSON.parse(text) ?? {}; } catch { return {}; } };
  const isAccepted = () => {
    const kept = document.querySelector("#account [data-kept]")?.dataset.kept;
    return Boolean(settings(kept ?? localStorage.getItem("pygmalion-page"))[NAME]);
  };
  document.addEventListener("page:ready", () => {
    const notice = byId("content-notice");
    if (!notice || notice.open || isAccepted()) return;
    let isTaken = false;
    notice.addEventListener("cancel", (event) => event.preventDefault());
    notice.addEventListener("close", () => { if (!isTaken) notice.showModal(); });
    notice.querySelector("button").addEventListener("click", () => {
      isTaken = true;
      document.dispatchEvent(new CustomEvent("page:setting", { detail: { name: NAME, value: true } }));
      notice.close();
      document.querySelector("#message textarea")?.focus({ preventScroll: true });
    });
    notice.showModal();
  });
}
