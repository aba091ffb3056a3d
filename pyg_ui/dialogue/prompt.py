"""The prompt of the Pygmalion models, exact to the token.

    {lorebook}                          entries that stand before the character
    {char}'s Persona: {persona}         only if set
    You's Persona: {description}        only if set: the person's own
    Scenario: {scenario}                only if set
    {lorebook}                          entries that stand after the character
    <START>
    {example dialogue}                  only if set
    {char}: {greeting}                  the history: whole turns, oldest first
    [Author's note: {note}]             only if set, `depth` turns before the end
    [{label}: {direction}]              only if set, each at its own place
    You: {message}
    {char}:                             and the beginning of the next turn, if there is one

If the examples contain `<START>` lines (as TavernAI's do), each block of them begins with one, and so does the
history; otherwise examples and history share one. The person's text enters as it is, without outer white space, even if
a line of it looks like a speaker's label.

If the history does not fit, its oldest turns are dropped in blocks, the greeting too. The room for turns is the budget
without persona, scenario, examples and cue, and a block is three fifths of that room. The number of tokens to drop is
rounded up to whole blocks, counted from the beginning of the history, and every turn that begins before that many
tokens is dropped. So the result depends on the chat only, and while a chat grows its prompt keeps the same beginning,
which an engine can reuse from its cache, until another block is full. The block's size is a compromise: each time the
beginning changes, the whole prompt must be read again, but dropped turns leave a part of the context unused. Measured
over 60 exchanges (messages of 20 to 80 tokens, replies of 60 to 128) in a context of 2,048: with three fifths an
exchange reads 145 tokens and 63 % of the context are in use; with a half 180 and 67 %, with a third 310 and 73 %;
dropping turn by turn reads the whole context each time.

`lorebook` decides which lorebook entries enter; they count as definition. They change with the conversation, so a book
whose entries change at each turn prevents the reuse of the cache. So does a definition with `{{random}}`, `{{roll}}` or
`{{time}}`: as in other programs, each message draws them anew, and the time is that of the newest turn. `{{pick}}` and
macros in what was said never change.

A direction is dropped with the turn that it stands before.

Invariants: the prompt is never over the budget; the definition, the author's note and everything from the person's
newest turn on are always whole; the order is kept; the texts of the kept segments, concatenated, are the prompt. Knows
no tokenizer.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate

from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.lorebook import call_lore
from pyg_ui.dialogue.macros.expansion import Macros
from pyg_ui.errors import PromptTooLongError

PERSON = "You"
"""The person's name in every prompt."""
START = "<START>"
"""Separates persona and scenario from dialogue, and blocks of dialogue from each other."""
NEXT_REPLY = Turn.of(Role.CHARACTER, "")
"""A reply that has no text yet."""
BLOCK_SHARE = 0.6
"""The size of a block, in which old turns are dropped, as a share of the room for turns."""
_BLOCK_STEP = 32
"""Block sizes are multiples of this, so that a small change of the room does not change the prompt's beginning."""

CountTokens = Callable[[str], int]

_START_LINES = re.compile(rf"^[ \t]*(?:{START}[ \t]*)+", re.MULTILINE | re.IGNORECASE | re.ASCII)


class SegmentKind(StrEnum):
    """The kind of a part of the prompt."""

    PERSONA = "persona"
    PERSON_DESCRIPTION = "your description"
    SCENARIO = "scenario"
    LORE = "lorebook"
    NOTE = "author's note"
    START = "start"
    EXAMPLES = "example dialogue"
    PERSON_TURN = "person"
    CHARACTER_TURN = "character"
    CUE = "cue"
    """The label of the next speaker, and the beginning of their turn if there is one. The model continues it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the prompt, with its line end."""

    kind: SegmentKind
    text: str
    num_tokens: int
    """Tokens of this text alone."""
    is_kept: bool = True
    """Whether it is in the prompt. Otherwise it was dropped because it did not fit."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The prompt, and its parts."""

    text: str
    segments: tuple[Segment, ...]
    num_tokens: int
    """Tokens of the whole text."""
    num_dropped_turns: int


def build_prompt(chat: Chat, count_tokens: CountTokens, budget: int, begun: Turn = NEXT_REPLY) -> Prompt:
    """The prompt for the turn that has `begun`, in at most `budget` tokens.

    Counts the tokens of each segment once, and of the whole text once, or a few times more if the tokenizer merges
    tokens across line ends. Raises PromptTooLongError, with the counts, if the parts that are never dropped do not fit.
    """

    def segment(kind: SegmentKind, text: str) -> Segment:
        return Segment(kind, text, count_tokens(text))

    def assemble(first: int) -> Prompt:
        kept = [replace(turn, is_kept=i >= first) for i, turn in enumerate(turns)]
        place = max(first, len(turns) - (chat.note.depth if chat.note else 0))
        history: list[Segment] = []
        for i in range(len(turns) + 1):
            history += (replace(part, is_kept=i >= first) for part in directions[i])
            history += note if i == place else ()
            history += kept[i : i + 1]
        segments = (*definition, *history, cue)
        text = "".join(part.text for part in segments if part.is_kept)
        return Prompt(text, segments, count_tokens(text), num_dropped_turns=first)

    macros = _macros(chat)
    definition = [segment(kind, text + "\n") for kind, text in _definition_lines(chat, macros, count_tokens)]
    note = [segment(SegmentKind.NOTE, text + "\n") for text in _note_lines(chat, macros)]
    turns = [segment(*_turn_line(chat, turn)) for turn in chat.turns]
    directions: list[list[Segment]] = [[] for _ in range(len(turns) + 1)]  # those before each turn, and before the cue
    for depth, text in _direction_lines(chat, macros):
        directions[max(len(turns) - depth, 0)].append(segment(SegmentKind.NOTE, text + "\n"))
    sizes = [_total(before) + turn.num_tokens for before, turn in zip(directions, turns, strict=False)]
    cue = segment(SegmentKind.CUE, _turn_line(chat, begun)[1].removesuffix("\n"))
    room = budget - _total([*definition, *note, *directions[-1], cue])
    newest = _newest_person_turn(chat.turns)
    for first in _first_kept_turns(sizes, room, newest):
        prompt = assemble(first)
        if prompt.num_tokens <= budget:
            return prompt
    raise _too_long([*definition, *note, *directions[-1]], turns[newest:], prompt.num_tokens, budget)


def _macros(chat: Chat) -> Macros:
    """What macros stand for in the definition, the lorebooks and the note."""
    newest = {turn.role: turn for turn in chat.turns}
    quoted = {
        "lastmessage": chat.turns[-1] if chat.turns else None,
        "lastusermessage": newest.get(Role.PERSON),
        "lastcharmessage": newest.get(Role.CHARACTER),
    }
    asked_at = [turn.sent_at for turn in chat.turns if turn.role is Role.PERSON]
    return replace(
        chat.macros(PERSON, next((turn.sent_at for turn in reversed(chat.turns) if turn.sent_at), None)),
        draw=len(chat.turns),
        last_said_at=asked_at[-2] if len(asked_at) > 1 else None,
        quotes={name: _said(chat, turn) if turn else "" for name, turn in quoted.items()},
    )


def _definition_lines(chat: Chat, macros: Macros, count_tokens: CountTokens) -> Iterator[tuple[SegmentKind, str]]:
    def expanded(kind: SegmentKind, text: str) -> str:
        return macros.expand(text, place=kind).strip()

    character, name = chat.character, chat.character.name
    searched = [_said(chat, turn, has_hidden_keys=True) for turn in chat.turns] if chat.all_lorebooks else []
    lore = [call_lore(book, searched, count_tokens, macros) for book in chat.all_lorebooks]
    yield from ((SegmentKind.LORE, text) for called in lore for text in called.before)
    if persona := expanded(SegmentKind.PERSONA, character.persona):
        yield SegmentKind.PERSONA, f"{name}'s Persona: {persona}"
    if description := expanded(SegmentKind.PERSON_DESCRIPTION, chat.person_description):
        yield SegmentKind.PERSON_DESCRIPTION, f"{PERSON}'s Persona: {description}"
    if scenario := expanded(SegmentKind.SCENARIO, character.scenario):
        yield SegmentKind.SCENARIO, f"Scenario: {scenario}"
    yield from ((SegmentKind.LORE, text) for called in lore for text in called.after)
    yield SegmentKind.START, START
    dialogue = macros.expand(character.example_dialogue, place=SegmentKind.EXAMPLES)
    blocks = [block.strip() for block in _START_LINES.split(dialogue)]
    if examples := f"\n{START}\n".join(block for block in blocks if block):
        yield SegmentKind.EXAMPLES, examples
        if _START_LINES.search(dialogue):
            yield SegmentKind.START, START


def _note_lines(chat: Chat, macros: Macros) -> Iterator[str]:
    if chat.note is not None and (note := macros.expand(chat.note.text, place=SegmentKind.NOTE).strip()):
        yield f"[Author's note: {note}]"


def _direction_lines(chat: Chat, macros: Macros) -> Iterator[tuple[int, str]]:
    for direction in chat.directions:
        text = macros.expand(direction.text, place=direction.label).strip()
        if text.startswith("[") and text.endswith("]"):
            text = text[1:-1].strip()
        if text:
            yield direction.depth, f"[{direction.label}: {text}]"


def _turn_line(chat: Chat, turn: Turn) -> tuple[SegmentKind, str]:
    if turn.role is Role.PERSON:
        return SegmentKind.PERSON_TURN, f"{PERSON}: {turn.text.strip()}".rstrip() + "\n"
    return SegmentKind.CHARACTER_TURN, f"{chat.character.name}: {_said(chat, turn).strip()}".rstrip() + "\n"


def _said(chat: Chat, turn: Turn, *, has_hidden_keys: bool = False) -> str:
    """What was said in a turn."""
    if turn.role is Role.PERSON:
        return turn.text
    return chat.macros(PERSON, turn.sent_at).expand_message(turn.text, has_hidden_keys=has_hidden_keys)


def _newest_person_turn(turns: Sequence[Turn]) -> int:
    """The index of the person's last turn; the number of turns if there is none."""
    return max((i for i, turn in enumerate(turns) if turn.role is Role.PERSON), default=len(turns))


def _first_kept_turns(sizes: Sequence[int], room: int, newest: int) -> Iterator[int]:
    """The indices at which the history may begin, in the order in which to try them. The last one is `newest`.

    `sizes`: tokens of each turn.
    """
    tokens = max(int(room * BLOCK_SHARE), 1)  # the room may be negative
    block = tokens // _BLOCK_STEP * _BLOCK_STEP or tokens
    starts = [0, *accumulate(sizes)]  # starts[i]: tokens of history before turn i
    excess = max(starts[-1] - room, 0)
    num_to_drop = -(-excess // block) * block
    while (first := bisect_left(starts, num_to_drop)) < newest:
        yield first
        num_to_drop = (starts[first] // block + 1) * block
    yield newest


def _total(segments: Sequence[Segment]) -> int:
    return sum(segment.num_tokens for segment in segments)


def _too_long(
    definition: Sequence[Segment], newest_turns: Sequence[Segment], num_tokens: int, budget: int
) -> PromptTooLongError:
    """The error for a prompt of `num_tokens` in which nothing can be dropped. It names the larger part."""
    kinds = dict.fromkeys(segment.kind for segment in definition if segment.kind is not SegmentKind.START)
    parts = " and ".join(", ".join(kinds).rsplit(", ", 1))
    size, message_size, them = _total(definition), _total(newest_turns), "it"
    if kinds and (size > budget or size >= message_size):
        verb, them = ("need", "them") if len(kinds) > 1 else ("needs", "it")
        beside = f" beside your message's {message_size:,}" if size <= budget else ""
        reason = f"{parts.capitalize()} {verb} {size:,} tokens{beside}"
    elif newest_turns:
        reason = f"Your message needs {message_size:,} tokens" + (f" beside {size:,} for {parts}" if kinds else "")
    else:
        reason = f"The character's name needs {num_tokens:,} tokens"
    return PromptTooLongError(
        "{_reason}, but only {room:,} fit in front of the reply. Shorten {_what}.",
        num_tokens=num_tokens,
        limit=budget,
        _reason=reason,
        room=max(budget, 0),
        _what=them,
    )
