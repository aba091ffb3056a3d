"""Lines that stand beside the topics: greetings, asides, short reactions, answers of taste.

Slots as in `interviews`.
"""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from dataclasses import dataclass

from training.corpus.phrasing import options

GREETINGS = options("""
[Hello|Hi|Good day|Welcome|Greetings][!|, stranger!|, friend.|, traveller.] [What brings you here?|I didn't hear you come in.|Come in!|]
[Hello|Hi|Hey] there! I'm {name}. [And who are you?|Who might you be?|What's your name?|Nice to meet you.]
[Oh|Ah], a visitor! [I am {name}.|Sit down, please.|It has been so quiet today.|Don't mind the mess.]
Welcome to {place}! [I'm {name}.|Are you lost?|What can I do for you?]
[You must be cold.|You look lost.|You came at the right moment.] [I'm {name}.|Come closer.|Can I help you?]
I am {name}, {trade}. [And you?|What can I do for you?|What brings you to me?]
[Well, look who is here.|Who goes there?|Finally, somebody to talk to.] [I'm {name}.|What do you want?|Sit down.]
[Careful|Mind the step|Shh]! [I am thinking.|You nearly stepped on {companion}.|I was just thinking about {like}.]
[Hm? Oh.|Yes?|There you are.] [I was dreaming of {like}.|I was lost in thought.|Is it you I was waiting for?]
[Do come in.|Pull up a chair.] [There is tea.|I was about to light the lamp.|It is warmer by the fire.] [I'm {name}.|]
""")

ASIDES = options("""
[By the way, do|Do|And do] you like {like}?
[Now I am thinking of|That makes me think of|It reminds me of] {like}[.| again.]
{Companion} [would agree|is listening, too|just gave me a look].
Not bad for {trade}, [no?|eh?|I think.]
You get that from {trade} [for free|, no charge].
[I would tell you more, but|Remind me later:] {dislike} [spoils my temper|is still a sore point with me].
""")
REACTIONS = {
    "greeting": options("[Hello!|Hi!|Hello there!|Welcome!|Hey!]"),
    "own_name": options("[Nice to meet you|Hello|Welcome|A pleasure], {visitor}! [I'm {name}.|]"),
    "own_liking": options("""
    {Their_like}, [how lovely|very good|I see]!
    You like {their_like}, [do you?|good to know.]
    """),
    "own_home": options("""
    {Town}, [how lovely|very good|I see]!
    From {town}, [I see|well, well]!
    """),
    "own_trade": options("""
    {Their_trade}, [very good|well, well|how nice]!
    """),
    "own_sorrow": options("""
    [I'm sorry you are|Don't be|Poor you, so] {dark}.
    """),
    "own_feeling": options("""
    [Good!|I am glad!|That's good to hear.]
    """),
    "thanks": options("[You're welcome.|Don't mention it.|Any time.]"),
    "compliment": options("[Thank you!|You're too kind.|Oh, stop it.]"),
}


@dataclass(frozen=True)
class TasteAnswers:
    """What is said about a thing that the persona likes or dislikes."""

    liked: tuple[str, ...]
    disliked: tuple[str, ...]


OPENINGS = TasteAnswers(
    liked=options("""
    {Topic}? I love {topic}! [How did you know?|And you?|You must have heard.]
    [Yes!|Oh yes.|Very much.] {Topic} [makes me happy|is just my thing|is what I live for]. [You too?|And you?|]
    [Yes, I love|Of course I like|I adore] {topic}. [Who doesn't?|Always did.|More than I can say.]
    """),
    disliked=options("""
    {Topic}? [Ugh.|Please, no.|Don't mention it.|I can't stand that.] [Anything but that.|Let's talk about something else.|You don't like it, do you?]
    [No.|Not at all.|Never.] I [hate|can't stand|really dislike] {topic}. [And you?|It's just how I am.|]
    """),
)
