"""How the open character will look in a chat: its greetings and example dialogue as bubbles, as HTML.

The texts are those of the fields, with their macros expanded as the chat expands them.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.dialogue.prompt import PERSON, START
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.portrait import thumbnail
from pyg_ui.service.cost import Cost
from pyg_ui.ui.display import MAX_NAME_CHARACTERS, as_attribute, as_html
from pyg_ui.ui.portraits import as_url
from pyg_ui.ui.translations import figure, say

MAX_BUBBLES = 40
MAX_SHOWN_CHARACTERS = 4000
"""Of a longer text only the beginning is shown."""
_START_LINE = re.compile(rf"\s*(?:{START}\s*)+", re.IGNORECASE)


class Faces(NamedTuple):
    """The portraits of the character and the person, as URLs."""

    character: str
    person: str


def preview_html(chat: Chat, alternate_greetings: Sequence[str], faces: Faces, language: str) -> str:
    """The greeting, the further greetings and the example dialogue."""
    greetings = [chat.character.greeting, *alternate_greetings]
    shown = [chat.display_text(Role.CHARACTER, text) for text in greetings if text.strip()][:MAX_BUBBLES]
    first = "".join(_bubble(chat, Role.CHARACTER, text) for text in shown[:1])
    others = "".join(_bubble(chat, Role.CHARACTER, text) for text in shown[1:])
    examples = "".join(
        _bubble(chat, role, text) if text else '<hr class="example-break">'
        for role, text in list(example_turns(chat))[:MAX_BUBBLES]
    )
    parts = [
        _part("greeting", first, language) if first else f'<p class="remark">{_word("preview_empty", language)}</p>',
        _part("alternate_greetings", others, language) if others else "",
        _part("example_dialogue", examples, language) if examples else "",
    ]
    # Each portrait is in the page once, however many bubbles there are.
    pictures = f'--character-face: url("{faces.character}"); --person-face: url("{faces.person}")'
    return f'<div class="preview" style="{as_attribute(pictures)}">{"".join(parts)}</div>'


def cost_html(cost: Cost, language: str) -> str:
    """What the character takes of the model's context, and what to do where that is too much."""
    values = {"number": figure(cost.num_tokens, language), "limit": figure(cost.limit, language)}
    if not cost.num_over:
        left = figure(cost.limit - cost.num_tokens, language)
        return f'<p class="cost">{escape(say("character.cost", language, left=left, **values))}</p>'
    part = say(f"prompt.{re.sub('[^a-z]', '_', cost.largest)}", language)
    said = say("character.cost_over", language, part=part, over=figure(cost.num_over, language), **values)
    return f'<p class="cost over" role="status">{escape(said)}</p>'


def portrait_html(card: Card) -> str:
    """The portrait of the card that is open."""
    return f'<img src="{as_url(thumbnail(card.picture, card.name))}" alt="" width="128" height="192">'


def example_turns(chat: Chat) -> Iterator[tuple[Role, str]]:
    """Who says what in the example dialogue. An empty text stands for a break between two conversations.

    A line without a speaker's name goes on with what was said before it; the first one is the character's.
    """
    text = chat.macros(chat.person_name, None).expand_message(chat.character.example_dialogue)
    names = {PERSON: Role.PERSON, chat.person_name: Role.PERSON, chat.character.name: Role.CHARACTER}
    label = re.compile(rf"\s*(?P<name>{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})\s*:\s?")
    role, lines, has_any = Role.CHARACTER, list[str](), False
    for line in text.split("\n"):
        is_break, named = _START_LINE.fullmatch(line) is not None, label.match(line)
        if is_break or named:
            if said := "\n".join(lines).strip():
                yield role, said
                has_any = True
            lines = []
        if is_break and has_any:
            yield role, ""
            has_any = False
        if named:
            role, line = names[named["name"]], line[named.end() :]
        if not is_break:
            lines.append(line)
    if said := "\n".join(lines).strip():
        yield role, said


def _bubble(chat: Chat, role: Role, text: str) -> str:
    name = chat.person_name if role is Role.PERSON else chat.character.name
    shown = text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[:MAX_SHOWN_CHARACTERS]}…"
    return (
        f'<div class="preview-turn {role.value}"><span class="face"></span><div class="preview-bubble">'
        f"<strong>{escape(name[:MAX_NAME_CHARACTERS])}</strong>"
        f"<div>{as_html(shown)}</div></div></div>"
    )


def _part(key: str, bubbles: str, language: str) -> str:
    return f"<section><h3>{_word(key, language)}</h3>{bubbles}</section>"


def _word(key: str, language: str) -> str:
    return escape(say(f"character.{key}", language))
