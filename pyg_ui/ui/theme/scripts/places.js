// Where the chat is scrolled to when it is drawn anew. Another chat shows its end, a new one the beginning of its
// greeting, and one that a search found the message with the words, which has the focus then. Earlier messages come
// above what was being read, which stays where it is. Until the reader does something, what is drawn later moves nothing.
{
  const chat = byId("chat"), box = () => chat.querySelector(".bubble-wrap");
  const rows = () => [...chat.querySelectorAll(".message-row")];
  const turnOf = (row) => row.querySelector(".tool[value]:not([name=pick])")?.value;
  const rowOf = (turn) => rows().find((row) => turnOf(row) === turn);
  const topOf = (element) => element.getBoundingClientRect().top;
  let known = null, greeting = null, hold = null;
  // Keeps a row at a distance from the window's top.
  const keep = (turn, top) => () => {
    const row = rowOf(turn);
    if (!row) return;
    reading.rest();
    box().scrollTop += topOf(row) - top;
  };

  // -- another chat
  const arrive = () => {
    const found = chat.querySelector(".found")?.closest(".message-row");
    if (!found) {
      reading.follow();
      box().scrollTop = box().scrollHeight;
      return null;
    }
    found.tabIndex = -1;
    found.role = "mark";
    found.focus({ preventScroll: true });
    highlight(found);
    return keep(turnOf(found), topOf(box()) + box().clientHeight / 5);
  };
  const highlight = (row) => {
    const wanted = document.querySelector("#history-search :is(input, textarea)").value.toLowerCase().split(/\s+/).filter(Boolean);
    const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT), ranges = [];
    for (let node = texts.nextNode(); node; node = texts.nextNode()) for (const word of wanted) {
      const text = node.data.toLowerCase();
      for (let at = text.indexOf(word); at >= 0 && text.length === node.length; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        ranges.push(range);
      }
    }
    CSS.highlights?.set("found", new Highlight(...ranges));
  };
  const forgetFound = () => {
    for (const row of chat.querySelectorAll(".message-row[role=mark]:not(:has(.found))")) {
      row.removeAttribute("role");
      row.removeAttribute("tabindex");
      CSS.highlights?.delete("found");
    }
  };
  // A greeting is read from its beginning, also when another one is chosen.
  const showGreeting = () => {
    const [first, second] = rows(), text = first?.textContent;
    const isAlone = first?.matches(".bot-row") && !second && !document.querySelector("#message .stop-button");
    if (isAlone && text !== greeting) {
      reading.rest();
      box().scrollTop = 0;
    }
    greeting = isAlone ? text : null;
  };
  const place = () => {
    if (!box()) return;
    forgetFound();
    const opened = chat.querySelector(".opened")?.title ?? known;
    if (opened !== known) {
      known = opened;
      greeting = null;
      hold = arrive();
    }
    hold?.();
    showGreeting();
  };

  // -- earlier messages of the same chat
  onClick("#earlier", () => {
    const first = rows().find((row) => row.getBoundingClientRect().bottom > topOf(box()));
    if (!first) return;
    const move = keep(turnOf(first), topOf(first));
    hold = () => {
      move();
      if (document.activeElement === document.body) {
        box().tabIndex = -1;
        box().focus({ preventScroll: true });
      }
    };
  });

  const release = () => { hold = null; };
  for (const act of ["pointerdown", "wheel", "touchmove", "keydown"]) document.addEventListener(act, release, { capture: true, passive: true });
  new MutationObserver(place).observe(chat, { childList: true, subtree: true, characterData: true });
  new ResizeObserver(() => hold?.()).observe(chat);
  queueMicrotask(place);  // `reading` is there only when all scripts have run
}
