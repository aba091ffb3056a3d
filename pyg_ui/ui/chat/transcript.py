"""The turns on the screen as messages of the chatbot component, with the buttons at each of them.

The style sheet draws everything else from titles, so that the text of a message holds only what was said. A button
carries the name of its action and the place of its turn; a script reports its click, `actions` carries it out.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from pyg_ui.dialogue.chat import Origin, Role, Turn, Version
from pyg_ui.engine.catalog import find_entry
from pyg_ui.ui.chat_state.reply import Reply
from pyg_ui.ui.display import as_attribute, as_editable, as_html, speaker
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import figure, say


def messages(session: Session) -> list[Any]:
    """The turns on the screen, the newest last, as the chatbot component takes them."""
    chat, reply = session.chat, session.writing
    num_turns = len(chat.turns)
    shown = [_message(session, index) for index in range(max(0, num_turns - session.num_drawn_turns), num_turns)]
    if reply is None or not session.is_writing or reply.wish.is_for_person:
        return shown
    return [*(shown[:-1] if chat.is_answered else shown), _open_message(session, reply)]


def _message(session: Session, index: int) -> dict[str, Any]:
    chat, turn = session.chat, session.chat.turns[index]
    is_reply = turn.role is Role.CHARACTER
    name = chat.character.name if is_reply else chat.person_name
    parts = [_marks(session, index), speaker(name, speaker_remark(turn.version, session.language))]
    candidates = session.candidates if index == len(chat.turns) - 1 else ()
    if index == session.editing:
        parts += [_editor(turn, index, session.language)]
    elif candidates:
        parts += [_cards(session, candidates)]
    else:
        parts += [as_html(chat.display_text(turn.role, turn.text, turn.sent_at)), _foot(session, index)]
    return _as_message("assistant" if is_reply else "user", parts)


def _open_message(session: Session, reply: Reply) -> dict[str, Any]:
    """The reply on its way. `live.js` writes the later text into its bubbles."""
    bubbles = [f'<span class="live">{"".join(blocks)}</span>' for blocks in reply.bubbles]
    if len(bubbles) > 1:
        cards = "".join(f'<span class="card">{bubble}</span>' for bubble in bubbles)
        bubbles = [f'<span class="cards">{cards}</span>']
    remark = speaker_remark(reply.drafts[0], session.language) if reply.drafts else ""
    return _as_message("assistant", [speaker(session.chat.character.name, remark), *bubbles])


def _as_message(role: str, parts: Sequence[str]) -> dict[str, Any]:
    # A plain string would lose its white space on the way.
    return {"role": role, "content": [{"type": "text", "text": "".join(parts)}]}


def speaker_remark(version: Version, language: str) -> str:
    """The remark beside a speaker: which demo model wrote the version; "" for any other version."""
    entry = find_entry(version.origin.model_id) if version.origin is not None else None
    return f"{entry.id} · {say('model.demo_short', language)}" if entry is not None and entry.is_demo else ""


def facts(origin: Origin, language: str) -> str:
    """The cost of a generated text: its tokens, the time to the first one, the speed."""
    num_tokens = figure(origin.num_new_tokens, language)
    parts = [say("chat.facts_one" if origin.num_new_tokens == 1 else "chat.facts", language, number=num_tokens)]
    if origin.first_token_s >= 0.005:
        parts.append(say("chat.facts_first", language, first=figure(origin.first_token_s, language, 2)))
    if origin.num_new_tokens > 1 and origin.tokens_per_s > 0:
        parts.append(say("chat.facts_speed", language, speed=figure(origin.tokens_per_s, language, 1)))
    if origin.has_looped:
        parts.append(say("model.looped", language))
    return " · ".join(parts)


def _marks(session: Session, index: int) -> str:
    """What scripts and the style sheet know a message by.

    The first one that is drawn tells which chat it is, so that `places.js` knows when another one comes.
    """
    is_first = index == max(0, len(session.chat.turns) - session.num_drawn_turns)
    opened = f'<i class="opened" title="{session.num_opened}"></i>' if is_first else ""
    found = '<i class="found"></i>' if index == session.found else ""
    return _edge(session, index) + opened + found


def _edge(session: Session, index: int) -> str:
    """Marks each message that no longer fits the context, and the first one that does."""
    if not session.num_dropped_turns or index > session.num_dropped_turns:
        return ""
    if index < session.num_dropped_turns:
        return '<i class="dropped"></i>'
    return f'<i class="edge" title="{as_attribute(say("chat.edge", session.language))}"></i>'


def _foot(session: Session, index: int) -> str:
    turn, language = session.chat.turns[index], session.language
    is_last_reply = index == len(session.chat.turns) - 1 and session.chat.is_answered
    origin = turn.version.origin
    names = ["repeat"] if is_last_reply and origin is not None else []
    figures = _facts(origin, language, turn.sent_at)
    names = [*names, "copy", "edit", "branch", "delete", *(["info"] if figures else [])]
    written = escape(session.chat.display_text(turn.role, turn.text, turn.sent_at)).replace("\n", "&#10;")
    more = "".join(_tool(name, index, language) for name in names)
    more += f'<i class="written" title="{written}"></i>'  # what `copy` copies
    swipes = "".join(_swipes(turn, index, language, can_go_on=is_last_reply))
    return f'<span class="foot">{swipes}<span class="more">{more}</span>{figures}</span>'


def _facts(origin: Origin | None, language: str, sent_at: datetime | None = None) -> str:
    """What a text cost and when it was sent, which `info` shows; nothing if neither is known."""
    if origin is None and sent_at is None:
        return ""
    cost = as_attribute(facts(origin, language)) if origin is not None else ""
    # Gradio's clean-up of messages leaves titles, and no `data-` attributes.
    moment = f'<i class="moment" title="{sent_at.isoformat()}"></i>' if sent_at is not None else ""
    return f'<i class="facts" title="{cost}">{moment}</i>'


def _swipes(turn: Turn, index: int, language: str, *, can_go_on: bool) -> list[str]:
    """The arrows between a turn's versions. After the last version of the last reply, the arrow writes another one."""
    num_versions = len(turn.versions)
    if num_versions == 1 and not can_go_on:
        return []
    is_first, is_last = turn.index == 0, turn.index == num_versions - 1
    return [
        _tool("previous", index, language, is_off=is_first),
        f'<i class="count" title="{turn.index + 1}/{num_versions}"></i>',
        _tool("another", index, language) if is_last and can_go_on else _tool("next", index, language, is_off=is_last),
    ]


def _tool(name: str, index: int, language: str, *, is_off: bool = False) -> str:
    title = as_attribute(say(f"chat.{name}", language))
    off = " disabled" if is_off else ""
    return f'<button type="button" class="tool" name="{name}" value="{index}" title="{title}"{off}></button>'


def _editor(turn: Turn, index: int, language: str) -> str:
    title = as_attribute(say("chat.edit", language))
    return (
        f'<span class="editor" contenteditable="plaintext-only" role="textbox" title="{title}">'
        f'{as_editable(turn.text)}</span><span class="foot is-open">'
        f"{_tool('save', index, language)}{_tool('cancel', index, language)}</span>"
    )


def _cards(session: Session, candidates: tuple[Version, ...]) -> str:
    """Replies side by side, to pick from."""
    chat, language = session.chat, session.language
    first = len(chat.turns[-1].versions) - len(candidates)
    cards = []
    for place, version in enumerate(candidates, start=first):
        text = as_html(chat.display_text(Role.CHARACTER, version.text))
        foot = f'<span class="foot is-open">{_tool("pick", place, language)}{_facts(version.origin, language)}</span>'
        cards.append(f'<span class="card">{text}{foot}</span>')
    return f'<span class="cards">{"".join(cards)}</span>'
