"""What macros stand for."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.dialogue.macros.expansion import MAX_ADDED_LENGTH, Macros

NAMES = Macros("Bob", "Anna")
TEATIME = replace(NAMES, now=datetime(2026, 3, 4, 17, 5))


def drawn(text: str, number: int = 200) -> Counter[str]:
    """What the text becomes with different seeds."""
    return Counter(replace(NAMES, seed=seed).expand(text) for seed in range(number))


@pytest.mark.parametrize(
    "macro", ["{{char}}", "{{CHAR}}", "<BOT>", "<bot>", "<char>", "{{bot}}", "{{ char }}", "{{group}}"]
)
def test_character_macros_become_the_name_in_any_letter_case(macro: str) -> None:
    assert NAMES.expand(f"I am {macro}!") == "I am Bob!"


@pytest.mark.parametrize(
    "macro", ["{{user}}", "{{User}}", "<USER>", "<User>", "{{random_user_1}}", "{{Random_User_12}}"]
)
def test_person_macros_become_the_person_in_any_letter_case(macro: str) -> None:
    assert NAMES.expand(f"{macro}, wait") == "Anna, wait"


def test_expansion_is_a_single_pass() -> None:
    names = Macros(char="{{user}}", user="<BOT>")
    assert names.expand("{{char}} and {{user}}") == "{{user}} and <BOT>"
    assert Macros(char="Smith, {{roll:6}}", user="").expand("{{random:{{char}}}}") == "Smith, {{roll:6}}"


@pytest.mark.parametrize(
    "text",
    [
        "{{chat}}",
        "<USERS>",
        "{ {user}}",
        "{{us{{er}}",
        "<U\u017fER>",
        "{{user}",
        "{{char1}}",
        "{{char:x}}",
        "{{user and}}",
    ],
)
def test_what_only_looks_like_a_macro_stays(text: str) -> None:
    assert NAMES.expand(text) == text


def test_known_macros_inside_unknown_ones_and_more_braces_are_replaced() -> None:
    assert NAMES.expand("{{model {{char}}}} {{{user}}}") == "{{model Bob}} {Anna}"


def test_a_backslash_in_a_name_is_kept() -> None:
    assert Macros(char=r"\1 Bob\g<0>", user="").expand("<BOT>") == r"\1 Bob\g<0>"


@pytest.mark.parametrize(
    "macro",
    [
        "{{random:a,b,c}}", "{{random::a::b::c}}", "{{random a,b,c}}", "{{Random: a , b , c }}", "{{random:a::b::c}}",
        "{{pick:a,b,c}}", "{{pick::a::b::c}}", "{{PICK a,b,c}}",
    ],
)  # fmt: skip
def test_a_choice_is_one_of_its_items_and_each_of_them_for_some_chat(macro: str) -> None:
    counts = drawn(macro)
    assert set(counts) == {"a", "b", "c"}
    assert min(counts.values()) > 30


def test_an_escaped_comma_and_one_beside_double_colons_separate_nothing() -> None:
    assert set(drawn(r"{{random:a\,b,c}}")) == {"a,b", "c"}
    assert set(drawn("{{random::a,b::c}}")) == {"a,b", "c"}
    assert NAMES.expand("{{random:}}|{{pick::}}") == "|"


def test_items_between_double_colons_keep_their_spaces_and_backslashes() -> None:
    assert set(drawn("She{{random:: laughs:: cries}}.")) == {"She laughs.", "She cries."}
    assert set(drawn(r"{{random::a\,b::{{char}} }}")) == {r"a\,b", "Bob "}


def test_macros_within_a_choice_are_replaced_and_do_not_divide_it() -> None:
    assert set(drawn("{{random:{{char}},{{random:x,y}} {{user}}}}")) == {"Bob", "x Anna", "y Anna"}
    names = Macros("a,b", "")
    assert {replace(names, seed=seed).expand("{{pick:{{char}},c}}") for seed in range(20)} == {"a,b", "c"}


def test_a_pick_stays_while_random_values_are_drawn_anew() -> None:
    text = "{{pick:1,2,3,4,5,6,7,8}}"
    draws = [replace(NAMES, seed=7, draw=draw) for draw in range(50)]
    assert len({macros.expand(text) for macros in draws}) == 1
    assert len({macros.expand(text.replace("pick", "random")) for macros in draws}) > 5
    assert len({macros.expand("{{roll:8}}") for macros in draws}) > 5


def test_a_pick_stays_when_other_text_is_written_around_it() -> None:
    for seed in range(20):
        macros = replace(NAMES, seed=seed)
        assert macros.expand("It is {{pick:red,blue}}.").endswith(f"{macros.expand('{{pick:red,blue}}')}.")
        assert (
            macros.expand("{{random:{{pick:red,blue}},{{pick:red,blue}}}} {{pick:red,blue}}").split()[-1]
            == (
                replace(macros, draw=3)
                .expand("{{random:{{pick:red,blue}},{{pick:red,blue}}}} {{pick:red,blue}}")
                .split()[-1]
            )
        )


def test_equal_picks_are_drawn_on_their_own_at_each_place() -> None:
    assert len(set(drawn("{{pick:a,b}}{{pick:a,b}}"))) == 4
    assert {replace(NAMES, seed=seed).expand("{{pick:a,b}}", place) for seed in range(9) for place in "xy"} == {
        "a",
        "b",
    }
    assert any(
        replace(NAMES, seed=seed).expand("{{pick:a,b}}", "x") != replace(NAMES, seed=seed).expand("{{pick:a,b}}", "y")
        for seed in range(20)
    )


@pytest.mark.parametrize(
    ("macro", "values"),
    [
        ("{{roll:6}}", range(1, 7)), ("{{roll:d6}}", range(1, 7)), ("{{roll 1d4}}", range(1, 5)),
        ("{{roll::D4}}", range(1, 5)), ("{{roll:2d3+1}}", range(3, 8)), ("{{roll: d2-1 }}", range(2)),
    ],
)  # fmt: skip
def test_dice(macro: str, values: range) -> None:
    assert set(map(int, drawn(macro, 300))) == set(values)


@pytest.mark.parametrize("formula", ["", "x", "0", "d0", "2d", "999999999999d6", "1001d6", "6d6d6", "-1"])
def test_a_formula_that_is_none_gives_nothing(formula: str) -> None:
    assert NAMES.expand(f"a{{{{roll:{formula}}}}}b") == "ab"


@pytest.mark.parametrize(
    "comment",
    [
        "{{// seen by nobody}}", "{{//a: b, c}}", "{{// two\nlines}}", "{{comment: too short?}}", "{{Comment::x}}",
        "{{hidden_key:harbour}}", "{{// of {{char}} and {{unknown}}}}", "{{//}}", "{{// about {{this}}",
        "{{noop}}", "{{original}}", "{{banned \"word\"}}", "{{input}}",
    ],
)  # fmt: skip
def test_comments_and_macros_for_other_places_vanish(comment: str) -> None:
    assert NAMES.expand(f"a{comment}b") == "ab"


def test_a_lorebook_reads_hidden_keys_and_no_comments() -> None:
    text = "{{// moon}}The sea{{hidden_key:, the {{char}}}}.{{comment: sun}}"
    assert NAMES.with_hidden_keys(text) == "The sea, the Bob."


def test_small_changes_of_text() -> None:
    assert NAMES.expand("{{reverse:olleH}}, {{reverse::{{char}}}}") == "Hello, boB"
    assert NAMES.expand("a{{newline}}b{{newline::2}}c{{space::3}}d") == "a\nb\n\nc   d"
    assert NAMES.expand("a\n\n{{trim}}\n\nb{{trim}}{{// x}}\n c") == "ab c"


def test_times_are_told_as_elsewhere() -> None:
    assert TEATIME.expand("{{time}}|{{date}}|{{weekday}}|{{isotime}}|{{isodate}}") == (
        "5:05 PM|March 4, 2026|Wednesday|17:05|2026-03-04"
    )
    assert TEATIME.expand("{{datetimeformat Do MMM YY [at] h:mm a}}") == "4th Mar 26 at 5:05 pm"
    noon = replace(NAMES, now=datetime(2026, 3, 4, 12, 0, tzinfo=UTC))
    assert noon.expand("{{time_UTC+2}} {{time_utc-11}} {{time::UTC+1}}") == "2:00 PM 1:00 AM 1:00 PM"
    elsewhere = replace(noon, now=noon.now.astimezone(timezone(timedelta(hours=5))) if noon.now else None)
    assert elsewhere.expand("{{time}}") == noon.expand("{{time}}")


def test_a_time_that_nobody_knows_stays_as_it_is() -> None:
    assert NAMES.expand("{{time}} {{date}} {{datetimeformat LL}}") == "{{time}} {{date}} {{datetimeformat LL}}"


@pytest.mark.parametrize("form", ["{{time}}", "{{date}}", "{{time_UTC-12}}", "{{time_UTC+14}}", "{{datetimeformat x}}"])
@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_a_time_can_be_told_at_the_ends_of_the_calendar(form: str, moment: datetime) -> None:
    for now in (moment, moment.replace(tzinfo=UTC)):
        assert "{{" not in replace(NAMES, now=now).expand(form)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=3), "a few seconds"), (timedelta(seconds=80), "a minute"),
        (timedelta(minutes=9), "9 minutes"),
        (timedelta(minutes=50), "an hour"), (timedelta(hours=5), "5 hours"), (timedelta(days=1), "a day"),
        (timedelta(days=9), "9 days"), (timedelta(days=61), "2 months"), (timedelta(days=800), "2 years"),
    ],
)  # fmt: skip
def test_how_long_the_person_was_silent(passed: timedelta, words: str) -> None:
    now = datetime(2026, 3, 4, tzinfo=UTC)
    assert replace(NAMES, now=now, last_said_at=now - passed).expand("{{idle_duration}}") == words


def test_texts_of_the_chat_have_macros_of_their_own_and_never_hold_themselves() -> None:
    macros = replace(NAMES, texts={"description": "{{char}}: {{description}}!"}, quotes={"lastmessage": "{{char}}?"})
    assert (
        macros.expand("[{{description}}] {{charDescription}} {{lastMessage}} {{scenario}}.")
        == "[Bob: !] Bob: ! {{char}}? ."
    )


def test_variables_hold_within_a_text() -> None:
    assert NAMES.expand("{{setvar::n::3}}{{incvar::n}} {{addvar::n::2}}{{getvar::n}} {{getvar::other}}.") == "4 6 ."


def test_a_number_of_thousands_of_digits_is_a_large_number() -> None:
    assert NAMES.expand("{{newline::" + "9" * 5_000 + "}}") == NAMES.expand("{{newline::999}}") == "\n" * 100


@pytest.mark.parametrize(
    "text",
    [
        "{{setvar::x::ab}}" + "{{addvar::x::{{getvar::x}}}}" * 60 + "{{getvar::x}}",
        "{{description}}" * 5_000,
        "{{lastMessage}}{{reverse:{{lastMessage}}}}" * 5_000,
        "{{scenario}}" * 20_000,
    ],
)
def test_a_text_that_multiplies_itself_stays_of_limited_length(text: str) -> None:
    long = "x" * 50_000
    texts = {"description": long, "scenario": f"{{{{// {long}}}}}"}
    macros = replace(NAMES, texts=texts, quotes={"lastmessage": long})
    assert len(macros.expand(text)) <= len(text) + MAX_ADDED_LENGTH


@given(
    st.text("{}:/,|<>\\ ab")
    | st.lists(st.sampled_from(["{{random:", "{{//", "}}", "{{char}}", "::", ",", "<user>", "{"])).map("".join)
)
def test_any_text_can_be_expanded_and_is_the_same_each_time(text: str) -> None:
    assert NAMES.expand(text) == NAMES.expand(text)
    NAMES.with_hidden_keys(text)


@pytest.mark.parametrize(
    "text", ["{{random:" * 9_000 + "}}" * 9_000, "{{// {{char}}" * 9_000, "{{pick:a{{b," * 5_000 + "}}" * 5_000]
)
def test_deep_and_broken_macros_cost_little(text: str) -> None:
    assert len(NAMES.expand(text)) <= len(text)
