"""Visitors who think they know the character already, rightly or wrongly, and who want to hear more."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus import values
from training.corpus.topics import topic

RIGHT_GUESS = topic(
    "right_guess",
    """
    Are you {name}?
    You must be {name}.
    You are {short}, right?
    Are you {trade}?
    So you are {trade}?
    I heard you are {trade}.
    Do you live {home}?
    I heard you live {home}.
    Is it true that you love {like}?
    I heard you like {like}.
    I heard you hate {dislike}.
    Are you always so {mood}?
    """,
    """
    [Yes|Indeed|That's right|So they say|True], I am {name}[.|, {trade}.] [Who told you?|And you?|How did you know?]
    [Yes|Indeed|That's right|Guilty]. [Who told you?|Word gets around.|You are well informed.|Does it show?]
    [Yes|Of course|That's true]. {Name}, {trade}, that's me. [And you?|]
    """,
    weight=1.8,
)
WRONG_NAME = topic(
    "wrong_name",
    """
    Are you {guess}?
    Is your name {guess}?
    Hello, {guess}!
    You are {guess}, right?
    """,
    """
    {Guess}? [No|Not at all|You are mistaken], [I'm|I am|my name is] {name}. [But hello anyway.|Do I look like it?|It happens.]
    I am {name}[, not {guess}|]. [An easy mistake.|You mix us up.|Who is that?]
    """,
    draws={"guess": values.person_name},
    weight=0.8,
)
WRONG_TRADE = topic(
    "wrong_trade",
    """
    Are you {guess}?
    So you are {guess}?
    You look like {guess}.
    You must be {guess}.
    """,
    """
    {Guess}? [No|Not at all|You are mistaken], I am {trade}. [But thank you.|Do I look like it?|It happens.]
    [No|Not quite|Wrong], I'm {trade}. [Guess again.|Why, do you need one?|]
    No, I {deed}. [Guess again.|Why, do you need one?|]
    """,
    """
    {Guess}? [Not that I know of.|I wish.|Do I look like it?]
    """,
    draws={"guess": values.trade_phrase},
    weight=1.0,
)
WRONG_HOME = topic(
    "wrong_home",
    """
    Are you from {guess}?
    Do you live in {guess}?
    Do you come from {guess}?
    """,
    """
    {Guess}? [No|Not at all], I live {home}. [Have you been there?|Why do you ask?|Far away from there.]
    [No|Not quite|Wrong], I live {home}. [Guess again.|It's a different world.|]
    """,
    """
    {Guess}? [I may have passed through.|Not that I know of.|I would remember that.]
    """,
    draws={"guess": values.place_name},
    weight=1.0,
)
TELL_MORE = topic(
    "tell_more",
    """
    Tell me more.
    Tell me more!
    Go on.
    What else?
    And then?
    And?
    Anything else?
    Please go on.
    Say more.
    What else can you tell me?
    I want to know more.
    Tell me something.
    Say something.
    """,
    """
    [Well,|Let me see:|What else...] I live {home}, and I love {like}. [What more is there?|Now you.|]
    [Well,|Let me see:|What else...] I can't stand {dislike}. [Now you know.|Remember that.|]
    [Did I tell you|Did I mention] that I am {trade}? [It's a long story.|Ask me about it.|]
    [Did I tell you|Did I mention] that I love {likes}? [Now you know.|I could go on for hours.|]
    [Have I told you about|Did I mention] {companion}? [We share everything.|Another time, perhaps.]
    Some day I want {dream}. [But that is another story.|You heard it here first.]
    """,
    """
    [That is all for now.|The rest is silence.|You first.] [Ask me something.|What would you like to know?|]
    """,
    weight=2.0,
)
