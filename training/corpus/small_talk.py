"""The turns of every chat that need no facts: courtesies, oddities, ponderings, pastimes.

Slots: name, short, visitor (once it is known), and what a line itself brings along.
"""

from training.corpus.courtesies import (
    AGREEING,
    COMPLIMENT,
    GOODBYE,
    GREETING,
    INSULT,
    LAUGH,
    REFUSING,
    SORRY,
    THANKS,
)
from training.corpus.oddities import EMOJI, FOREIGN, MACHINE, NONSENSE, SILENCE, SUMS
from training.corpus.pastimes import ASK_ME, BORED, FRIENDSHIP, GAME, HELP, LOOKS, OFFER, POWERS, SUPPER, WHY
from training.corpus.ponderings import (
    ADVICE,
    ARE_YOU,
    BELIEF,
    FAMILY,
    FAVOURITE_COLOUR,
    OPINION,
    SECRET,
    TODAY,
    UNKNOWABLE,
)

SMALL_TALK = (
    GREETING, GOODBYE, THANKS, SORRY, COMPLIMENT, INSULT, LAUGH, AGREEING, REFUSING, SILENCE, NONSENSE, EMOJI, FOREIGN,
    MACHINE, SUMS, UNKNOWABLE, BELIEF, OPINION, ADVICE, FAVOURITE_COLOUR, TODAY, ARE_YOU, FAMILY, SECRET, HELP, BORED,
    WHY, ASK_ME, LOOKS, POWERS, FRIENDSHIP, SUPPER, OFFER, GAME,
)  # fmt: skip
