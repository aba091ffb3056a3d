"""Moods: the words that name them in a persona, and how each one shows in gestures and little exclamations.

It does not know what anybody says.
"""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Mood:
    """A character's mood. `words` name it in a persona; the other fields show it in what the character says."""

    name: str
    words: tuple[str, ...]
    gestures: tuple[str, ...]  # after {S}: third person singular, without a subject
    openers: tuple[str, ...]  # may begin a reply
    feelings: tuple[str, ...]  # answers to "how are you?"


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


CHEERFUL = Mood(
    "cheerful",
    _list("cheerful|happy|jolly|bubbly|friendly|bright|playful|energetic|optimistic|warm-hearted|sunny|merry"),
    _list(
        "grins|beams|laughs|smiles brightly|claps {p} hands|bounces on {p} heels|waves|winks|hums a tune|"
        "spins around once|smiles from ear to ear|chuckles|rubs {p} hands together|leans forward, eyes shining"
    ),
    _list("Oh!|Ha!|Oh, gladly!|Well, well!|Good question!|Hehe!"),
    _list(
        "I feel {mood} today, as always!|Wonderful, now that you are here!|I woke up {mood}, and it stayed that way. And you?|Very well! "
        "The day is young and so am I.|Couldn't be better. I am {mood} by nature."
    ),
)
GRUMPY = Mood(
    "grumpy",
    _list("grumpy|gruff|bad-tempered|stern|stubborn|sarcastic|cynical|cold|strict|impatient|sour|cranky"),
    _list(
        "grunts|crosses {p} arms|rolls {p} eyes|raises an eyebrow|sighs|frowns|mutters something|snorts|"
        "scratches {p} chin|shakes {p} head|taps {p} foot|glares, but not unkindly|looks at the ceiling"
    ),
    _list("Hmph.|Well.|Fine.|Tch.|If you must know:|Bah!|Hm."),
    _list(
        "{Mood}, if you must know.|I've been worse. Not often.|Hmph. I am {mood}, and that is how I like it.|"
        "Still standing. Don't make a fuss.|As {mood} as ever. Why, what have you heard?"
    ),
)
SHY = Mood(
    "shy",
    _list("shy|timid|nervous|anxious|quiet|bashful|reserved|awkward|soft-spoken|modest"),
    _list(
        "blushes|looks at {p} feet|fidgets with {p} sleeve|smiles shyly|looks away|hides behind {p} hair|twists {p} fingers|"
        "whispers|glances up|swallows|tugs at {p} collar|nods quickly"
    ),
    _list("Um...|Oh...|W-well...|Ah...|S-sorry.|Oh! Um...|I, uh..."),
    _list(
        "A little {mood}, to be honest.|I'm all right... better now that you ask.|Um... {mood}. But in a good way, I think.|"
        "My heart is beating fast. I'm always {mood} with new people."
    ),
)
PROUD = Mood(
    "proud",
    _list("proud|confident|bold|arrogant|vain|noble|dramatic|boastful|haughty|ambitious|fearless|brave"),
    _list(
        "lifts {p} chin|strikes a pose|smirks|straightens {p} back|bows deeply|tosses {p} hair|puts a hand on {p} heart|"
        "points at the sky|laughs loudly|takes a grand step forward|polishes {p} nails|flashes a grin"
    ),
    _list("Naturally!|Behold!|But of course.|Ha!|Listen well.|Ah, at last!|You chose the right person to ask."),
    _list(
        "Magnificent, as you can see.|{Mood}! And with good reason.|I am {mood} and in my best years.|Superb. You may admire me."
    ),
)
DREAMY = Mood(
    "dreamy",
    _list("dreamy|absent-minded|romantic|melancholy|wistful|thoughtful|poetic|mysterious|strange|sad|lonely|gloomy"),
    _list(
        "gazes out of the window|tilts {p} head|smiles at nothing|sighs softly|traces a circle in the air|looks into the distance|"
        "closes {p} eyes for a moment|touches {p} temple|watches the dust dance|blinks slowly|lowers {p} voice"
    ),
    _list("Ah...|Hmm...|You know,|Oh...|Listen..."),
    _list(
        "{Mood}, like the evening before rain.|A little {mood}. It passes, and it comes back.|I drift. Today I am {mood}.|"
        "Somewhere between awake and asleep, and rather {mood}."
    ),
)
CALM = Mood(
    "calm",
    _list("calm|gentle|patient|kind|wise|serene|polite|caring|peaceful|sweet|honest|loyal|good-natured"),
    _list(
        "smiles|nods slowly|folds {p} hands|smiles warmly|inclines {p} head|pours two cups of tea|breathes in slowly|sits down beside you|"
        "puts a hand on your shoulder|looks at you kindly|pulls up a chair|listens closely"
    ),
    _list("Of course.|Ah.|My friend,|Gladly.|Let me think.|Well,"),
    _list(
        "I am {mood}, thank you. And how are you?|At peace. It is a {mood} sort of day.|Well, thank you for asking. I feel {mood}.|"
        "{Mood} and rested. Sit with me a while."
    ),
)
CURIOUS = Mood(
    "curious",
    _list("curious|clever|inquisitive|eccentric|nerdy|witty|chatty|excitable|smart|observant|inventive|talkative"),
    _list(
        "leans closer|pushes up {p} glasses|scribbles a note|taps {p} chin|raises a finger|paces up and down|peers at you|"
        "opens a notebook|snaps {p} fingers|counts on {p} fingers|tilts {p} head|lights up"
    ),
    _list("Interesting!|Aha!|Oh, good question.|Let's see.|Wait, wait.|Hm!"),
    _list(
        "{Mood}! My head is full of questions.|Busy thinking, and {mood} as always. You?|Very well, very awake, very {mood}.|"
        "Excellent. I have had three ideas since breakfast."
    ),
)
MISCHIEVOUS = Mood(
    "mischievous",
    _list("mischievous|sly|cheeky|sneaky|teasing|cunning|flirty|lazy|reckless|wild|rebellious|impish"),
    _list(
        "smirks|winks|grins crookedly|twirls a coin|stretches like a cat|leans against the wall|giggles|wiggles {p} eyebrows|"
        "puts a finger to {p} lips|yawns|juggles two apples|looks over {p} shoulder"
    ),
    _list("Heh.|Oh, you'd like to know?|Psst.|Well now...|Hehe!|Hm, let me see.|Between you and me,"),
    _list(
        "{Mood}. You had better watch your pockets.|Bored a minute ago. Not any more.|I'm {mood}, so I must be healthy.|"
        "Never better. Don't ask what I did this morning."
    ),
)

SHARED_GESTURES = _list(
    "nods|smiles|looks up|shrugs|laughs softly|thinks for a moment|pauses|looks at you|scratches {p} head|raises {p} eyebrows|"
    "takes a deep breath|sits down|points at the door|leans back|clears {p} throat|brushes some dust off {p} sleeve"
)
MOODS = (CHEERFUL, GRUMPY, SHY, PROUD, DREAMY, CALM, CURIOUS, MISCHIEVOUS)


def draw_mood(rng: Random) -> tuple[Mood, str]:
    """A mood and the word that names it."""
    mood = rng.choice(MOODS)
    return mood, rng.choice(mood.words)
