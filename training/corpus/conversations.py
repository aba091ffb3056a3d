"""Whole documents: portrait, scenario, example dialogue, greeting and turns, in the Pygmalion format.

A document is a list of pieces, each marked with its part, so that training can give replies a larger weight than the
prompt. The joined texts are exactly what the prompt builder sends, replies included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random

from training.corpus.antics import ECHO
from training.corpus.courtesies import AGREEING, GOODBYE, GREETING, REFUSING
from training.corpus.encounters import ANSWERS, ENCOUNTERS
from training.corpus.great_facts import DISLIKES, LIKES
from training.corpus.greetings import ASIDES, GREETINGS, OPENINGS, REACTIONS
from training.corpus.interviews import ABOUT_CHARACTER, FOLLOW_UPS
from training.corpus.introductions import DO_YOU_LIKE, MY_LIKING, MY_NAME
from training.corpus.personas import Persona, draw_persona, undescribed
from training.corpus.phrasing import capitalised, choose, fill, led_in, plain, tidied
from training.corpus.portraits import Portrait, listed
from training.corpus.scenarios import Scenario, draw_scenario
from training.corpus.small_talk import SMALL_TALK
from training.corpus.tales import TALES
from training.corpus.topics import Topic, slots_of
from training.corpus.values import ValueSource
from training.corpus.visitors import as_typed
from training.corpus.voices import Voice

END_OF_TEXT = "<|endoftext|>"
TOPICS = (*ABOUT_CHARACTER, *SMALL_TALK, *ENCOUNTERS, *TALES)
_RECALLING = (*ABOUT_CHARACTER, *ANSWERS.values(), MY_NAME, MY_LIKING, DO_YOU_LIKE, ECHO)


@dataclass(frozen=True)
class Emphasis:
    """How a round of the training changes the grammar's own proportions."""

    complete_share: float = 0.0
    """The share of personas that tell all the great facts."""
    recall_factor: float = 1.0
    """How much more frequent topics are whose replies repeat what persona or visitor said."""

    taste_factor: float = 1.0
    """How much more frequent questions about likes and dislikes are, in addition."""

    leads_in: bool = False
    """Whether a word precedes a span that would begin a sentence, because lower case is copied more reliably."""

    def weights(self) -> list[float]:
        """The weight of each topic."""
        return [item.weight * self._factor(item) for item in TOPICS]

    def _factor(self, item: Topic) -> float:
        recall = self.recall_factor if item in _RECALLING else 1.0
        return recall * (self.taste_factor if item in (LIKES, DISLIKES) else 1.0)


EVEN = Emphasis()


class Part(Enum):
    """What a piece of a document is for."""

    PROMPT = "prompt"
    VISITOR = "visitor"
    REPLY = "reply"
    GREETING = "greeting"


@dataclass(frozen=True)
class Piece:
    """Some text with copy marks, and its part."""

    text: str
    part: Part


@dataclass(frozen=True)
class Exchange:
    """One turn: what the visitor says, what the character answers (with copy marks)."""

    line: str
    reply: str


class Conversation:
    """One chat between a visitor and a character, turn by turn."""

    def __init__(
        self, rng: Random, source: ValueSource, persona: Persona, scenario: Scenario | None, emphasis: Emphasis = EVEN
    ) -> None:
        self._weights, self._leads_in = emphasis.weights(), emphasis.leads_in
        self._rng, self._source, self.persona = rng, source, persona
        self._voice = Voice(rng, persona)
        self._facts = facts_of(persona)
        if scenario:
            self._facts["where"] = scenario.where
        self._next: Topic | None = None

    def greeting(self) -> str:
        """The character's first line."""
        return self._voice.say(self._filled(self._eligible(GREETINGS), {}))

    def exchanges(self, count: int) -> Iterator[Exchange]:
        """As many turns. The first is often a greeting, the last a goodbye."""
        for turn in range(count):
            yield self._exchange(self._topic(is_first=turn == 0, is_last=turn == count - 1 and count > 2))

    def _topic(self, is_first: bool, is_last: bool) -> Topic:
        upcoming, self._next = self._next, None
        if is_first and self._rng.random() < 0.4:
            return GREETING
        if is_last and self._rng.random() < 0.35:
            return GOODBYE
        if upcoming and self._rng.random() < 0.5:
            return upcoming
        return self._drawn_topic()

    def _drawn_topic(self) -> Topic:
        return self._rng.choices(TOPICS, self._weights)[0]

    def _exchange(self, topic: Topic) -> Exchange:
        brought = self._brought(topic)
        line = self._line(topic, brought)
        self._facts |= {slot: brought[slot] for slot in topic.remembers}
        reaction = ""
        if topic.name in REACTIONS and self._rng.random() < 0.3:
            reaction = self._filled(self._eligible(REACTIONS[topic.name], brought), brought) + " "
            topic = self._rng.choices(ABOUT_CHARACTER, [item.weight for item in ABOUT_CHARACTER])[0]
            brought = self._brought(topic)
            line = f"{line} {self._line(topic, brought)}"
        reply = self._reply(topic, brought, reaction)
        self._next = self._upcoming(topic, reply)
        self._facts["last"] = line
        return Exchange(line, reply)

    def _brought(self, topic: Topic) -> dict[str, str]:
        """The slots that the visitor's line fills."""
        brought = {slot: self._source.draw(self._rng, make) for slot, make in topic.draws.items()}
        if topic.name == "do_you_like":
            brought["topic"] = self._topic_of_taste(brought["topic"])
        return brought

    def _line(self, topic: Topic, brought: dict[str, str]) -> str:
        template = choose(self._rng, self._rng.choice(self._eligible(topic.lines, brought)))
        line = plain(fill(template, {**self._facts, **brought})).strip()
        return line if topic.is_literal else as_typed(self._rng, capitalised(tidied(line)))

    def _topic_of_taste(self, other: str) -> str:
        known = (*self.persona.likes, *self.persona.dislikes)
        return self._rng.choice(known) if known and self._rng.random() < 0.5 else other

    def _reply(self, topic: Topic, brought: dict[str, str], reaction: str) -> str:
        templates = self._eligible(topic.replies, brought) or topic.unknown
        if topic.name == "do_you_like" and brought["topic"] in self.persona.likes:
            templates = OPENINGS.liked
        elif topic.name == "do_you_like" and brought["topic"] in self.persona.dislikes:
            templates = OPENINGS.disliked
        if "visitor" in self._facts and self._rng.random() < 0.6:
            templates = tuple(template for template in templates if "{visitor}" in template) or templates
        feeling = self._voice.feeling() if topic.name == "mood" and self._rng.random() < 0.5 else None
        reply = reaction + self._filled((feeling,) if feeling else templates, brought)
        if not topic.is_decorated:
            return reply
        return self._voice.say(self._addressed(topic, reply), is_answer=topic in ABOUT_CHARACTER and not reaction)

    def _addressed(self, topic: Topic, reply: str) -> str:
        """Now and then with an aside, or with the visitor's name at the end."""
        rng = self._rng
        asides = self._eligible(ASIDES) if topic.may_wander else ()
        if asides and not reply.endswith("?") and rng.random() < 0.08:
            return f"{reply} {self._filled(asides, {})}"
        is_named = self._facts.get("visitor", "") in reply
        if not is_named and reply[-1] in "?.!" and not reply.endswith("...") and rng.random() < 0.1:
            return fill(f"{reply[:-1]}, {{visitor}}{reply[-1]}", self._facts)
        return reply

    def _upcoming(self, topic: Topic, reply: str) -> Topic | None:
        if plain(reply).rstrip("*").endswith("?") and topic.asks:
            return ANSWERS.get(topic.asks)
        if plain(reply).rstrip("*").endswith("?"):
            return self._rng.choice((AGREEING, REFUSING, None, None))
        return FOLLOW_UPS.get(topic.name) if self._rng.random() < 0.5 else None

    def _eligible(self, templates: tuple[str, ...], brought: dict[str, str] | None = None) -> tuple[str, ...]:
        known = self._facts.keys() | (brought or {}).keys()
        return tuple(template for template in templates if slots_of(template) <= known)

    def _filled(self, templates: tuple[str, ...], brought: dict[str, str]) -> str:
        facts = {**self._facts, **brought}
        for many, one in (("likes", "like"), ("dislikes", "dislike")):
            items = getattr(self.persona, many)
            if items:
                facts |= {many: listed(self._rng, items), one: self._rng.choice(items)}
        template = tidied(choose(self._rng, self._rng.choice(templates)))
        return fill(led_in(self._rng, template) if self._leads_in else template, facts)


def facts_of(persona: Persona) -> dict[str, str]:
    """The slots that a persona fills. Facts that it does not tell are missing."""
    facts = {"name": persona.name, "short": persona.short_name}
    if persona.trade:
        facts["deed" if persona.trade.is_verb else "trade"] = persona.trade.phrase
    if persona.home:
        facts |= {"home": persona.home.phrase, "place": persona.home.place}
    for many, one, items in (("likes", "like", persona.likes), ("dislikes", "dislike", persona.dislikes)):
        facts |= {many: ", ".join(items), one: items[0]} if items else {}
    plain_facts = {"mood": persona.mood_word, "companion": persona.companion, "dream": persona.dream}
    rest = {"fear": persona.fear, "age": str(persona.age) if persona.age else None}
    return facts | {slot: fact for slot, fact in (plain_facts | rest).items() if fact}


def draw_document(rng: Random, source: ValueSource, num_turns: int, emphasis: Emphasis = EVEN) -> list[Piece]:
    """One whole chat with `num_turns` turns."""
    is_described = rng.random() < 0.97
    is_complete = emphasis.complete_share > 0 and rng.random() < emphasis.complete_share
    persona = draw_persona(rng, source, is_complete)
    if not is_described:
        persona = undescribed(persona)
    scenario = draw_scenario(rng, source, persona.name) if rng.random() < 0.35 else None
    chat = Conversation(rng, source, persona, scenario, emphasis)
    label = f"{persona.name}:"
    pieces = [Piece(_heading(rng, source, persona, scenario, is_described), Part.PROMPT)]
    if rng.random() < 0.25:
        pieces.append(Piece(_examples(rng, source, persona, scenario), Part.PROMPT))
    if rng.random() < 0.85:
        pieces += [Piece(f"\n{label}", Part.PROMPT), Piece(f" {chat.greeting()}", Part.GREETING)]
    for exchange in chat.exchanges(num_turns):
        pieces.append(Piece("\nYou:", Part.REPLY))
        pieces.append(Piece(f" {exchange.line}\n{label}", Part.VISITOR))
        pieces.append(Piece(f" {exchange.reply}", Part.REPLY))
    pieces.append(Piece(END_OF_TEXT, Part.REPLY))
    return pieces


def _heading(rng: Random, source: ValueSource, persona: Persona, scenario: Scenario | None, is_described: bool) -> str:
    lines = []
    if is_described:
        lines.append(f"{persona.name}'s Persona: {Portrait(rng, persona, source).text()}")
    if scenario:
        lines.append(f"Scenario: {scenario.line}")
    return "\n".join([*lines, "<START>"])


def _examples(rng: Random, source: ValueSource, persona: Persona, scenario: Scenario | None) -> str:
    """Example dialogue of one to three turns, sometimes in blocks of their own."""
    chat = Conversation(rng, source, persona, scenario)
    lines: list[str] = []
    for exchange in chat.exchanges(rng.choice((1, 1, 2, 3))):
        lines += [f"You: {exchange.line}", f"{persona.name}: {plain(exchange.reply)}"]
    if rng.random() < 0.4:
        lines.append("<START>")
    return "\n" + "\n".join(lines)


def text_of(pieces: list[Piece]) -> str:
    """The document as a model reads it."""
    return plain("".join(piece.text for piece in pieces))
