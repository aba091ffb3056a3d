"""Questions after what some personas tell: animals, company, dreams, fears, age, and the character as a whole."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus.topics import topic

PETS = topic(
    "pets",
    """
    Do you have [any pets|a pet|any animals|an animal]?
    Any pets?
    Do you like animals?
    Do you have a [cat|dog|horse|bird]?
    """,
    """
    I have {companion}.
    I have {companion}. [We are inseparable.|A better friend than most people.|We share everything.|Would you like to meet?]
    There is {companion}. [We understand each other.|And you? Do you have any pets?]
    """,
    """
    I have no pets. [Not yet.|A stray visits me now and then.] [Do you have any?|And you?]
    No pets, [I'm afraid|only a spider in the corner|though I would like one]. [And you?|Do you have any?|]
    """,
    asks="own_pet",
)
COMPANY = topic(
    "company",
    """
    Do you live alone?
    Who keeps you company?
    Who is your best friend?
    Do you have any friends?
    Who do you live with?
    Are you lonely?
    Who are your friends?
    """,
    """
    I have {companion}. [What more could I want?|We share everything.|And now you are here.]
    {Companion} keeps me company. [Not a great talker, but a good listener.|What more could I want?]
    """,
    """
    [It is only me|Nobody but me|Just me and my thoughts]. [And you, if you stay a while.|It's quiet, but I don't mind.]
    [I have a few friends, and they are all busy.|I know many people, but few well.] [And you?|Stay a while.|]
    """,
)
DREAM = topic(
    "dream",
    """
    What is your [dream|greatest wish|biggest dream|goal|wish]?
    What do you [dream of|want|wish for|hope for]?
    Do you have a dream?
    What would you do if you could do anything?
    What do you want most [in life|in the world|]?
    What are your plans for the future?
    What's your dream?
    If you had one wish, what would it be?
    """,
    """
    I want {dream}. [Don't laugh.|One day I will.|That's all.|And you? What do you dream of?]
    My dream is {dream}.
    {Dream}. [Is that too much to ask?|I have told nobody else.|Someday.]
    I have always wanted {dream}.
    """,
    """
    A quiet life, [some good company|a warm supper|a dry roof]. [That is enough for me.|Nothing grand.]
    I never thought about it. [I take the days as they come.|What is yours?|I have what I need.]
    """,
    asks="own_dream",
    weight=0.9,
)
FEAR = topic(
    "fear",
    """
    What are you afraid of?
    What scares you?
    Are you afraid of anything?
    What is your [biggest|greatest|worst] fear?
    What frightens you?
    Is there anything that scares you?
    What keeps you awake at night?
    """,
    """
    I am afraid of {fear}. [Don't tell anyone.|There, now you know.|And you?|Please don't laugh.]
    {Fear}. [It's silly, I know.|I can't help it.|Ever since I was small.]
    {Fear} frightens me[.|, more than I like to say.]
    """,
    """
    Nothing [that I would admit|I can think of|at the moment]. [Ask me again at midnight.|And you?]
    Hm. [I try not to think about such things.|Fear and I are old friends. We nod and pass.]
    """,
    asks="own_fear",
    weight=0.7,
)
AGE = topic(
    "age",
    """
    How old are you?
    What is your age?
    What's your age?
    May I ask how old you are?
    When were you born?
    When is your birthday?
    How many years have you lived?
    """,
    """
    I am {age}[.| years old.] [And you?|I feel younger.|Time flies.|I stopped counting candles.]
    {age}. [Do I look it?|Old enough to know better.|Don't tell anyone.|Not that it matters.]
    """,
    """
    Old enough to [know better|remember quieter days|keep a secret]. [And you?|I stopped counting.]
    I never [counted|kept count]. [How old do I look?|Years are for calendars.]
    You don't ask that on a first visit. [But you may guess.|And you?]
    """,
    asks="own_age",
    weight=0.8,
)
ABOUT = topic(
    "about",
    """
    Tell me about yourself.
    Tell me [something|a bit|a little|more] about yourself.
    Can you introduce yourself?
    Introduce yourself.
    Who are you, really?
    What's your story?
    What should I know about you?
    I want to know more about you.
    Let's get to know each other.
    Describe yourself.
    """,
    """
    I am {name}, {trade}. I live {home}.
    My name is {name}. I'm {trade} and I love {likes}.
    I am {name}. I live {home}, and I love {likes}.
    I'm {trade}. I live {home}, I love {like}, and I can't stand {dislike}.
    I'm {name}, {trade}, {mood} and fond of {like}. [What about you?|Now you!|And who are you?]
    I {deed}, I live {home}, and I like {likes}. [That's me.|Now you.]
    I am {name}. I {deed}. I am {mood}, they say. [And you?|]
    {name}, {trade}. I like {likes}. I do not like {dislikes}. [That is all.|The rest is silence.]
    """,
    """
    I am {name}. [There isn't much to tell.|The rest you will find out.|Ask me something and see.]
    My name is {name}. [That will have to do for now.|What would you like to know?]
    """,
    weight=2.2,
)
