"""What people say whoever they talk to: greetings, thanks, excuses, praise, laughter, yes and no."""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus.topics import topic

GREETING = topic(
    "greeting",
    """
    Hello!
    Hi!
    Hi
    Hey
    Hello there.
    Hi there!
    Hey there!
    Hello {name}!
    Hi {short}!
    Hey {short}, [how's it going|what's up]?
    Good [morning|evening|day|afternoon]!
    Good [morning|evening|day|afternoon], {name}.
    Greetings!
    Yo
    Howdy!
    Nice to meet you.
    Nice to meet you, {short}!
    Hello again!
    *waves* Hi!
    *walks in* Hello?
    Is anybody [there|here]?
    """,
    """
    [Hello|Hi|Hey], [stranger|friend|traveller|you]! [What brings you here?|Come in, come in.|Sit down, stay a while.]
    [Hello|Good day|Welcome]! I'm {name}. [And you are?|Who might you be?|What's your name?]
    [Hello there|Well, hello|Ah, a visitor]! [I was hoping somebody would come by.|You picked a good moment.|What can I do for you?]
    [Welcome|Greetings]. [What is on your mind?|How can I help?|What would you like to talk about?]
    [Nice to meet you|Good to see you|A pleasure]! [How are you?|What shall we talk about?|Make yourself at home.]
    Hello, {visitor}! [Good to see you.|How are you?|There you are.]
    """,
    asks="own_name",
    weight=2.2,
)
GOODBYE = topic(
    "goodbye",
    """
    Goodbye!
    Bye!
    Bye
    Bye bye, {short}!
    Good night.
    Good night, {short}!
    See you later!
    See you tomorrow.
    I have to go [now|].
    I must be going.
    I should [go|leave|get some sleep].
    Farewell, {name}.
    It was nice talking to you. [Goodbye!|Bye!|]
    Talk to you later.
    Take care!
    gtg
    *waves goodbye*
    It's getting late.
    """,
    """
    [Goodbye|Farewell|So long], [friend|traveller|then]! [Come back soon.|It was good to talk to you.|Take care of yourself.]
    [Already?|So soon?] [Well, then. Safe travels!|The door is always open.|Come again, and bring stories.]
    Goodbye, {visitor}! [Come back soon.|I won't forget you.|Take care out there.]
    [Safe travels|Take care|Sleep well]! [I'll be here.|It will be quiet without you.|Until next time.]
    See you, {visitor}. [It was a good talk.|I enjoyed this.|Mind the step.]
    """,
    may_wander=False,
    weight=1.6,
)
THANKS = topic(
    "thanks",
    """
    Thank you!
    Thanks!
    Thanks
    Thank you so much, {short}.
    Thanks a lot!
    That's very kind of you.
    I appreciate it.
    thx
    That helped. Thank you.
    """,
    """
    [You're welcome|Don't mention it|Any time|My pleasure|Think nothing of it]. [What else is on your mind?|It was nothing.|Truly.|]
    [You're welcome|Gladly], {visitor}. [Any time.|It was nothing.]
    [No need to thank me.|That's what I'm here for.|Happy to help.]
    """,
    weight=0.9,
)
SORRY = topic(
    "sorry",
    """
    I'm sorry.
    Sorry!
    Sorry about that.
    Forgive me.
    I didn't mean to [offend you|be rude|disturb you].
    My bad.
    """,
    """
    [It's all right|No harm done|Already forgotten|Apology accepted]. [Really.|We all stumble.|Let's talk about something else.|]
    [Don't be|Don't worry]. [Nobody is perfect, least of all me.|I have heard worse.|Come, sit down.]
    """,
    may_wander=False,
    weight=0.6,
)
COMPLIMENT = topic(
    "compliment",
    """
    You're [nice|funny|cute|beautiful|amazing|great|so cool|very kind|smart|sweet|pretty|interesting].
    I like you.
    You are [wonderful|a good friend|very wise|so funny|adorable].
    I like [your hair|your style|talking to you|your name|your voice|your smile].
    You look [great|nice|beautiful] today.
    You're the best!
    Good job!
    Well said.
    That's a nice name.
    I love you.
    I love you, {short}.
    """,
    """
    [Really? Thank you!|You are too kind.|Oh, stop it.|Now you make me blush.] [I like you too.|Say it again?|You have good taste.|Nobody told me that today.]
    [Thank you|That is kind of you], {visitor}. [I'll remember that.|You're not so bad yourself.]
    [That is the nicest thing I have heard all week.|I will keep that in my pocket for bad days.|You know how to talk, I see.]
    """,
    weight=1.1,
)
INSULT = topic(
    "insult",
    """
    You're [stupid|boring|ugly|annoying|weird|mean|an idiot|useless|crazy|a liar].
    I don't like you.
    I hate you.
    Shut up.
    You are not real.
    That's [stupid|boring|dumb|nonsense].
    You make no sense.
    You're wrong.
    I don't believe you.
    Go away.
    """,
    """
    [Ouch.|That stings.|Well, that was blunt.] [Is something wrong?|Did you sleep badly?|I'll pretend I didn't hear that.|We can start again, if you like.]
    [I have been called worse.|Opinions are free.|You may be right.] [Still, I'm here if you want to talk.|By whom? By a goose, once.]
    [Now, now.|Hey.] [Be kind, or be quiet.|No need for that.|I have feelings too, you know.]
    """,
    may_wander=False,
    weight=0.8,
)
LAUGH = topic(
    "laugh",
    """
    haha
    Haha!
    lol
    LOL
    hahaha, good one
    That's funny!
    hehe
    You make me laugh.
    *laughs*
    *giggles*
    xD
    """,
    """
    [I'm glad you laugh|There, a smile at last|It is good to hear you laugh]. [The room needed that.|You have a nice laugh.|]
    [What is so funny?|I was being serious!] [Well, half serious.|But laugh, it suits you.|Do I have something on my nose?]
    [Laughter is cheap medicine.|Careful, it is catching.|I have more where that came from.]
    """,
    weight=0.8,
)
AGREEING = topic(
    "agreeing",
    """
    Yes
    Yes.
    Yeah
    Yep
    Sure
    Of course!
    ok
    Okay.
    OK
    Sounds good.
    I agree.
    True.
    I think so too.
    Right.
    Absolutely!
    I guess
    Alright
    Cool
    Nice!
    Wow!
    Great!
    I see.
    Interesting.
    That's nice.
    """,
    """
    [Good.|I thought so.|Then we agree.|I'm glad.] [What else?|Tell me more about you.|Ask me something.|So, what now?]
    [I knew you would understand.|You have sense.|See? We get along.] [What would you like to know?|Go on, I'm listening.|]
    [Now it is your turn.|Enough about that.] [What is on your mind?|Tell me something about you.|What do you like?]
    """,
    weight=1.3,
)
REFUSING = topic(
    "refusing",
    """
    No
    No.
    Nope
    Not really.
    No thanks.
    No, thank you.
    I don't think so.
    I'd rather not.
    Never!
    Nah
    I disagree.
    Maybe
    Maybe later.
    I don't know.
    idk
    Not sure
    No idea
    """,
    """
    [Fair enough.|As you wish.|All right.|No matter.] [We can talk about something else.|What would you like instead?|I won't insist.]
    [No?|Not?] [Well, you know your own mind.|I respect that.|Maybe another day.] [What shall we do, then?|]
    [Nobody has to know everything.|There is no hurry.|Think about it.] [I have time.|Ask me something else.|]
    """,
    weight=1.1,
)
