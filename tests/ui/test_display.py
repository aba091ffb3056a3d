import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.ui.display import MAX_NAME_CHARACTERS, as_attribute, as_blocks, as_html, speaker


def as_read(markup: str) -> str:
    """What a reader sees of the markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup.replace("<br>", "\n")))


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("*waves* Hello", "<em>waves</em> Hello"),
        ("**never**", "<strong>never</strong>"),
        ("*waves and", "<em>waves and</em>"),
        ("one\n\ntwo", "one<br><br>two"),
        ("“Go” on", '<span class="speech">“Go”</span> on'),
        ("*says “no”*", '<em>says <span class="speech">“no”</span></em>'),
        ("“I *do*, and", '<span class="speech">“I <em>do</em>&#44; and</span>'),
        ("", "&nbsp;"),
    ],
)
def test_asterisks_and_line_ends_are_set(text: str, markup: str) -> None:
    assert as_html(text) == markup


@pytest.mark.parametrize("text", ["2*3*4", "* item", "5 * 4", "a ** b"])
def test_asterisks_that_set_nothing_stay(text: str) -> None:
    assert as_read(as_html(text)) == text
    assert "<em>" not in as_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "<START> Hi",
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "![x](http://example.org/a.png)",
        "[x](javascript:alert(1))",
        "<form action=http://example.org>",
        "# no heading",
        "1. no list",
        "- no list",
        "> no quote",
        "`no code`",
        "$$no formula$$",
        "| no | table |",
        "http://example.org www.example.org",
        "_no_ ~~marks~~",
        "&lt;START&gt; &amp;",
    ],
)
def test_text_that_looks_like_markup_is_shown_as_text(text: str) -> None:
    markup = as_html(text)
    assert as_read(markup) == text
    without_own = re.sub(r'<span class="(link|code|speech)">|</span>', "", markup)
    assert not set(without_own) & set("<>`[]()!$|_~")


@given(st.text())
def test_no_text_makes_other_tags_than_ours(text: str) -> None:
    tags = set(re.findall(r"<[^>]*>?", as_html(text)))
    own = {f'<span class="{kind}">' for kind in ("speech", "link", "code")}
    assert tags <= {"<br>", "<em>", "</em>", "<strong>", "</strong>", "</span>", *own}


def test_code_and_links_are_marked_and_lead_nowhere() -> None:
    markup = as_html("see https://example.org/a now\n```\n*x*\n```\n*y*")
    assert as_read(markup) == "see https://example.org/a now\n```\n*x*\n```\ny"
    assert [markup.count(f'class="{kind}"') for kind in ("link", "code")] == [1, 3]
    assert "href" not in markup


@given(st.text('ab*"“”`\n', max_size=40), st.text('ab*"“”`\n', max_size=8))
def test_text_that_is_added_changes_only_the_last_lines(text: str, more: str) -> None:
    before, after = as_blocks(text), as_blocks(text + more)
    if not text.endswith("\n") and text.strip("\n"):
        assert after[: len(before) - 1] == before[:-1]


def test_spaces_are_kept_and_make_no_code_block() -> None:
    assert as_read(as_html("    four  two")).replace("\xa0", " ") == "    four  two"
    assert not as_html("    four").startswith("    ")


def test_hostile_runs_of_asterisks_take_no_time() -> None:
    assert as_html("**a " * 20_000).count("a") >= 20_000
    assert as_html("*" * 50_000)


def test_a_speakers_name_cannot_leave_its_attribute() -> None:
    mark = speaker('"><img src=x onerror=alert(1)>', "demo")
    assert re.findall(r"<(\w+)", mark) == ["span", "span"]
    assert as_attribute('a"b\nc') == "a&quot;b c"


def test_a_long_name_is_cut() -> None:
    assert "x" * MAX_NAME_CHARACTERS not in speaker("x" * 1000)
