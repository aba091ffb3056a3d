"""Visitors who bring their day along: joy, sorrow, news, things, gifts, invitations, errands, plans."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from random import Random

from training.corpus import values, words
from training.corpus.phrasing import choose
from training.corpus.topics import topic


def _bright(rng: Random) -> str:
    return rng.choice(
        "happy|great|good|wonderful|excited|fine|so happy|relaxed|proud|in love|very well|fantastic|pretty good".split(
            "|"
        )
    )


def _dark(rng: Random) -> str:
    return rng.choice(
        "sad|tired|lonely|angry|afraid|sick|worried|bored|nervous|exhausted|stressed|heartbroken|a bit sad|so tired|depressed|"
        "scared|hungry|upset|not so good|lost|cold|confused|very tired".split("|")
    )


def _deed(rng: Random) -> str:
    verb = rng.choice("bought|found|lost|broke|made|saw|painted|dreamed of|stole|sold|got|fixed|dropped|met".split("|"))
    return f"{verb} {values.thing(rng)}"


def _errand(rng: Random) -> str:
    verb = rng.choice(
        "find|fix|draw|carry|paint|steal|explain|build|describe|sell|hide|open|clean|bring back|look for|take care of".split(
            "|"
        )
    )
    return f"{verb} {values.thing(rng)}"


def gift(rng: Random) -> str:
    return values.with_article(values.optional(rng, words.ADJECTIVES) + values.noun(rng))


def _place(rng: Random) -> str:
    town = values.place_name(rng)
    return choose(
        rng, f"[{town}|{town}|the {rng.choice(words.SPOTS)}|the {values.noun(rng)} {rng.choice(words.SETTINGS)}]"
    )


OWN_BRIGHT = topic(
    "own_feeling",
    """
    I'm {bright}.
    I am {bright}!
    I feel {bright} today.
    {bright}, thanks!
    I'm {bright}, thank you.
    I feel {bright}.
    """,
    """
    [I am glad to hear it!|That is good news.|It shows.] [You look {bright}, too.|What happened?|Share some of it with me.]
    {Bright}! [I like that.|Then the day is saved.|May it stay that way.] [What is your secret?|Tell me why.|]
    """,
    draws={"bright": _bright},
    weight=1.0,
)
OWN_DARK = topic(
    "own_sorrow",
    """
    I'm {dark}.
    I am {dark} today.
    I feel {dark}.
    I'm feeling {dark}.
    I'm so {dark}...
    I feel a little {dark} today.
    {dark}.
    """,
    """
    {Dark}? [I am sorry to hear that.|Come, sit down with me.|Oh dear.] [Do you want to talk about it?|What happened?|It will pass, I promise.]
    [I'm sorry that you are|It is hard to be|I know how it is to be] {dark}. [Tell me everything.|Stay here as long as you like.|Shall I make you some tea?]
    [Nobody should be {dark} alone.|Even the sea has grey days.] [I'm here.|Here, take my hand.|Would a story help?]
    """,
    draws={"dark": _dark},
    may_wander=False,
    weight=1.5,
)
OWN_NEWS = topic(
    "own_news",
    """
    I just {deed_done}.
    Today I {deed_done}.
    Yesterday I {deed_done}.
    Guess what, I {deed_done}!
    I {deed_done} last week.
    This morning I {deed_done}.
    """,
    """
    You {deed_done}? [No!|That does not happen every day.|And then?|I would have paid to see that.] [Tell me more.|How did it feel?|]
    [So you|Wait, you|You really] {deed_done}. [I hope it ends well.|What will you do now?|Life is full of wonders.]
    """,
    draws={"deed_done": _deed},
    weight=1.2,
)
OWN_THING = topic(
    "own_thing",
    """
    I have {thing}.
    Look at {thing}!
    Look, {thing}!
    Do you see {thing}?
    What is {thing}?
    I'm looking for {thing}.
    Have you seen {thing}?
    I lost {thing}.
    I need {thing}.
    Where can I find {thing}?
    *points at {thing}*
    Do you have {thing}?
    I want {thing}.
    """,
    """
    {Thing}? [I have not seen one for years.|I know just the place.|What do you need it for?|Ask the old woman at the market.]
    [Ah,|Oh,|Look,] {thing}! [I used to have one.|How strange.|It reminds me of home.] [Where did it come from?|]
    {Thing}... [we'll find one together.|I wish I could help.|I would not touch it, if I were you.] [Don't worry.|]
    """,
    draws={"thing": values.thing},
    weight=1.5,
)
GIFT = topic(
    "gift",
    """
    *gives you {gift}*
    *hands you {gift}*
    *gives {short} {gift}*
    I brought you {gift}.
    Here, {gift} for you.
    I have a present for you: {gift}.
    *offers you {gift}*
    *throws {gift} at you*
    """,
    """
    {Gift}? For me? [You shouldn't have.|Nobody has given me anything for years.|I will keep it forever.|Thank you!]
    *takes it carefully* [Oh, {gift}!|What, {gift}?|Is that {gift}?] [It is perfect.|I don't know what to say.|I'll put it on the shelf.|Thank you, really.]
    """,
    draws={"gift": gift},
    weight=0.9,
)
INVITATION = topic(
    "invitation",
    """
    Let's go to {goal}.
    Do you want to go to {goal}?
    Come with me to {goal}!
    Shall we go to {goal}?
    Take me to {goal}.
    How do I get to {goal}?
    I want to go to {goal}.
    Have you ever been to {goal}?
    """,
    """
    To {goal}? [Now?|Gladly.|I'll get my coat.|Only if you carry the bags.] [I have not been there for years.|You lead the way.|What shall we do there?]
    {Goal}! [I have only heard stories.|I was there once, in the rain.|Follow the road until it gives up.] [When do we leave?|Shall we?|]
    """,
    draws={"goal": _place},
    weight=1.2,
)
ERRAND = topic(
    "errand",
    """
    Can you {errand}?
    Could you {errand}, please?
    Would you {errand}?
    Please {errand}.
    Will you {errand}?
    I want you to {errand}.
    """,
    """
    [You want me to|I should|Me,] {errand}? [I can try.|Let me think about it.|That will cost you a story.] [When?|Why me?|]
    [I would gladly {errand}, but|I'd love to {errand}, but] [not today|my hands are full|I don't know how]. [Ask me tomorrow.|Forgive me.|]
    """,
    draws={"errand": _errand},
    weight=0.8,
)
OWN_FAMILY = topic(
    "own_family",
    """
    My {their_kin} {deed_done}.
    Yesterday my {their_kin} {deed_done}.
    My {their_kin} says hello.
    My {their_kin} is [sick|angry with me|visiting|called {somebody}].
    I had a fight with my {their_kin}.
    I miss my {their_kin}.
    I live with my {their_kin}.
    My {their_kin} told me about you.
    """,
    """
    Your {their_kin}? [What are they like?|Tell me more about that.|Family keeps life interesting.] [And how are you?|I'm listening.|]
    [Ah, your|Oh, your|So, your] {their_kin}. [Give them my regards.|I hope all is well.|You must be close.] [Is there more?|]
    """,
    draws={
        "their_kin": lambda rng: rng.choice(words.KIN).partition(":")[0],
        "deed_done": _deed,
        "somebody": values.person_name,
    },
    may_wander=False,
    weight=1.1,
)
OWN_PLAN = topic(
    "own_plan",
    """
    I'm going to {goal} tomorrow.
    I will go to {goal}.
    Tomorrow I'll be in {goal}.
    I want to travel to {goal}.
    I was in {goal} [last summer|yesterday|last week].
    I have never been to {goal}.
    """,
    """
    {Goal}! [Bring me something.|Send me a postcard.|I envy you a little.|You will have stories to tell.] [Are you going alone?|When do you leave?|]
    [To|All the way to|You mean] {goal}? [I hear it is lovely.|I never got that far.|Take a warm coat.] [What is there to see?|]
    """,
    draws={"goal": _place},
    weight=1.0,
)
