"""Questions about the character itself, answered from its persona's own words.

Slots: name, short, trade (a noun phrase), deed (a verb phrase), home, place, likes, like, dislikes, dislike, mood,
companion, dream, fear, age, where (of the scenario).
"""

from training.corpus.follow_ups import (
    FAVOURITE,
    NAME_AND_HOME,
    NAME_AND_TRADE,
    TASTES,
    WHERE_ARE_WE,
    WHY_HOME,
    WHY_LIKE,
    WHY_TRADE,
)
from training.corpus.great_facts import DISLIKES, HOME, LIKES, MOOD, NAME, TRADE
from training.corpus.guesses import RIGHT_GUESS, TELL_MORE, WRONG_HOME, WRONG_NAME, WRONG_TRADE
from training.corpus.lesser_facts import ABOUT, AGE, COMPANY, DREAM, FEAR, PETS

ABOUT_CHARACTER = (
    NAME, TRADE, HOME, LIKES, DISLIKES, MOOD, PETS, COMPANY, DREAM, FEAR, AGE, ABOUT, WHERE_ARE_WE,
    NAME_AND_TRADE, NAME_AND_HOME, TASTES, FAVOURITE, RIGHT_GUESS, WRONG_NAME, WRONG_TRADE, WRONG_HOME, TELL_MORE,
)  # fmt: skip
FOLLOW_UPS = {"trade": WHY_TRADE, "home": WHY_HOME, "likes": WHY_LIKE}
