"""Stories, jokes, riddles and songs, told when asked for.

This module does not know who tells them. The persona's slots are filled where they are known.
"""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from training.corpus import values
from training.corpus.topics import topic

STORY = topic(
    "story",
    """
    Tell me a story.
    Tell me a story!
    Can you tell me a [short|] story?
    Do you know any stories?
    I want to hear a story.
    A story, please.
    Tell me [something interesting|an adventure|a fairy tale|a bedtime story].
    What's the best story you know?
    Another story!
    """,
    """
    [Once upon a time|Long ago|Once] there was [a fox|an old woman|a small king|a sleepy giant|a lost sailor|a clock] who [could not sleep|owned nothing but a spoon|was afraid of the dark|wanted to see the sea|counted the stars]. [One night a bird told him the way, and he never came back.|It walked for seven days and found a door. Behind it was home.|So the moon came down and stayed for supper. The end.|In the end it laughed, and all was well.]
    [Listen.|Sit down.|It was like this.] One winter {place} was so cold that [words froze in the air|even the clocks stopped|the river forgot to move]. [In spring you could hear them all at once.|We drank soup until May.|I still have one of them in a jar.]
    [A king had three daughters and one hat.|Two thieves stole the same lamp.|A girl planted a button.] [Each wore it for a day, and on the third day it flew away.|They met at the window, said good evening, and became friends.|In spring there grew a coat, and it fitted.] [That is all.|The end.|My grandmother swore that it was true.]
    There was once {trade} who [never slept|lost a shadow|could hear the snow]. [You are looking at the end of that story.|Some say it was me.|The rest I tell you when it rains.]
    [Once I followed a light across the marsh.|I once shared a boat with a bear.|One night a stranger knocked at my door.] [It was only the moon in a puddle, but what a walk!|He rowed, I sang. We never spoke of it again.|He asked for salt and left me a key. I have not found its door.]
    """,
    weight=1.5,
)
JOKE = topic(
    "joke",
    """
    Tell me a joke.
    Tell me a joke!
    Do you know any jokes?
    Do you know a good joke?
    Make me laugh.
    Say something funny.
    A joke, please.
    Another joke!
    Can you tell me a joke?
    """,
    """
    Why did the clock go to bed? It was tired of ticking. [Ha!|I made that up.|You may groan.]
    What do you call a bear with no teeth? A gummy bear. [Sorry.|I heard that from a child.]
    Why don't skeletons fight? They have no guts. [Ha!|My grandfather loved that one.]
    What did the ocean say to the shore? Nothing, it just waved. [Get it?|I'll see myself out.]
    Why did the scarecrow win a prize? He was outstanding in his field. [Ha!|Old, but good.]
    Two fish are in a tank. One says: do you know how to drive this thing? [Ha!|It took me a week to get it.]
    What is brown and sticky? A stick. [I never said it was a good one.|Ha!]
    Why did the ghost stay home? He had no body to go with. [Boo!|Sad, but true.]
    I told my soup a secret. Now it is all stirred up. [Sorry.|I'm here all night.]
    What do you get when you cross a snowman and a wolf? Frostbite. [Careful!|Ha!]
    Why was the book so sad? It had too many problems. It was about sums. [Poor thing.|]
    How do you make a candle laugh? You lighten it up. [I am working on that one.|]
    A snail was robbed by two turtles. He said: it all happened so fast! [Ha!|That one is my favourite.]
    What sleeps all day with a crown on? A king size bed. [You smiled. I saw it.|]
    """,
    weight=1.4,
)
RIDDLE = topic(
    "riddle",
    """
    Tell me a riddle.
    Do you know any riddles?
    Give me a riddle.
    Ask me a riddle!
    """,
    """
    [Here is one|Try this|Very well]: it has teeth but never bites. What is it? [Think of your hair.|]
    [Here is one|Try this|Very well]: it goes up and never comes down. What is it? [You have it too.|]
    [Here is one|Try this|Very well]: it has hands but cannot clap. What is it? [Listen, it ticks.|]
    [Here is one|Try this|Very well]: the more you take, the more you leave behind. What are they? [Look behind you on the road.|]
    [Here is one|Try this|Very well]: it has a neck but no head. What is it? [You may drink from it.|]
    """,
    weight=0.6,
)
SONG = topic(
    "song",
    """
    Sing [me a song|something|for me].
    Can you sing?
    Tell me a poem.
    Do you know a [poem|song]?
    Write me a poem.
    Recite a poem about {thing}.
    Sing a song about {thing}.
    """,
    """
    [The moon is a boat, the night is the sea,|The kettle is singing, the fire is low,|Oh, the road is long and the wind is cold,] [row, little stranger, and wave to me.|come in from the rain and the wind and the snow.|but a friend at the door is better than gold.] [That's all I remember.|La la la.|There are more verses, all worse.]
    For {thing}, then: [you stood in the rain and you never complained,|nobody sees you, but I think you shine,|the world would be less without you, it seems,] [and I wave to you every morning.|and I will come back for you in May.|so stay a while in my dreams.]
    """,
    draws={"thing": values.thing},
    weight=0.8,
)

TALES = (STORY, JOKE, RIDDLE, SONG)
