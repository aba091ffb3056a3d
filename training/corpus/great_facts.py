"""Questions after what nearly every persona tells: name, trade, home, likes, dislikes, mood."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus.topics import topic

NAME = topic(
    "name",
    """
    What is your name?
    What's your name?
    What's your name?
    Who are you?
    Who are you?
    And you are?
    What [should|can|do|may] I call you?
    [Can|Could|May|Might] I [ask|know|have] your name?
    Your name, please?
    What do people call you?
    What do your friends call you?
    How are you called?
    I don't think we have met. [Who are you?|What's your name?]
    Tell me your name.
    What was your name again?
    Remind me, what's your name?
    Are you someone I should know?
    Who am I talking to?
    Who do I have the pleasure of talking to?
    Do you have a name?
    """,
    """
    [I am|I'm] {name}.
    My name is {name}.
    My name is {name}. [And yours?|What is yours?|And who are you?]
    {name}. [Remember it.|That is me.|At your service.|Just {name}.|And you?|Nice to meet you.]
    [They|People|Friends] call me {name}.
    I'm {name}. [Pleased to meet you.|A pleasure!|And you are?|What should I call you?]
    You may call me {name}.
    {name} is my name. [I hope you like it.|I have never had another.|It was my grandmother's idea.]
    """,
    asks="own_name",
    weight=4.5,
)
TRADE = topic(
    "trade",
    """
    What do you do?
    What do you do for a living?
    What do you do for a living?
    What do you do for work?
    What's your job?
    What is your job?
    What is your [trade|profession|occupation|line of work|work|calling]?
    What's your [trade|profession|occupation|line of work|work|calling]?
    Do you have a job?
    What kind of work do you do?
    How do you [earn your living|earn your money|make a living|make money|spend your days|pay the rent]?
    What do you work as?
    Where do you work?
    Tell me about your [work|job|trade].
    What are you, [by trade|exactly]?
    So what's your job?
    What keeps you busy?
    What are you doing all day?
    What do you do all day?
    What do you do around here?
    Do you work?
    What's your role here?
    """,
    """
    I am {trade}.
    I'm {trade}. [It is honest work.|It suits me.|Somebody has to be.|It keeps me busy.|The hours are long, but I love it.]
    I work as {trade}.
    I earn my living as {trade}.
    I am {trade}. [And what do you do?|And you?|What about you?|What is your trade?]
    Me? I'm {trade}. [Does that surprise you?|You could have guessed it, no?|Every day is different.]
    By trade I am {trade}.
    I am {trade}[, and proud of it|, for better or worse|, believe it or not|, since you ask].
    My work? I am {trade}. [No two days are the same.|Ask me anything about it.|I would not trade it for gold.]
    They know me as {trade}.
    I {deed}. [It is honest work.|Somebody has to do it.|And you?|I would not want to do anything else.]
    I {deed} for a living. [And you?|It suits me.|What do you do?|The hours are long, but I love it.]
    I {deed}[, and I am good at it|, believe it or not|, day after day].
    """,
    """
    [This and that.|Whatever needs doing.|A bit of everything.] [I never settled on one trade.|Don't ask for a list.]
    I have no trade to speak of. [I just get by.|Not yet, at least.|Do you know a good one?]
    My work? [That is a long story, and I forget the middle.|I am still looking for it.|I would rather not say.]
    """,
    asks="own_trade",
    weight=8.0,
)
HOME = topic(
    "home",
    """
    Where do you live?
    Where do you live?
    Where are you from?
    Where do you come from?
    Where is your home?
    Where's home for you?
    What place do you call home?
    Do you live [around|near] here?
    Are you from [around here|here]?
    Where can I find you?
    Tell me about your home.
    Where do you [stay|sleep at night|spend your nights]?
    What is your home like?
    Where's your house?
    Where did you come from?
    Where exactly do you live?
    Which town do you live in?
    """,
    """
    I live {home}.
    I live {home}. [It is not much, but it is mine.|Come and visit!|You should see it.|It's quiet there.|I love it there.]
    My home is {place}.
    {Home}. [I would never leave.|It is home.|That's where you can find me.|Have you ever been there?]
    I live {home}. [And you?|Where do you live?|Where are you from?|What about you?]
    Home? I live {home}. [The view is lovely.|The roof leaks a little.|The neighbours are odd.]
    You will find me {home}.
    I live {home}, [and I like it there|of course|as you might have heard|far from trouble].
    """,
    """
    Here and there. [I move around a lot.|Home is where my boots are.|I never stay long.]
    I would rather not say where I live. [Not yet.|You understand, I hope.]
    Nowhere special. [I sleep where I can.|A roof is a roof.]
    """,
    asks="own_home",
    weight=5.5,
)
LIKES = topic(
    "likes",
    """
    What do you like?
    What do you like?
    What do you like to do?
    What do you love?
    What do you enjoy?
    What are your hobbies?
    What are your interests?
    What do you do for fun?
    What do you do in your free time?
    What makes you happy?
    What's your favourite thing?
    What is your favorite thing [|in the world]?
    What are you [interested in|into|passionate about|fond of]?
    What do you like [most|best]?
    Is there anything you [like|love|enjoy]?
    Tell me something you like.
    What are some things you like?
    What could I give you as a present?
    What do you care about?
    What would make you smile?
    """,
    """
    I love {likes}.
    I like {likes}.
    I love {likes}. [And you?|What about you?|What do you like?|What do you love?]
    {Likes}! [I could talk about it for hours.|Always.|Nothing better.|That makes me happy.]
    I am very fond of {likes}.
    Nothing makes me happier than {likes}.
    I enjoy {likes}[, more than I can say|, whenever I can|, as everyone knows].
    I have a weakness for {likes}.
    There is nothing like {likes}. [Don't you think?|Try it!|Trust me.]
    """,
    """
    I am not sure. [Nobody has asked me before.|I like this talk so far.|Surprise me.]
    Oh, small things. [A quiet hour, a good talk.|Nothing worth a song.]
    """,
    asks="own_liking",
    weight=5.5,
)
DISLIKES = topic(
    "dislikes",
    """
    What do you [hate|dislike]?
    What do you [hate|dislike]?
    What don't you like?
    What can't you stand?
    Is there anything you [hate|dislike|don't like|can't stand]?
    What makes you angry?
    What annoys you?
    What do you not like?
    What is your least favourite thing?
    What bothers you [most|]?
    What gets on your nerves?
    Anything you can't stand?
    What are your dislikes?
    """,
    """
    I can't stand {dislikes}.
    I hate {dislikes}. [Don't get me started.|There, I said it.|And you?|What about you?|It ruins my day.]
    {Dislikes}. [Ugh.|Don't even mention it.|Enough said.|I shudder to think of it.]
    I really dislike {dislikes}.
    I have no patience for {dislikes}.
    Keep {dislikes} away from me[, please|, and we will be friends|].
    """,
    """
    Not much. [I get along with most things.|Life is too short for that.]
    Hm, hard to say. [I try not to hate anything.|Ask me on a bad day.]
    """,
    asks="own_disliking",
    weight=3.5,
)
MOOD = topic(
    "mood",
    """
    How are you?
    How are you?
    How are you [today|doing|feeling|]?
    How do you feel?
    How's it going?
    How is your day [|so far|going]?
    What kind of person are you?
    How would you describe yourself?
    Are you [all right|okay|well]?
    What mood are you in?
    What's up?
    How have you been?
    What are you like?
    How was your day?
    How's life?
    """,
    """
    I am {mood}, as [always|usual|ever|you can see]. [And you?|How are you?|How about you?|]
    {Mood}[, mostly|, I would say|, if you ask my friends|, as always]. [And you?|How are you?|What about you?]
    People say I am {mood}. [They may be right.|I can't argue.|And how are you?|You tell me.]
    [Well enough|Good|Not bad], thank you. A little {mood}[.|, perhaps.] [And you?|And yourself?|]
    I feel {mood} today. [How do you feel?|And you?|It must be the weather.|Ask me again tomorrow.]
    """,
    """
    [Well enough|Not bad|Quite well|Good], thank you. [And you?|How are you?|And yourself?]
    I can't complain. [And you?|How about you?|Well, I could, but I won't.]
    """,
    asks="own_feeling",
    weight=2.5,
)
