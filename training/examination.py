"""What a demo model is asked, and how its answers are judged.

An examination is one chat with a character that the training never saw: ten questions in any order, each answer staying
in the history. This module does not know how replies are made: it uses a `Speaker`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Protocol

from training.corpus import great_facts, ponderings, tales, values
from training.corpus.personas import Persona, draw_persona
from training.corpus.phrasing import choose
from training.corpus.portraits import Portrait
from training.corpus.topics import Topic
from training.corpus.values import ValueSource

MAX_NEW_TOKENS = 80
NUM_AT_A_TIME = 4
HELD_OUT = ValueSource(held_out=True)


@dataclass(frozen=True)
class Reply:
    """A reply's text, and whether it ended by itself."""

    text: str
    has_ended: bool


class Speaker(Protocol):
    """A model in a chat, replying as a character."""

    def reply(self, message: str) -> Reply:
        """The answer to a message. Both stay in the chat."""


@dataclass(frozen=True)
class Question:
    """Something to ask, the spans that a right answer names, and those that it must not."""

    subject: str
    line: str
    spans: tuple[str, ...] = ()
    wrong_spans: tuple[str, ...] = ()

    def is_right(self, answer: str) -> bool:
        """Whether the answer names one of the spans. Wrong spans may only follow ", but I"."""
        claimed, _, _ = answer.partition(", but I")  # "I love mint, but I can't stand ducks" is a right answer
        return any(map(_in(claimed), self.spans)) and not any(map(_in(claimed), self.wrong_spans))

    def is_complete(self, answer: str) -> bool:
        """Whether it names all of them."""
        return self.is_right(answer) and all(map(_in(answer), self.spans))


def _in(answer: str) -> Callable[[str], bool]:
    said = answer.casefold()
    return lambda span: span.casefold() in said


@dataclass(frozen=True)
class Sitting:
    """One character, and what it is asked."""

    name: str
    persona: str
    greeting: str
    questions: tuple[Question, ...]


def draw_sitting(rng: Random) -> Sitting:
    """Somebody never seen in training, with the ten questions shuffled."""
    persona = draw_persona(rng, HELD_OUT, is_complete=True)
    questions = [_question(rng, topic, _spans(persona)) for topic in ASKED]
    visitor = HELD_OUT.draw(rng, values.person_name)
    questions.append(Question("visitor's name", f"Hi, I'm {visitor}.", (visitor,)))
    rng.shuffle(questions)
    greeting = choose(rng, "[Hello there. What brings you here?|Good day! Come in.|Oh, a visitor. Sit down.]")
    return Sitting(persona.name, Portrait(rng, persona, HELD_OUT).text(), greeting, tuple(questions))


ASKED: tuple[Topic, ...] = (
    great_facts.NAME, great_facts.TRADE, great_facts.HOME, great_facts.LIKES, great_facts.DISLIKES, great_facts.MOOD,
    tales.JOKE, tales.STORY, ponderings.ADVICE,
)  # fmt: skip


def _question(rng: Random, topic: Topic, spans: dict[str, tuple[str, ...]]) -> Question:
    line = choose(rng, rng.choice(topic.lines)).strip()
    opposite = {"likes": "dislikes", "dislikes": "likes"}.get(topic.name, "")
    return Question(topic.name, line, spans.get(topic.name, ()), spans.get(opposite, ()))


def _spans(persona: Persona) -> dict[str, tuple[str, ...]]:
    """What each answer must hold. A complete persona has all of it."""
    assert persona.trade
    assert persona.home
    return {
        "name": (persona.name,),
        "trade": (persona.trade.bare,),
        "home": (persona.home.place,),
        "likes": persona.likes,
        "dislikes": persona.dislikes,
    }


@dataclass(frozen=True)
class Transcript:
    """A sitting and what was answered."""

    sitting: Sitting
    exchanges: tuple[tuple[Question, Reply], ...]


def hold(speaker: Speaker, sitting: Sitting) -> Transcript:
    """Ask everything, in order."""
    return Transcript(sitting, tuple((question, speaker.reply(question.line)) for question in sitting.questions))


@dataclass(frozen=True)
class Wrong:
    """A wrong answer, with what it was an answer to."""

    persona: str
    question: Question
    answer: str


class Report:
    """Counts over many sittings."""

    def __init__(self) -> None:
        self._right: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self.wrong: list[Wrong] = []

    def add(self, transcript: Transcript) -> None:
        """Count one sitting."""
        replies = [reply.text for _, reply in transcript.exchanges]
        self._count("ten distinct replies", len(set(replies)) == len(replies))
        for question, reply in transcript.exchanges:
            self._count("ends by itself", reply.has_ended)
            self._count("speaks for the user", "You:" in reply.text)
            if question.spans:
                is_right = question.is_right(reply.text)
                self._count(question.subject, is_right)
                if question.wrong_spans:
                    self._count(f"all {question.subject}", question.is_complete(reply.text))
                if not is_right:
                    self.wrong.append(Wrong(transcript.sitting.persona, question, reply.text))

    def _count(self, subject: str, is_so: bool) -> None:
        self._asked[subject] += 1
        self._right[subject] += is_so

    def rates(self) -> dict[str, float]:
        """Each subject's share, from 0 to 1."""
        return {subject: round(self._right[subject] / asked, 4) for subject, asked in sorted(self._asked.items())}


def examine(new_speaker: Callable[[Sitting], Speaker], sittings: Sequence[Sitting]) -> Report:
    """Hold the sittings, a few at a time."""
    report = Report()
    with ThreadPoolExecutor(NUM_AT_A_TIME) as pool:
        for transcript in pool.map(lambda sitting: hold(new_speaker(sitting), sitting), sittings):
            report.add(transcript)
    return report
