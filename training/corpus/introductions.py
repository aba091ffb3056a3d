"""Visitors who tell who they are: their name, tastes, town and trade, and who ask later whether it was remembered."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus import values
from training.corpus.topics import topic

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
    draws={"their_trade": values.trade_phrase},
    weight=1.2,
)
