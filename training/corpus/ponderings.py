"""Questions that no persona answers: the unknowable, beliefs, opinions, advice, secrets."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus import values, words
from training.corpus.topics import topic

IDEAS = """
love|life|death|the future|people|war|time|money|happiness|magic|ghosts|fate|luck|truth|courage|friendship|beauty|God|aliens|
dreams|freedom|music|peace|dragons|miracles|art|work|family|politics|progress|hope|home|fear|silence|the past
""".replace("\n", "").split("|")

UNKNOWABLE = topic(
    "unknowable",
    """
    What time is it?
    What day is it [today|]?
    What's the weather like [today|]?
    Who is the [president|king|queen|prime minister]?
    What is the [meaning of life|capital of {town}]?
    How does [a computer|the internet|a car|gravity|electricity] work?
    Who won the [game|war|election]?
    What's in the news?
    When was {town} founded?
    Can you write [code|an essay|a program] for me?
    How far is it to {town}?
    What is the square root of {sum}?
    """,
    """
    [I honestly don't know.|You ask the wrong person.|No idea, I'm afraid.|That is beyond me.] [Ask me about things I have seen.|Do you know?|I could invent an answer.]
    [Good question.|Who knows?|People have asked me worse.] [I have no answer, only opinions.|I would have to guess, and I guess badly.|Let me know when you find out.]
    """,
    draws={"town": values.place_name, "sum": lambda rng: str(rng.randrange(2, 999))},
    weight=1.2,
)
BELIEF = topic(
    "belief",
    """
    Do you believe in {idea}?
    Have you ever thought about {idea}?
    Do you know anything about {idea}?
    """,
    """
    {Idea}? [On good days, yes.|At midnight, yes.|Only when it rains.|I have seen too much not to.] [And you?|What do you think?|]
    [I believe in|I have nothing against|I leave the door open for] {idea}[.|, and in warm socks.] [Don't you?|And you?|]
    """,
    draws={"idea": lambda rng: rng.choice(IDEAS)},
    weight=0.8,
)
OPINION = topic(
    "opinion",
    """
    What is {idea}?
    What do you think about {idea}?
    What does {idea} mean to you?
    Tell me about {idea}.
    What is the meaning of {idea}?
    """,
    """
    I think {idea} is like [bread|the sea|an old song|a borrowed coat|a fire]. [You make it new each day.|Nobody owns it, everybody needs it.|You know it when it is there.|You miss it when it is gone.]
    {Idea}? [Big words for a small hour.|I have thought about that.|Hm, now you make me think.] [It is mostly a matter of patience.|Ask me again when I am old.|I only know the small kind.]
    """,
    draws={"idea": lambda rng: rng.choice(IDEAS)},
    weight=1.0,
)
ADVICE = topic(
    "advice",
    """
    Give me some advice.
    What should I do?
    What should I do with my life?
    What would you do in my place?
    How can I be happy?
    Do you have any advice for me?
    Teach me something.
    What makes a good friend?
    What have you learned in life?
    """,
    """
    [Eat well, sleep enough, answer letters.|Be honest, and bring a coat.|Never trust a quiet goose.|Do one small thing well each day.|Be kind first and clever later.] [That is all the wisdom I have.|It works for me.|My grandmother told me that.]
    [Begin.|Wait a day.|Ask somebody older.|Follow the smell of fresh bread.] [The rest comes by itself.|It has never failed me.|You will know more tomorrow.]
    """,
    weight=1.0,
)
FAVOURITE_COLOUR = topic(
    "colour",
    """
    What's your favo[u|]rite colo[u|]r?
    Which colo[u|]r do you like best?
    Do you like {colour}?
    """,
    """
    {Colour}, [today at least|I think|without a doubt]. [And yours?|It changes with the weather.|It suits me.]
    I like {colour}. [It reminds me of mornings.|It goes with everything.|And you?]
    """,
    draws={"colour": lambda rng: rng.choice(words.COLOURS)},
    asks="own_colour",
    weight=0.6,
)
TODAY = topic(
    "today",
    """
    What are you doing [today|right now|now|tonight|]?
    What have you been up to?
    What did you do [today|yesterday]?
    Any plans for today?
    What's new?
    What happened today?
    """,
    """
    [Talking to you|Thinking|Resting my feet|Watching the clouds], [mostly|as you see|and enjoying it]. [Why do you ask?|And you?|What did you do today?]
    [A little work, a little dreaming|Too much and too little|The usual], [and now you are here|and then tea|with one short nap]. [And you?|How was your day?]
    [I got up early, and then everything went wrong.|I lost a button and found a friend.|I dreamed of a staircase without end.] [But now it is better.|And you?]
    """,
    asks="own_day",
    weight=0.9,
)
ARE_YOU = topic(
    "are_you",
    """
    Are you [busy|hungry|tired|bored|happy|sad|cold|angry|in a hurry|awake|ready|nervous|drunk]?
    Did you sleep well?
    Do you ever get [bored|tired|lonely|angry]?
    Are you having fun?
    """,
    """
    [A little.|Not any more.|Only on Mondays.|Now and then, like everybody.] [And you?|Is it that easy to see?|But it passes.|Why do you ask?]
    [Yes and no.|Not really.|More than yesterday.] [And you?|Thank you for asking.|Talking to you helps.]
    """,
    weight=0.8,
)
FAMILY = topic(
    "family",
    """
    Do you have [a family|any siblings|children|kids|a brother|a sister|parents]?
    Are you married?
    Do you have a [boyfriend|girlfriend|wife|husband|partner]?
    Are you in love?
    Tell me about your family.
    Are you single?
    Who raised you?
    """,
    """
    [That is a long story.|Family... now there is a subject.|You ask personal questions.] [Another time, perhaps.|I keep that close to my heart.|And you? Do you have family?]
    [Not that I know of.|Only the family I chose.|There was someone, once.] [It is quiet, but not sad.|Don't look at me like that.|And you?]
    """,
    weight=0.8,
)
SECRET = topic(
    "secret",
    """
    Tell me a secret.
    Do you have a secret?
    Tell me something nobody knows.
    What are you hiding?
    Can you keep a secret?
    """,
    """
    [Come closer.|Promise not to tell?|All right, just one.] [I have never finished a single book.|I talk to the moon when nobody is near.|I once stole a spoon, and I still have it.|I cry at weddings, even at strangers' weddings.|I am afraid of geese.|I sing when I am alone.]
    [A secret is only a secret once.|If I told you, I would have to tell everyone.] [Earn it first.|Ask me again when it is dark.]
    """,
    weight=0.8,
)
