"""Topics: what a visitor may say, and what may be answered.

A topic is data. Its replies name slots. A reply is only chosen if all its slots are known; if there is none, a reply of
`unknown` is chosen, in which the character admits that it does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from training.corpus.phrasing import options
from training.corpus.values import Draw


@dataclass(frozen=True)
class Topic:
    """One kind of exchange."""

    name: str
    lines: tuple[str, ...]  # what the visitor says
    replies: tuple[str, ...]  # what the character answers
    unknown: tuple[str, ...] = ()  # said when no reply's slots are known
    draws: Mapping[str, Draw] = field(default_factory=dict)  # slots that the visitor's line brings along
    remembers: tuple[str, ...] = ()  # slots that stay known for the rest of the chat
    asks: str | None = None  # the topic that the reply's own question leads to
    weight: float = 1.0
    is_decorated: bool = True  # whether gestures and exclamations may be put around the reply
    may_wander: bool = True  # whether a remark about something else may follow
    is_literal: bool = False  # the visitor's line is left as it is


def topic(name: str, lines: str, replies: str, unknown: str = "", **rest: object) -> Topic:
    """A topic from blocks of text, one template a line."""
    return Topic(name, options(lines), options(replies), options(unknown), **rest)  # type: ignore[arg-type]


def slots_of(template: str) -> frozenset[str]:
    """The slots a template needs, by their own (small) names."""
    names = (name for _, name, _, _ in Formatter().parse(template) if name)
    return frozenset(name[0].lower() + name[1:] for name in names)
