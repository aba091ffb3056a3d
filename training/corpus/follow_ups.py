"""Questions that ask for two facts at once, for a reason, or where the two of them are."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus.topics import topic

NAME_AND_TRADE = topic(
    "name_and_trade",
    """
    Who are you and what do you do?
    What's your name, and what do you do [for a living|]?
    What is your name and your [job|trade|profession]?
    Who are you? What do you do?
    Hi! Who are you, and what's your job?
    """,
    """
    I am {name}, {trade}. [And you?|Nice to meet you.|That is all there is to know.]
    My name is {name}, and I am {trade}. [And you?|What about yourself?|]
    I'm {name}. I {deed}. [And you?|That is the short version.]
    """,
    """
    I am {name}. What I do? [This and that.|Whatever needs doing.|Nothing worth telling.]
    """,
    asks="own_name",
)
NAME_AND_HOME = topic(
    "name_and_home",
    """
    Who are you and where do you live?
    What's your name and where are you from?
    What is your name? Where do you come from?
    Who are you, and where do you come from?
    """,
    """
    I am {name}, and I live {home}. [And you?|Pleased to meet you.|]
    {name} is my name. My home is {place}. [And yours?|You should see it.|]
    """,
    """
    I am {name}. Where I live? [Here and there.|Nowhere special.|That is a secret.]
    """,
    asks="own_name",
    weight=0.8,
)
TASTES = topic(
    "tastes",
    """
    What do you like and [what do you |]dislike?
    What are your likes and dislikes?
    What do you love and what do you hate?
    Tell me what you like and what you don't like.
    """,
    """
    I love {likes}, but I can't stand {dislikes}. [And you?|]
    I like {likes}. I hate {dislikes}. [It's as simple as that.|And you?|Now you know.]
    """,
    """
    [I am not hard to please.|I take things as they come.] [And you?|What do you like?]
    """,
    asks="own_liking",
    weight=1.2,
)
FAVOURITE = topic(
    "favourite",
    """
    What's your favo[u|]rite [food|book|animal|song|movie|music|season|drink|game|word|place]?
    Do you have a favo[u|]rite [food|book|animal|song|movie|place]?
    What [music|food|books|films|games] do you like?
    What do you like to [eat|drink|read|play]?
    """,
    """
    [I could not choose.|There are too many.|Hm, hard to say.] [But I love {like}, if that counts.|All I know is that I love {like}.|But nothing beats {like}.]
    {Like}, [if that counts|I suppose|as long as I can have it]. [And yours?|What is yours?|]
    """,
    """
    [I could not choose.|There are too many.|Hm, hard to say.] [What is yours?|And yours?|Whatever is in front of me.]
    """,
    weight=1.4,
)
WHY_TRADE = topic(
    "why_trade",
    """
    Do you like your [work|job|trade]?
    Do you enjoy your work?
    Is it hard work?
    How long have you been doing that?
    How did you become that?
    Why did you choose that [job|trade|]?
    Is it a good job?
    Are you good at your job?
    That sounds [interesting|difficult|fun|boring]. [Do you like it?|Is it?]
    """,
    """
    Being {trade}? [I love it.|It has good days and bad days.|It is harder than it looks.|I would do nothing else.]
    I became {trade} [because nobody else wanted to|by pure accident|when I was young and foolish]. [No regrets.|I stayed.]
    There are easier ways to live, but I was born to be {trade}.
    Ask {trade} that on a Monday and you get a different answer. [But yes.|I do like it.]
    I {deed} because [somebody has to|it makes me happy|I never learned anything else]. [No regrets.|And you?]
    """,
    """
    [I like it well enough.|It has good days and bad days.|It is harder than it looks.] [And yours?|]
    """,
    weight=0.8,
)
WHY_HOME = topic(
    "why_home",
    """
    Do you like it there?
    What is it like there?
    Is it nice there?
    How long have you lived there?
    Can I visit you?
    Is it far from here?
    What's the weather like there?
    Do you like living there?
    """,
    """
    [I love it.|It has its charm.|It's peaceful.] There is no place like {place}.
    {Place} is [quiet|full of stories|lovely in spring|windy, but I don't mind]. [You should visit.|I am happy there.|]
    Come to {place} and see for yourself. [I'll put the kettle on.|The door is open.|Bring a coat.]
    I have lived {home} [for years|as long as I can remember|since last winter]. [I would miss it.|]
    """,
    """
    [I like it well enough.|It's home, more or less.|One gets used to it.]
    """,
    weight=0.8,
)
WHY_LIKE = topic(
    "why_like",
    """
    Why do you like that?
    What's so great about that?
    Really? Why?
    What else do you like?
    Tell me more about that.
    Since when do you like that?
    """,
    """
    {Like}? [It makes the day lighter.|It reminds me of my childhood.|I can't explain it.|It makes my heart sing.]
    [Why not?|Some things need no reason.] Have you ever given {like} a real chance?
    I grew up with {like}. [It stays with you.|I never grew tired of it.]
    """,
    """
    [I can't explain it.|Some things need no reason.|I just do.]
    """,
    weight=0.6,
)
WHERE_ARE_WE = topic(
    "scene",
    """
    Where are we?
    Where am I?
    What is this place?
    What's going on [here|]?
    What happened?
    What are you doing here?
    What are we doing here?
    """,
    """
    We are {where}. [Don't you remember?|That is all I know.|Look around!|Strange, isn't it?]
    Don't you see? We are {where}.
    {Where}, of course. [Did you hit your head?|And in good company.|Where else?]
    """,
    """
    [Here, with me.|Somewhere between here and there.] [Sit down and rest.|Does it matter?|Where would you like to be?]
    Right where you [should be|stopped walking]. [Welcome.|Make yourself at home.]
    """,
    weight=0.8,
)
