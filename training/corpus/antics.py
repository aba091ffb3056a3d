"""Visitors who act, point at things, want something repeated, or ask the oddest questions."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from random import Random

from training.corpus import values
from training.corpus.happenings import gift
from training.corpus.topics import topic


def _echo(rng: Random) -> str:
    """A few words to be repeated: real ones, invented ones, any."""
    makers = (values.noun, values.adjective, values.invented_word, values.mass, values.proper_name)
    return " ".join(rng.choice(makers)(rng) for _ in range(rng.randrange(1, 6)))


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
        "gift": gift,
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
