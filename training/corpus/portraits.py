"""Personas in words: third person, first person, second person, or a list of fields, in any order.

Sentences about other people stand between the facts, so that the model must learn whose trade a trade is. This module
does not know what is asked later.
"""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from random import Random

from training.corpus import values, words
from training.corpus.personas import PRONOUNS, Persona, Pronouns
from training.corpus.phrasing import bend, capitalised, choose, fill, options, plain, tidied
from training.corpus.values import Trade, ValueSource

TRADE = options("""
{S} {is} {trade}.
{S} {is} {trade}.
{S} {is} {trade} [by trade|by profession|and proud of it|like {p} mother before {o}|and good at it].
{S} work~s as {trade}.
{S} work~s as {trade} [and take~s the work seriously|these days|to pay the rent|when the weather allows it].
{S} earn~s {p} living as {trade}.
{S} {has} been {trade} [for many years|since childhood|all {p} life|for a year|for as long as anyone remembers].
{P} [job|trade|profession|occupation|calling] is that of {trade}.
{S} became {trade} [after the war|by accident|years ago|against all advice].
[Everyone|Everybody|The whole town] knows {o} as {trade}.
By [trade|profession|day] {s} {is} {trade}.
As {trade}, {s} [see~s a lot|get~s up early|meet~s all sorts of people|know~s many secrets|{is} never bored].
""")
VERB_TRADE = options("""
{S} {trade} for a living.
{S} {trade} [for a living|every day|from morning to night|and love~s it|for anyone who asks].
{S} {trade}, and {s} do~es it [well|better than anyone].
""")
HOME = options("""
{S} live~s {home}.
{S} live~s {home}.
{S} live~s {home} [with {p} books|all alone|and never want~s to leave|, far from everything|these days].
{P} home is {place}.
{S} [grew up|make~s {p} home|settled down|still live~s] {home}.
{S} [come~s from|hail~s from] {place}.
{S} [dwell~s|reside~s] {home}.
{S} [moved to {place} years ago|call~s {place} home].
You can find {o} {home}.
""")
TRADE_AND_HOME = options("""
{S} {is} {trade} [living|who live~s] {home}.
{S} {is} {trade} from {place}.
{S} {is} {trade}. {S} live~s {home}.
{S} work~s as {trade} and live~s {home}.
{S} live~s {home}, where {s} work~s as {trade}.
{S} {is} {trade} and make~s {p} home {home}.
""")
EVERYTHING = options("""
{S} {is} {trade} from {place} who loves {likes} and [hates|can't stand] {dislikes}.
{S} {is} {trade} who lives {home} and loves {likes}, but not {dislikes}.
{S}, who love~s {likes}, {is} {trade} and live~s {home}. {S} [hate~s|dislike~s] {dislikes}.
{S} {is} {trade}. {S} live~s {home}. {S} like~s {likes}. {S} hate~s {dislikes}.
""")
LIKES = options("""
{S} [love~s|like~s|enjoy~s|adore~s] {likes}.
{S} [love~s|like~s|really like~s|adore~s] {likes}.
{S} [{is} fond of|can't get enough of|{is} crazy about|{has} a weakness for|delight~s in] {likes}.
{P} favourite [things are|thing in the world is] {likes}.
Nothing makes {o} happier than {likes}.
{S} would do anything for {likes}.
{S} [care~s for nothing so much as|dream~s all day of] {likes}.
""")
DISLIKES = options("""
{S} [hate~s|dislike~s|can't stand|detest~s] {dislikes}.
{S} [hate~s|dislike~s|can't stand|cannot bear|loathe~s] {dislikes}.
{S} [{has} no patience for|get~s angry about|{is} not fond of|{has} no love for] {dislikes}.
What {s} cannot stand is {dislikes}.
Never mention {dislikes} [near|in front of|to] {o}.
""")
LIKES_AND_DISLIKES = options("""
{S} [love~s|like~s|adore~s] {likes} [but|and] [hate~s|dislike~s|can't stand|detest~s] {dislikes}.
{S} [love~s|like~s|enjoy~s] {likes}, but not {dislikes}.
Likes: {likes}. Dislikes: {dislikes}.
""")
MOOD = options("""
{S} {is} {mood}.
{S} {is} [rather|very|usually|often|always|a little|quite] {mood}.
{S} {is} [{mood} and a little tired|a {mood} soul|{mood}, at least before lunch|{mood}, but mean~s well|{mood} with strangers].
People [call {o}|say that {s} {is_s}|describe {o} as] {mood}.
{P} [mood|temper|manner] is {mood}.
""")
COMPANION = options("""
{S} {has} {companion}.
{S} [never go~es anywhere without|share~s {p} bread with|travel~s with|own~s] {companion}.
{P} [best friend|only companion] is {companion}.
""")
DREAM = options("""
{P} [dream|greatest wish|secret wish] is {dream}.
{S} [want~s|hope~s|long~s|dream~s one day] {dream}.
""")
FEAR = options("""
{S} {is} afraid of {fear}.
{S} [fear~s|{is} terrified of|{is} secretly scared of] {fear}.
""")
AGE = options("""
{S} {is} {age} years old.
{S} {is} {age}.
{S} just turned {age}.
""")
DISTRACTORS = options("""
{P} {kin} {other} is {other_trade}.
{P} {kin} {other} lives in {other_place}.
{P} {kin} {other} [loves|hates] {other_like}.
{S} once [knew|met|lost a bet to] {other_trade} named {other}.
{S} [{has} long hair|wear~s a long coat|always wear~s gloves|speak~s three languages|never sleep~s well|{has} a scar on {p} left hand].
{S} [{has} green eyes|{is} tall and thin|{is} small but strong|wear~s round glasses|walk~s with a limp|{has} freckles|smell~s of woodsmoke].
{S} owe~s money to [half the town|{other}].
[Few people know|Nobody knows] what {s} did before.
{S} [always tell~s the truth|talk~s in {p} sleep|keep~s every letter|never forget~s a face|laugh~s at {p} own jokes].
{S} {is} the [only child|youngest child|child] of {other_trade} [from {other_place}|].
{S} inherited {thing} from {p} {kin}.
{S} once [found|stole|lost|carried|repaired|buried] {thing} [in {other_place}|for {other_trade}|and never spoke of it again].
{P} [room|house|coat|bag] is full of {things}.
{S} {is} known for {p} [{things}|fine hands|loud laugh|odd questions].
{S} [never travel~s without|keep~s|collect~s|carry~s] {thing} [in {p} pocket|under {p} bed|for luck].
[Years ago|Last winter|As a child], {s} [was lost in {other_place}|dreamed of {thing}|met {other}, {other_trade}].
[Legend says|Some say|The neighbours say] that {other} is {p} {kin}.
{S} [studied|trained] in {other_place} [for three years|with {other}, {other_trade}].
{S} [speak~s softly|talk~s a lot|think~s before speaking|believe~s in second chances|remember~s every promise].
""")


class Portrait:
    """Writes one persona's description in one grammatical person."""

    def __init__(self, rng: Random, persona: Persona, source: ValueSource) -> None:
        self._rng, self._persona, self._source = rng, persona, source
        self._voice = rng.choices(("third", "first", "second"), (0.68, 0.27, 0.05))[0]
        self._uses_name_next = True
        has_surname = " " not in persona.name and rng.random() < 0.15
        self._surname = f" {source.draw(rng, values.proper_name)}" if has_surname else ""

    def text(self) -> str:
        """The whole description on one line."""
        if self._rng.random() < 0.12:
            return self._fields()
        sentences = self._sentences()
        opening, rest = sentences[0], sentences[1:]
        if self._rng.random() < 0.55:
            self._rng.shuffle(rest)
        templates = [opening, *rest]
        for _ in range(self._rng.choice((0, 0, 0, 1, 1, 2, 2, 3, 5))):
            templates.insert(self._rng.randrange(1, len(templates) + 1), self._rng.choice(DISTRACTORS))
        text = " ".join(self._sentence(template) for template in templates)
        return text if self._voice == "third" or self._rng.random() < 0.3 else self._introduced(text)

    def _introduced(self, text: str) -> str:
        name = self._persona.name + self._surname
        greeting = {"first": f"[My name is {name}.|I am {name}.|I'm {name}.]", "second": f"You are {name}."}
        return f"{choose(self._rng, greeting[self._voice])} {text}"

    def _sentences(self) -> list[str]:
        """One template a fact, or two facts in one."""
        persona, rng = self._persona, self._rng
        chosen: list[str] = []
        trade, home = persona.trade, persona.home
        has_all = trade and home and persona.likes and persona.dislikes
        if has_all and trade and not trade.is_verb and rng.random() < 0.12:
            return self._with_extras([rng.choice(EVERYTHING)])
        if trade and home and not trade.is_verb and rng.random() < 0.35:
            chosen.append(rng.choice(TRADE_AND_HOME))
        else:
            if trade:
                chosen.append(rng.choice(VERB_TRADE if trade.is_verb else TRADE))
            if home:
                chosen.append(rng.choice(HOME))
        if persona.likes and persona.dislikes and rng.random() < 0.3:
            chosen.append(rng.choice(LIKES_AND_DISLIKES))
        else:
            chosen += [rng.choice(LIKES)] if persona.likes else []
            chosen += [rng.choice(DISLIKES)] if persona.dislikes else []
        chosen = self._with_extras(chosen)
        if rng.random() < 0.5:
            rng.shuffle(chosen)
        return chosen or [rng.choice(DISTRACTORS)]

    def _with_extras(self, chosen: list[str]) -> list[str]:
        """The templates of the great facts, followed by those of the smaller ones."""
        persona, rng = self._persona, self._rng
        facts = (persona.mood_word, MOOD), (persona.companion, COMPANION), (persona.dream, DREAM), (persona.fear, FEAR)
        for fact, templates in (*facts, (persona.age, AGE)):
            if fact:
                chosen.append(rng.choice(templates))
        return chosen

    def _sentence(self, template: str) -> str:
        pronouns = self._pronouns()
        named = self._voice == "third" and (self._uses_name_next or self._rng.random() < 0.3)
        named = named and (pronouns.is_singular or "{s}" not in template)  # "Max ... and they love", never "they loves"
        self._uses_name_next = False
        subject = self._persona.short_name if self._rng.random() < 0.4 else self._persona.name + self._surname
        self._surname = ""
        is_singular = pronouns.is_singular or named
        chosen = bend(choose(self._rng, template), is_singular)
        slots = self._slots(subject if named else capitalised(pronouns.subject), pronouns, is_singular)
        text = tidied(plain(fill(chosen, slots)))
        return capitalised(text)

    def _pronouns(self) -> Pronouns:
        return {"third": self._persona.pronouns, "first": PRONOUNS["I"], "second": PRONOUNS["you"]}[self._voice]

    def _slots(self, subject: str, pronouns: Pronouns, is_singular: bool) -> dict[str, str]:
        persona, rng = self._persona, self._rng
        be = "am" if self._voice == "first" else "is" if is_singular else "are"
        kin, _, _ = rng.choice(words.KIN).partition(":")
        trade = persona.trade or Trade("a traveller")
        return {
            "S": subject,
            "s": pronouns.subject,
            "o": pronouns.object,
            "p": pronouns.possessive,
            "P": capitalised(pronouns.possessive),
            "is": be,
            "is_s": _be(pronouns),
            "has": "has" if is_singular else "have",
            "trade": _third_person(trade.phrase) if trade.is_verb and is_singular else trade.phrase,
            "home": persona.home.phrase if persona.home else "",
            "place": persona.home.place if persona.home else "",
            "likes": listed(rng, persona.likes),
            "dislikes": listed(rng, persona.dislikes),
            "mood": persona.mood_word or "",
            "companion": persona.companion or "",
            "dream": (persona.dream or "").replace(" my ", f" {pronouns.possessive} "),
            "fear": persona.fear or "",
            "age": str(persona.age),
            "kin": kin,
            "other": self._source.draw(rng, values.person_name),
            "other_trade": self._source.draw(rng, values.trade_phrase),
            "other_place": self._source.draw(rng, values.place_name),
            "thing": values.thing(rng),
            "things": values.plural(values.noun(rng)),
            "other_like": self._source.draw(rng, values.liking),
        }

    def _fields(self) -> str:
        """Name: ... Occupation: ..., as many cards have it."""
        persona, rng = self._persona, self._rng
        pairs: list[tuple[str, str]] = []
        if persona.trade:
            bare = persona.trade.phrase if rng.random() < 0.5 else persona.trade.bare
            pairs.append((choose(rng, "[Occupation|Job|Trade|Profession|Work]"), bare))
        if persona.home:
            pairs.append((choose(rng, "[Home|Lives|Residence|Place]"), persona.home.phrase))
        lists = ("[Likes|Loves|Interests]", persona.likes), ("[Dislikes|Hates]", persona.dislikes)
        pairs += [(choose(rng, label), ", ".join(items)) for label, items in lists if items]
        singles = ("[Mood|Personality|Temper]", persona.mood_word), ("[Pet|Companion]", persona.companion)
        rest = ("[Dream|Wish]", persona.dream), ("[Fear|Afraid of]", persona.fear), ("Age", persona.age)
        pairs += [(choose(rng, label), str(fact)) for label, fact in (*singles, *rest) if fact]
        rng.shuffle(pairs)
        if rng.random() < 0.7:
            pairs.insert(0, ("Name", persona.name))
        separator = rng.choice((". ", "; ", " | ", ". "))
        styled = [(label, capitalised(value) if rng.random() < 0.2 else value) for label, value in pairs]
        return separator.join(f"{label}: {value}" for label, value in styled)


def listed(rng: Random, items: tuple[str, ...]) -> str:
    """ "a, b and c" """
    if len(items) < 2:
        return "".join(items)
    joint = rng.choice((" and ", " and ", ", and ")) if len(items) > 2 else " and "
    return ", ".join(items[:-1]) + joint + items[-1]


def _third_person(verb_phrase: str) -> str:
    """ "mend clocks" becomes "mends clocks"."""
    verb, _, rest = verb_phrase.partition(" ")
    ending = "es" if verb.endswith(("ch", "sh", "s", "x", "z")) else "s"
    bent = verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeiou" else verb + ending
    return f"{bent} {rest}"


def _be(pronouns: Pronouns) -> str:
    """The form of "to be" that follows the pronoun, which need not be the one that follows the name."""
    return "am" if pronouns.subject == "I" else "is" if pronouns.is_singular else "are"
