// A click at an offer reports the model. Its button is then drawn anew: the focus goes to the button that cancels.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-get]");
  if (!button || button.disabled) return;
  trigger("select", { get: button.dataset.get });
  const started = Date.now();
  const focus = () => {
    const cancel = document.getElementById("cancel-load");
    if (cancel?.checkVisibility()) cancel.focus();
    else if (Date.now() - started < 3000) setTimeout(focus, 100);
  };
  focus();
});
