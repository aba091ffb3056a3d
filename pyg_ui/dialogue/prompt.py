"""The prompt of the Pygmalion models, exact to the token.

    {lorebook}                          entries that stand before the character
    {char}'s Persona: {persona}         only if set
    You's Persona: {description}        only if set: the person's own
    Scenario: {scenario}                only if set
    {lorebook}                          entries that stand after the character
    <START>
    {example dialogue}                  only if set; with lorebook entries before and after it
    {char}: {greeting}                  the history: whole turns, oldest first
    {lorebook}                          entries that stand `depth` turns before the end, with or without a label
    [Author's note: {note}]             only if set and due, `depth` turns before the end; with entries around it
    [{label}: {direction}]              only if set, each at its own place
    You: {message}
    {char}:                             and the beginning of the next turn, if there is one

If the examples contain `<START>` lines (as TavernAI's do), each block of them begins with one, and so does the
history; otherwise examples and history share one. Lorebook entries among the examples are blocks of their own. The
person's text enters as it is, without outer white space, even if a line of it looks like a speaker's label.

If the history does not fit, its oldest turns are dropped, the greeting too; `dropping` tells which.

`lore` decides which lorebook entries enter; they count as definition. Those that would stand before the first turn that
is kept stand directly in front of it. They change with the conversation, so a book whose entries change at each turn
prevents the reuse of the cache. So does a definition with `{{random}}`, `{{roll}}` or `{{time}}`: as in other programs,
each message draws them anew, and the time is that of the newest turn. `{{pick}}` and macros in what was said never
change.

A direction is dropped with the turn that it stands before.

Invariants: the prompt is never over the budget; the definition, the author's note, the entries that enter and
everything from the person's newest turn on are always whole; the order is kept; the texts of the kept segments,
concatenated, are the prompt. Knows no tokenizer.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.dialogue.dropping import first_kept_turns, newest_person_turn, reachable_turns
from pyg_ui.dialogue.lore.calling import Lore, placed_lore
from pyg_ui.dialogue.lorebook import DEFAULT_DEPTH, Position, Voice
from pyg_ui.dialogue.macros.expansion import Macros
from pyg_ui.errors import PromptTooLongError

PERSON = "You"
"""The person's name in every prompt."""
START = "<START>"
"""Separates persona and scenario from dialogue, and blocks of dialogue from each other."""
NEXT_REPLY = Turn.of(Role.CHARACTER, "")
"""A reply that has no text yet."""
CountTokens = Callable[[str], int]

_RANKS = {Voice.CHARACTER: 0, Voice.PERSON: 1, Voice.NARRATOR: 3}
_NOTE_RANK = 2
"""Of what stands between the same two turns, lower ranks come first, as in SillyTavern."""

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
    """How many of the oldest turns are not in it. Of a long chat, only the last of these have segments."""


def build_prompt(chat: Chat, count_tokens: CountTokens, budget: int, begun: Turn = NEXT_REPLY) -> Prompt:
    """The prompt for the turn that has `begun`, in at most `budget` tokens.

    Counts the tokens of each segment once, and of the whole text once, or a few times more if the tokenizer merges
    tokens across line ends. Raises PromptTooLongError, with the counts, if the parts that are never dropped do not fit.
    """

    def segment(kind: SegmentKind, text: str) -> Segment:
        return Segment(kind, text, count_tokens(text))

    def assemble(first: int) -> Prompt:
        history: list[Segment] = []
        for i in range(len(turns) + 1):
            is_first, depth = i == first, len(turns) - i
            history += (replace(part, is_kept=i >= first) for part in directions[i])
            history += (part for part, at in inserted if at == depth or (is_first and at > depth))
            history += (replace(turn, is_kept=i >= first) for turn in turns[i : i + 1])
        segments = (*definition, *history, cue)
        text = "".join(part.text for part in segments if part.is_kept)
        return Prompt(text, segments, count_tokens(text), num_dropped_turns=unseen + first)

    macros = _macros(chat)
    lore = placed_lore(chat, macros, count_tokens, budget)
    definition = [segment(kind, text + "\n") for kind, text in _definition_lines(chat, macros, lore)]
    inserted = [(segment(kind, text + "\n"), depth) for kind, text, depth in _inserted_lines(chat, macros, lore)]
    cue = segment(SegmentKind.CUE, _turn_line(chat, begun)[1].removesuffix("\n"))
    fixed = [*definition, *(part for part, _ in inserted)]
    newest = newest_person_turn(chat.turns)
    lines = (segment(*_turn_line(chat, turn)) for turn in reversed(chat.turns))
    turns = reachable_turns(lines, len(chat.turns), budget - _total([*fixed, cue]), newest)
    unseen = len(chat.turns) - len(turns)
    directions: list[list[Segment]] = [[] for _ in range(len(turns) + 1)]  # those before each turn, and before the cue
    for depth, text in _direction_lines(chat, macros):
        directions[max(len(turns) - depth, 0)].append(segment(SegmentKind.NOTE, text + "\n"))
    sizes = [_total(before) + turn.num_tokens for before, turn in zip(directions, turns, strict=False)]
    fixed += directions[-1]
    room = budget - _total([*fixed, cue])
    for first in first_kept_turns(sizes, room, newest - unseen):
        prompt = assemble(first)
        if prompt.num_tokens <= budget:
            return prompt
    raise _too_long(fixed, turns[newest - unseen :], prompt.num_tokens, budget)


def _macros(chat: Chat) -> Macros:
    """What macros stand for in the definition, the lorebooks and the note."""
    newest = {
        role: list(islice((turn for turn in reversed(chat.turns) if turn.role is role), 2)) for role in Role
    }  # the last two of each
    quoted = {
        "lastmessage": chat.turns[-1:],
        "lastusermessage": newest[Role.PERSON],
        "lastcharmessage": newest[Role.CHARACTER],
    }
    asked = newest[Role.PERSON]
    return replace(
        chat.macros(PERSON, next((turn.sent_at for turn in reversed(chat.turns) if turn.sent_at), None)),
        draw=len(chat.turns),
        last_said_at=asked[1].sent_at if len(asked) > 1 else None,
        quotes={name: _said(chat, turns[0]) if turns else "" for name, turns in quoted.items()},
    )


def _definition_lines(chat: Chat, macros: Macros, lore: Lore) -> Iterator[tuple[SegmentKind, str]]:
    def expanded(kind: SegmentKind, text: str) -> str:
        return macros.expand(text, place=kind).strip()

    character, name = chat.character, chat.character.name
    yield from ((SegmentKind.LORE, text) for text in lore.texts[Position.BEFORE])
    if persona := expanded(SegmentKind.PERSONA, character.persona):
        yield SegmentKind.PERSONA, f"{name}'s Persona: {persona}"
    if description := expanded(SegmentKind.PERSON_DESCRIPTION, chat.person_description):
        yield SegmentKind.PERSON_DESCRIPTION, f"{PERSON}'s Persona: {description}"
    if scenario := expanded(SegmentKind.SCENARIO, character.scenario):
        yield SegmentKind.SCENARIO, f"Scenario: {scenario}"
    yield from ((SegmentKind.LORE, text) for text in lore.texts[Position.AFTER])
    yield SegmentKind.START, START
    dialogue = macros.expand(character.example_dialogue, place=SegmentKind.EXAMPLES)
    examples = [
        *((SegmentKind.LORE, text) for text in lore.texts[Position.EXAMPLES_TOP]),
        (SegmentKind.EXAMPLES, dialogue),
        *((SegmentKind.LORE, text) for text in lore.texts[Position.EXAMPLES_BOTTOM]),
    ]
    is_divided = len(examples) > 1 or _START_LINES.search(dialogue)
    for kind, text in examples:
        if blocks := list(filter(None, map(str.strip, _START_LINES.split(text)))):
            yield kind, f"\n{START}\n".join(blocks)
            if is_divided:
                yield SegmentKind.START, START


def _inserted_lines(chat: Chat, macros: Macros, lore: Lore) -> Iterator[tuple[SegmentKind, str, int]]:
    """What stands between the turns, in its order, and how many turns follow each."""
    note = chat.note or AuthorsNote("", DEFAULT_DEPTH)
    labels = {Voice.CHARACTER: f"{chat.character.name}: ", Voice.PERSON: f"{PERSON}: ", Voice.NARRATOR: ""}
    lines = [
        (depth, _RANKS[voice], SegmentKind.LORE, labels[voice] + text)
        for (depth, voice), texts in lore.spoken.items()
        for text in texts
    ]
    if note.is_due(sum(turn.role is Role.PERSON for turn in chat.turns)):
        text = macros.expand(note.text, place=SegmentKind.NOTE).strip()
        around = [
            *((SegmentKind.LORE, each) for each in lore.texts[Position.NOTE_TOP]),
            *([(SegmentKind.NOTE, f"[Author's note: {text}]")] if text else []),
            *((SegmentKind.LORE, each) for each in lore.texts[Position.NOTE_BOTTOM]),
        ]
        lines += [(note.depth, _NOTE_RANK, *line) for line in around]
    for depth, _, kind, line in sorted(lines, key=lambda each: (-each[0], each[1])):
        yield kind, line, depth


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


def _said(chat: Chat, turn: Turn) -> str:
    """What was said in a turn."""
    return turn.text if turn.role is Role.PERSON else chat.macros(PERSON, turn.sent_at).expand_message(turn.text)


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
