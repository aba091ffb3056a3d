"""Turns in which the visitor brings something: a name, a liking, a feeling, a place, a thing, an invitation.

The replies take it up in the visitor's own words, and what is worth remembering stays known for the chat.
"""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from random import Random

from pyg_ui.demo_models.corpus import values, words
from pyg_ui.demo_models.corpus.phrasing import choose
from pyg_ui.demo_models.corpus.topics import topic


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


def _echo(rng: Random) -> str:
    """A few words to be repeated: real ones, invented ones, any."""
    makers = (values.noun, values.adjective, values.invented_word, values.mass, values.proper_name)
    return " ".join(rng.choice(makers)(rng) for _ in range(rng.randrange(1, 6)))


def _trade(rng: Random) -> str:
    return values.trade_phrase(rng)


def _gift(rng: Random) -> str:
    return values.with_article(values.optional(rng, words.ADJECTIVES) + values.noun(rng))


def _place(rng: Random) -> str:
    town = values.place_name(rng)
    return choose(
        rng, f"[{town}|{town}|the {rng.choice(words.SPOTS)}|the {values.noun(rng)} {rng.choice(words.SETTINGS)}]"
    )


OWN_NAME = topic(
    "own_name",
    """
    I'm {visitor}.
    I am {visitor}.
    My name is {visitor}.
    My name's {visitor}.
    {visitor}.
    {visitor}
    Call me {visitor}.
    You can call me {visitor}.
    Hi, I'm {visitor}.
    Hello, my name is {visitor}.
    Hello! I am {visitor}. [Nice to meet you.|]
    People call me {visitor}.
    Hey {short}, I'm {visitor}!
    It's {visitor}.
    I'm {visitor}, nice to meet you!
    """,
    """
    [Nice to meet you|Pleased to meet you|A pleasure|Welcome|Hello], {visitor}! [I'm {name}.|What brings you here?|That's a fine name.|How are you?]
    {visitor}! [A fine name.|I like the sound of that.|I will remember it.] [What brings you here?|How are you today?|And where are you from?]
    {visitor}... [I knew somebody of that name once. A baker, I think.|It suits you.|That has a ring to it.] [I'm {name}.|Welcome.|]
    Then welcome, {visitor}. [Sit down.|My name is {name}.|What can I do for you?]
    """,
    draws={"visitor": values.person_name},
    remembers=("visitor",),
    asks="own_feeling",
    may_wander=False,
    weight=3.0,
)
MY_NAME = topic(
    "my_name",
    """
    What's my name?
    What is my name?
    Do you remember my name?
    Do you know my name?
    Do you know who I am?
    Who am I?
    Have you forgotten my name?
    """,
    """
    You are {visitor}[.|, of course.|. How could I forget?] [I never forget a name.|Did you think I wasn't listening?|]
    {visitor}[!|.] [You told me so yourself.|I remember.|Was that a test?]
    Your name is {visitor}. [See, I listen.|Easy.|And mine?]
    """,
    """
    [You haven't told me yet.|I don't think you told me.|How should I know?] [What is it?|So, what's your name?|Tell me, and I will remember.]
    """,
    weight=1.6,
)
OWN_LIKING = topic(
    "own_liking",
    """
    I [like|love|really like|enjoy|adore] {their_like}.
    I love {their_like}!
    {their_like}.
    My favourite thing is {their_like}.
    I'm really into {their_like}.
    I am crazy about {their_like}.
    Mostly {their_like}, I think.
    I [like|love] {their_like} more than anything.
    """,
    """
    {Their_like}! [You have good taste.|I should have guessed.|Now I like you even more.|Tell me more about that.] [How did that begin?|I understand.|]
    [So you like|Ah, you love|You like] {their_like}[.|?] [Me too, on good days.|We will get along.|That says a lot about you.] [Since when?|]
    {Their_like}? [I never tried that.|I know little about it.|That is not for me, but go on.] [What is it like?|Show me one day.|]
    {Their_like}, how lovely. [I prefer {like}.|For me it is {like}.|And I love {like}.]
    """,
    draws={"their_like": values.liking},
    remembers=("their_like",),
    weight=2.0,
)
MY_LIKING = topic(
    "my_liking",
    """
    What do I like?
    Do you remember what I like?
    What did I say I like?
    Can you remember what I love?
    """,
    """
    You like {their_like}[.|, you said.|. I was listening.] [Right?|See? I remember.|]
    {Their_like}[!|.] [You told me.|How could I forget?|Did I get it right?]
    """,
    """
    [You haven't told me.|How should I know?] [What do you like?|Tell me.|I would guess soup.]
    """,
    weight=0.7,
)
OWN_DISLIKING = topic(
    "own_disliking",
    """
    I [hate|can't stand|don't like|dislike] {their_dislike}.
    I really hate {their_dislike}.
    {their_dislike} [scares me|makes me angry|is the worst].
    """,
    """
    {Their_dislike}? [I understand.|Who doesn't?|It is not that bad.] [What happened?|Let's not speak of it, then.|]
    [Then we will have no|Noted: no|I promise you, no] {their_dislike} [here|today|in this house]. [You are safe.|]
    """,
    draws={"their_dislike": values.liking},
    weight=0.9,
)
DO_YOU_LIKE = topic(
    "do_you_like",
    """
    Do you like {topic}?
    Do you [like|love|enjoy|hate] {topic}?
    What do you think [about|of] {topic}?
    How do you feel about {topic}?
    Have you heard of {topic}?
    What about {topic}?
    Do you know anything about {topic}?
    Let's talk about {topic}.
    Tell me about {topic}.
    """,
    """
    {Topic}? [I never gave it much thought.|I can take it or leave it.|It has its charm.|Not every day, but yes.] [And you?|Why do you ask?|]
    {Topic}... [now there is a subject.|I could tell you things.|I know too little about it.] [What do you think?|Do you like it?|]
    I have nothing against {topic}. [I prefer {like}, though.|But give me {like} any day.]
    [I don't know much about|I have not thought about] {topic}. [Tell me more.|Should I?|What is it to you?]
    """,
    draws={"topic": values.liking},
    weight=3.2,
)
OWN_PLACE = topic(
    "own_home",
    """
    I'm from {town}.
    I am from {town}.
    I live in {town}.
    I come from {town}.
    I grew up in {town}.
    {town}.
    I just came from {town}.
    I live near {town}.
    """,
    """
    {Town}! [I have always wanted to see it.|I hear the bread is good there.|That is a long way.] [What is it like?|Do you miss it?|]
    From {town}, [I see|really]? [I passed through it once, at night.|My uncle talked about it all the time.|You don't look it.] [Is it nice there?|]
    [Somebody from {town}!|So, {town}.] [Tell me about it.|You must have stories.|I know only its name.] [What do you do there?|]
    {Town}... [And I live {home}.|And my home is {place}.] [The world is small.|Far apart, and yet we meet.]
    """,
    draws={"town": values.place_name},
    remembers=("town",),
    weight=1.3,
)
MY_PLACE = topic(
    "my_place",
    """
    Where am I from?
    Do you remember where I'm from?
    Where do I live?
    """,
    """
    You are from {town}[.|, you said.] [See? I listen.|I remember.|]
    From {town}[.|, if I heard you right.] [Was I right?|]
    """,
    """
    [You never said.|I don't know.] [Where are you from?|Tell me.|Far away, by the look of your shoes.]
    """,
    weight=0.5,
)
OWN_TRADE = topic(
    "own_trade",
    """
    I'm {their_trade}.
    I am {their_trade}.
    I work as {their_trade}.
    I'm just {their_trade}.
    """,
    """
    [So you are|You are|Really,] {their_trade}? [That must be hard work.|I always wanted to meet one.|And are you happy with it?] [Tell me more.|How did you become one?|]
    {Their_trade}! [I would not have guessed.|I see it now, in your hands.|A useful person, then.] [Do you like it?|]
    {Their_trade}, and I am {trade}. [What a pair we make.|We could learn from each other.|The world needs both.]
    """,
    draws={"their_trade": _trade},
    weight=1.2,
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
    draws={"gift": _gift},
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
OWN_PET = topic(
    "own_pet",
    """
    I have {their_pet}.
    I've got {their_pet} at home.
    I live with {their_pet}.
    """,
    """
    {Their_pet}! [Give it a kiss from me.|What a name!|I would love to meet it.] [Does it bite?|How old is it?|]
    [So you have|You have] {their_pet}? [Then you are never alone.|Animals know good people.|I'm a little jealous.]
    """,
    draws={"their_pet": values.companion},
    weight=0.8,
)
ECHO = topic(
    "echo",
    """
    Say "{echo}".
    Repeat after me: {echo}
    Can you say {echo}?
    Please say: {echo}
    Repeat: {echo}
    """,
    """
    {echo}. [Like that?|There, I said it.|Is that right?|Why?]
    "{echo}." [Happy now?|How was that?|Easy.]
    {Echo}. [What does it mean?|Once more?|]
    """,
    draws={"echo": _echo},
    weight=1.2,
    is_literal=True,
)
ACTIONS = topic(
    "actions",
    """
    *hugs you*
    *hugs {short}*
    *pats your head*
    *shakes your hand*
    *kisses you on the cheek*
    *sits down next to you*
    *sits down*
    *looks around*
    *cries*
    *smiles*
    *nods*
    *yawns*
    *pokes you*
    *dances*
    *runs away*
    *falls asleep*
    """,
    """
    [Oh!|Well!|Hello to you, too.] [That was unexpected.|I did not see that coming.|I needed that.|You are full of surprises.]
    [You are a strange one.|I see how it is.|What was that for?] [But I like it.|Don't stop on my account.|Come here.|Sit with me.]
    """,
    weight=1.2,
    is_literal=True,
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
ODD_QUESTION = topic(
    "odd_question",
    """
    How do you make {thing}?
    Who invented {thing}?
    Why is {thing} so expensive?
    How much is {thing}?
    What can you tell me about {thing}?
    What would you do with {thing}?
    What rhymes with {single}?
    What does {invented} mean?
    Can you explain {thing} to me?
    How big is {thing}?
    How many {many} are there?
    Would you rather have {thing} or {gift}?
    Do you prefer {many} or {more}?
    """,
    """
    [I honestly don't know.|You ask the wrong person.|No idea, I'm afraid.|That is beyond me.] [Ask me about things I have seen.|Do you know?|I could invent an answer.]
    [That is a question I never asked.|Hm, let me think... no.|Nobody ever taught me that.] [What do you think?|Now I'm curious, too.|Tell me when you find out.]
    """,
    draws={
        "thing": values.thing,
        "single": values.noun,
        "invented": values.invented_word,
        "many": lambda rng: values.plural(values.noun(rng)),
        "more": lambda rng: values.plural(values.noun(rng)),
        "gift": _gift,
    },
    weight=1.2,
)
KNOW_SOMEBODY = topic(
    "know_somebody",
    """
    Do you know {somebody}?
    Have you ever met {somebody}?
    Who is {somebody}?
    I'm looking for {somebody}.
    Have you seen {somebody}?
    {somebody} sent me.
    """,
    """
    {Somebody}? [I don't know anybody of that name.|Never heard of them.|The name sounds familiar.|Is that a friend of yours?] [Why do you ask?|Should I?|]
    [I once knew|I may have met|I have only heard of] {somebody}. [It was long ago.|We did not speak much.|Ask at the inn.]
    """,
    draws={"somebody": values.full_name},
    weight=0.8,
)
LAST_WORDS = topic(
    "last_words",
    """
    What did I just say?
    What did I say before?
    Are you listening?
    Do you remember what I said?
    """,
    """
    You said: {last} [I was listening.|See?|I never forget a word.]
    "{last}" [Those were your words.|That is what I heard.|Did I get it right?]
    """,
    """
    [Every word.|I hear you.] [Go on.|What is it?]
    """,
    weight=0.9,
)

ENCOUNTERS = (
    OWN_NAME, MY_NAME, OWN_LIKING, MY_LIKING, OWN_DISLIKING, DO_YOU_LIKE, OWN_PLACE, MY_PLACE, OWN_TRADE, OWN_BRIGHT,
    OWN_DARK, OWN_NEWS, OWN_THING, GIFT, INVITATION, ERRAND, OWN_PET, ECHO, ACTIONS, KNOW_SOMEBODY, LAST_WORDS, OWN_FAMILY,
    OWN_PLAN, ODD_QUESTION,
)  # fmt: skip
ANSWERS = {item.name: item for item in (OWN_NAME, OWN_LIKING, OWN_DISLIKING, OWN_PLACE, OWN_TRADE, OWN_BRIGHT, OWN_PET)}
