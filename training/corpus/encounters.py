"""Topics in which the visitor mentions something: a name, a liking, a feeling, a place, a thing, an invitation.

The replies repeat it in the visitor's own words. What is worth remembering stays known for the rest of the chat.
"""

from training.corpus.antics import ACTIONS, ECHO, KNOW_SOMEBODY, LAST_WORDS, ODD_QUESTION, OWN_PET
from training.corpus.happenings import (
    ERRAND,
    GIFT,
    INVITATION,
    OWN_BRIGHT,
    OWN_DARK,
    OWN_FAMILY,
    OWN_NEWS,
    OWN_PLAN,
    OWN_THING,
)
from training.corpus.introductions import (
    DO_YOU_LIKE,
    MY_LIKING,
    MY_NAME,
    MY_PLACE,
    OWN_DISLIKING,
    OWN_LIKING,
    OWN_NAME,
    OWN_PLACE,
    OWN_TRADE,
)

ENCOUNTERS = (
    OWN_NAME, MY_NAME, OWN_LIKING, MY_LIKING, OWN_DISLIKING, DO_YOU_LIKE, OWN_PLACE, MY_PLACE, OWN_TRADE, OWN_BRIGHT,
    OWN_DARK, OWN_NEWS, OWN_THING, GIFT, INVITATION, ERRAND, OWN_PET, ECHO, ACTIONS, KNOW_SOMEBODY, LAST_WORDS,
    OWN_FAMILY, OWN_PLAN, ODD_QUESTION,
)  # fmt: skip
ANSWERS = {item.name: item for item in (OWN_NAME, OWN_LIKING, OWN_DISLIKING, OWN_PLACE, OWN_TRADE, OWN_BRIGHT, OWN_PET)}
