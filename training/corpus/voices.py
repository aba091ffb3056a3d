"""How a character speaks: its mood's gestures and exclamations around what it has to say.

This module does not know what is said.
"""

from collections import deque
from random import Random

from training.corpus.moods import CALM, CHEERFUL, CURIOUS, SHARED_GESTURES, Mood
from training.corpus.personas import Persona
from training.corpus.phrasing import COPY_START


class Voice:
    """One character's manner, kept up through a chat."""

    def __init__(self, rng: Random, persona: Persona) -> None:
        self._rng, self._persona = rng, persona
        self._recent: deque[str] = deque(maxlen=5)
        self._gesture_share = rng.choice((0.35, 0.55, 0.75))

    def say(self, reply: str, is_answer: bool = False) -> str:
        """The reply with a gesture before, after or between, and an answer perhaps with an exclamation."""
        rng = self._rng
        if is_answer and rng.random() < 0.22:
            reply = self._opened(reply)
        if "*" in reply or rng.random() > self._gesture_share:
            return reply
        gesture, place = f"*{self.gesture()}*", rng.random()
        if place < 0.76:
            return f"{gesture} {reply}"
        if place < 0.86 or ". " not in reply:
            return f"{reply} {gesture}"
        head, _, tail = reply.partition(". ")
        return f"{head}. {gesture} {tail}"

    def gesture(self) -> str:
        """One of the mood's gestures or a common one, not the same twice in a short while."""
        gestures = SHARED_GESTURES if self._rng.random() < 0.25 else self._mood().gestures
        gesture = self._rng.choice([item for item in gestures if item not in self._recent])
        self._recent.append(gesture)
        return gesture.replace("{p}", self._persona.pronouns.possessive)

    def feeling(self) -> str | None:
        """An answer to "how are you?", where the persona tells a mood."""
        return self._rng.choice(self._persona.mood.feelings) if self._persona.mood_word else None

    def _mood(self) -> Mood:
        return self._persona.mood if self._persona.mood_word else self._rng.choice((CALM, CHEERFUL, CURIOUS))

    def _opened(self, reply: str) -> str:
        opener = self._rng.choice(self._mood().openers)
        if not opener.endswith(","):
            return f"{opener} {reply}"
        if reply.startswith((COPY_START, "I ", "I'm", "*", '"')):
            return reply
        return f"{opener} {reply[0].lower()}{reply[1:]}"
