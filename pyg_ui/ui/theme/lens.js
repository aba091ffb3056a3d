// The lens: a click on a token of the reply goes to its place, one on another token branches the reply there.
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-place], [data-token]');
  if (chosen?.dataset.place) trigger('click', { place: Number(chosen.dataset.place) });
  else if (chosen?.dataset.token) trigger('select', { token: Number(chosen.dataset.token) });
});
// A click on the last reply in the chat goes to the token under it. The chat and the lens show the same visible
// characters, so those before the click are counted off the tokens.
const count = (text) => text.replace(/[\s*⏎]/g, '').length;
document.addEventListener('click', (event) => {
  const reply = [...document.querySelectorAll('#chat .bot .message-content')].at(-1);
  const tokens = [...element.querySelectorAll('[data-place]')];
  if (!tokens.length || !reply?.contains(event.target) || !getSelection().isCollapsed) return;
  const caret = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  if (!caret) return;
  const before = document.createRange();
  before.setStart(reply, 0);
  before.setEnd(caret.startContainer, caret.startOffset);
  let left = count(before.toString());
  tokens.find((token) => (left -= count(token.textContent)) < 0)?.click();
});
