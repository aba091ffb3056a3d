"""Raw word lists for the grammar: data only, no rules.

Plurals, articles and combinations are made elsewhere.
"""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

NOUNS = """
anchor apple arrow axe badge banjo barrel basket beacon bead bear bee beetle bell bicycle blanket boat bonfire book
boot bottle bow bowl box bracelet branch brick bridge broom brush bucket button cabbage cabinet cake camel candle
cannon canoe canvas card carpet carriage cart castle cat chair chalkboard chest chicken chimney cloak clock cloud
coat cobweb coin comb comet compass cookie corridor crab cradle crane crow crown crystal cup curtain dagger deer
diary dog doll donkey door dragon drawer dream drum duck eagle echo egg elephant engine envelope falcon feather
fence fern ferry fiddle firefly fish flag flower flute fork fossil fountain fox frog garden gate ghost glacier
glove goat goblet goose grape guitar hammer harbour harp hat hawk hedge hedgehog helmet heron hill horn horse
hourglass inkwell insect island jacket jar jewel kettle key kitten kite knife ladder lake lamp lantern leaf lemon
letter lighthouse lily lion lizard locket map marble market mask meadow melody mill mirror moon moth mountain mouse
mushroom necklace needle nest notebook oar ocean onion orchard orchid otter oven owl painting pancake parrot path
peach pear pearl pebble pen pencil penguin petal phone piano pie pig pigeon pillow pine pipe planet plum poem pond
portrait postcard potato pumpkin puppet puzzle rabbit radio raft railway raven recipe riddle ring river road robin
robot rocket rope rose ruin sail sandal sandwich satellite saucer scarf scroll seal seashell seed shadow sheep ship
shoe shovel signpost snail snake song sparrow spider spoon spring squirrel staircase star statue stone storm story
stove stream street suitcase sunflower sunset swan sword table tapestry teacup teapot telescope temple tent thread
tiger toad tower town toy train treasure tree trumpet tulip tunnel turnip turtle typewriter umbrella valley vase
village violin volcano wagon walnut watch waterfall whale wheel whistle willow window wolf zebra
""".split()

MASS = """
amber bread butter candlelight chalk chess chocolate cinnamon clay coffee copper coral cotton dust fog frost ginger
glass gold grass honey ice incense ink iron ivory jazz lace lavender leather lightning linen magic marmalade mint
mist moonlight moss mud music mustard opera paint paper pepper pizza poetry porridge rain rice rust salt sand
silence silk silver smoke snow soap soup starlight steam sugar sunlight tea thunder velvet water wax weather wind
wine wood wool football cheese toast history mathematics gossip moonshine cider
""".split()

ADJECTIVES = """
ancient bitter black blue borrowed brass brave bright broken bronze brown busy carved cheap clever clumsy cold
colourful copper cracked crooked curious damp dark deep distant dusty early electric elegant empty endless faded
fast fine flat floating foggy foreign forgotten fragile frozen gentle giant glowing golden green grey hairy hand-made
haunted heavy hidden high hollow honest hot huge icy invisible iron jolly late lazy little lonely long lost loud
lucky lukewarm magnetic marble mechanical merry mighty modern muddy narrow new noisy northern odd old orange painted
pale paper patient perfect pink plain polished proud purple quick quiet rare red ripe rotten rough round royal rusty
sacred salty scented sealed secret sharp shiny short silent silver simple singing sleepy slow small smoky smooth
soft sour southern spicy spotted square stale stolen stormy straight strange striped strong sunny sweet tall talking
tame thick thin tin tiny twisted ugly unfinished velvet warm white wicked wild winding windy wise wooden yellow young
""".split()

AGENTS = """
maker mender seller painter keeper collector carver hunter tamer doctor teacher inspector driver courier thief
trader polisher dealer designer tuner whisperer expert repairer grower catcher breeder counter guard judge smuggler
warden merchant scholar restorer binder
""".split()

JOBS = """
accountant acrobat actor alchemist archaeologist archer architect artist astronaut astronomer athlete baker banker
barber barista bard bartender beekeeper biologist blacksmith botanist boxer builder butcher butler captain carpenter
cartographer chef chemist clockmaker clown cobbler composer cook cowboy dancer dentist detective diplomat diver
doctor dressmaker druid electrician engineer explorer falconer farmer ferryman firefighter fisherman florist
fortune-teller gardener geologist glassblower goldsmith guard guide hairdresser harpist healer herbalist historian
huntress hunter illusionist innkeeper inventor janitor jeweller jockey journalist judge juggler knight lawyer
librarian lifeguard locksmith lumberjack magician mapmaker mathematician mechanic mercenary merchant midwife miller
miner monk musician navigator necromancer ninja novelist nurse optician painter paladin pastry-cook pathfinder
pharmacist philosopher photographer physicist pianist pilot pirate plumber poet policeman potter priest printer
private-eye programmer psychologist puppeteer ranger receptionist roboticist sailor samurai scholar scientist scout
sculptor secretary shepherd shipwright shopkeeper singer smith smuggler sniper soldier sorceress spy squire stonemason
storyteller surfer surgeon surveyor tailor tattooist teacher thief tinker toymaker translator trapper vet violinist
waiter waitress watchmaker weaver welder witch wizard woodcarver writer zookeeper
""".split()

LONG_JOBS = """
software engineer|taxi driver|bus driver|ice-cream seller|train conductor|night watchman|tax collector|dog walker|
video game designer|data scientist|space pilot|starship mechanic|ghost hunter|dragon rider|monster slayer|tea merchant|
police officer|school teacher|street musician|travelling salesman|circus performer|wedding planner|museum guide|
deep-sea diver|bounty hunter|court jester|fruit seller|yoga teacher|flight attendant|film director|radio host|
weather forecaster|lighthouse keeper|opera singer|chess champion|rock star|high school student|university student|
post office clerk|truck driver|tour guide|stage magician|crane operator|bomb disposal expert|sword instructor|
shrine maiden|vampire hunter|android technician|gallery owner|cat café owner|bookshop owner
""".replace("\n", "").split("|")

VERB_TRADES = """
mend clocks|bake bread|paint signs|sell flowers|build boats|repair bicycles|teach music|write novels|carve toys|
deliver letters|tune pianos|train horses|guard the gate|brew tea|raise goats|catch ghosts|draw maps|grow roses|
run a small bookshop|run the inn|drive a taxi|keep bees|dig wells|study the stars|forge swords|design games|
hunt monsters|sew dresses|cook soup|fly airships|program computers|heal the sick|blow glass|make candles|
look after lost dogs|tell fortunes|collect old songs|sweep chimneys|restore old paintings|sing in a tavern|
play the violin|make cheese|fix engines|explore old ruins|run a tiny café|teach children to swim
""".replace("\n", "").split("|")

GERUNDS = """
collecting|painting|polishing|drawing|counting|mending|chasing|buying|cooking with|reading about|talking about|
looking at|looking for|dreaming of|listening to|playing with|writing about|carving|building|photographing|stealing|
dancing with|singing to|thinking about|arguing about|naming|feeding|hiding|cleaning|growing|trading|studying
""".replace("\n", "").split("|")

PASTIMES = """
reading|dancing|swimming|singing|fishing|cooking|baking|sleeping late|long walks|early mornings|late nights|card games|
board games|video games|climbing trees|telling stories|gardening|stargazing|loud parties|bad jokes|good company|crowds|
being alone|being late|long goodbyes|birthday parties|riding horses|skating|knitting|walking in the rain|rainy days|
summer evenings|winter mornings|the sea|the forest|thunderstorms|staying up late|getting lost|long journeys|people who lie|
people who shout|cold feet|wet socks|doing the dishes|paperwork|small talk|hot baths|fresh air|Mondays|surprises|
spicy food|sweet things|old films|science fiction|folk music|rock music|strong coffee|ice cream|fresh bread|apple pie
""".replace("\n", "").split("|")

FIRST_NAMES = """
Ada Adam Aiko Alan Albert Alice Amara Amir Ana Andrea Anna Anton Aria Arthur Astrid Ava Ben Bella Bob Boris Bruno Carla
Carlos Cecil Celia Charlie Chloe Clara Daisy Dan Daniel David Diana Diego Dora Edith Edgar Elena Eli Elias Ella Ellie
Elsa Emil Emily Emma Erik Ethan Eva Felix Finn Flora Frank Freya Fritz George Greta Hana Hannah Harry Hazel Hector
Helen Henry Hugo Ida Ines Ingrid Iris Isaac Ivan Ivy Jack Jacob James Jane Jasper Jenny Jin Joe John Jonas Josef Julia
June Kai Karl Kate Kenji Kira Lara Laura Leila Leo Lena Lily Linda Liam Lola Lucas Lucy Luna Maggie Maria Marco Martha
Martin Mary Max Maya Mei Mia Mike Mila Milo Mina Nadia Nina Noah Nora Odin Olga Olive Oliver Oscar Otto Paul Paula
Pedro Penny Peter Petra Pia Quinn Ralph Raj Rita Robin Rosa Rose Ruby Ruth Sam Samuel Sara Sarah Selma Simon Sofia Sora
Stella Sven Tara Theo Thomas Tilda Tim Tom Toby Uma Ursula Vera Victor Viola Walter Wanda Will Xena Yara Yuki Zara Zoe
""".split()

TOWNS = """
Amsterdam Athens Barcelona Berlin Bergen Boston Bristol Brussels Budapest Cairo Chicago Copenhagen Cornwall Delhi Dublin
Edinburgh Florence Geneva Glasgow Hamburg Havana Helsinki Istanbul Kyoto Leeds Lima Lisbon London Lyon Madrid Manchester
Marseille Mexico Milan Montreal Moscow Mumbai Munich Nairobi Naples Norway Oslo Oxford Paris Porto Prague Reykjavik Riga
Rome Salzburg Scotland Seattle Seoul Seville Shanghai Sicily Stockholm Sydney Texas Tokyo Toronto Vienna Venice Warsaw
Wales York Zurich Alaska Australia Brazil Canada Chile China Egypt England Finland France Germany Greece Iceland India
Ireland Italy Japan Kenya Morocco Peru Poland Portugal Spain Sweden Brooklyn California
""".split()

TITLES = [
    "Captain",
    "Doctor",
    "Professor",
    "Lady",
    "Sir",
    "Old",
    "Aunt",
    "Uncle",
    "Princess",
    "Sister",
    "Madame",
    "Little",
]

ONSETS = "b br c ch cl d dr f fl g gr h j k kr l m n p pr qu r s sh st t th tr v w wr y z bl gl sl sn sk".split()
VOWELS = "a a a e e e i i i o o o u u ae ai ea ee ie oo ou y".split()
INNER = (
    "b d f g k l ll m n nn p r rr s ss t th v z nd nt rd rl rm rn st lm ld sk mb ng dr br gr l m n r s t v d".split()
)
CODAS = "b ck d k l ll m n n n nd ng nt r r rk rn s s sh sk ss st t th x z ne le ric wen ley ton na ra la".split()
PLACE_ENDS = """
bay beck bridge brook burgh bury by cliff combe dale den fell field ford gate grove ham haven heim hill hollow holm
hurst ia keep land ley mere mill moor mouth port reach ridge rock stead ton vale view ville watch well wick wood worth
""".split()

SPOTS = """
cottage|cabin|houseboat|tower|lighthouse|castle|farm|flat above a bakery|little house|caravan|treehouse|tent|windmill|
monastery|mansion|cave|barn|shop|tavern|palace|small apartment|library|temple|garden shed|old church|space station|
submarine|hut|attic room|stone house|railway carriage|hotel
""".replace("\n", "").split("|")
SETTINGS = """
by the sea|on the hill|near the river|at the edge of the forest|in the mountains|on the coast|by the lake|under the city|
behind the market|at the end of the road|near the harbour|on an island|in the desert|in the old quarter|by the canal|
outside the town|on the moor|among the vineyards|in the north|beyond the marsh
""".replace("\n", "").split("|")
REALMS = "village|town|city|island|port|kingdom|valley|planet|forest|district|suburb|county".split("|")

DREAMS = """
to see the sea|to sail around the world|to write a book|to open a bakery|to find a lost city|to learn to fly|
to meet a dragon|to walk on the moon|to sleep for a week|to win the village fair|to build a boat|to speak with birds|
to be left in peace|to cross the desert|to own a garden|to find an old friend|to play before the queen|to ride a whale|
to have a shop of {p} own|to travel to the stars|to learn the violin|to be famous|to break an old curse|to plant a forest
""".replace("\n", "").split("|")
FEARS = """
spiders|heights|the dark|deep water|thunder|ghosts|geese|being forgotten|mirrors|clowns|wolves|snakes|moths|small rooms|
the sea|fire|dogs|silence|doctors|needles|rats|crowds
""".replace("\n", "").split("|")
PETS = "cat|dog|parrot|goat|owl|mouse|tortoise|fox|raven|ferret|donkey|rabbit|hedgehog|lizard|crow|goose|horse|snail|toad".split(
    "|"
)
KIN = """
brother:he|sister:she|mother:she|father:he|cousin:they|uncle:he|aunt:she|neighbour:they|grandmother:she|grandfather:he|
best friend:they|old teacher:they|rival:they|husband:he|wife:she|daughter:she|son:he
""".replace("\n", "").split("|")
COLOURS = "red|blue|green|yellow|purple|orange|black|white|silver|gold|grey|turquoise|pink|brown|violet|crimson".split(
    "|"
)
