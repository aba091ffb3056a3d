"""Keys between slashes are JavaScript's regular expressions, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyg_ui.dialogue.lore.patterns import is_broken_pattern, parse_pattern


def matches(key: str, text: str) -> bool | None:
    pattern = parse_pattern(key)
    return None if pattern is None else pattern.is_found(text, 1)


@pytest.mark.parametrize(
    ("key", "text", "is_found"),
    [
        ("/gulls?/", "two gulls", True),
        ("/gulls?/", "two Gulls", False),
        ("/gulls?/i", "two Gulls", True),
        ("/ä/i", "Ä", True),
        ("/a.b/", "a\nb", False),
        ("/a.b/s", "a\nb", True),
        ("/^b$/", "a\nb", False),
        ("/^b$/m", "a\nb", True),
        ("/a$/", "a\n", False),
        ("/b/y", "ab", False),
        ("/a/gy", "ab", True),
        (r"/a\/b/", "a/b", True),
        (r"/\bcaf\b/", "café", True),  # JavaScript's words are ASCII
        (r"/\d/", "٣", False),
        (r"/[\w-]+!/", "a-b!", True),
        (r"/x[\W]y/", "xéy", True),
        ("/[^]/", "\n", True),
        ("/a[]|b/", "a", False),
        (r"/\u{1F41F}/u", "🐟", True),
        (r"/\uD83D\uDC1F/", "🐟", True),
        (r"/\u006dоon|\x6doon/", "moon", True),
        (r"/(?<n>a|b)\k<n>/", "bb", True),
        (r"/(?<!no )moon(?= rise)/", "the moon rise", True),
        ("/x{e}/", "x{e}", True),
        (r"/\q\h\X/", "qhX", True),
        ("/[[a]/", "[", True),
        ("/a{2,3}?b/", "aab", True),
        ("/北(?:门|桥)/", "在北桥", True),
        (r"/moon\W/i", "moons", False),
        (r"/moon[\W]/i", "moonk", False),
        (r"/moon\W/i", "moon!", True),
        (r"/\bay\b/i", "ayı", True),
        (r"/^[\w-.]+$/", "a-.b", True),
        (r"/^[+-\w]+$/", "+-", True),
        (r"/^[+-\w]+$/", "5:", False),
        (r"/[[]\w/", "[x", True),
        (r"/\u{1F600}|\u{2764}/u", "❤", True),
        (r"/\u{10437}/u", "\U00010437", True),
    ],
)
def test_a_pattern_means_what_it_means_in_javascript(key: str, text: str, is_found: bool) -> None:
    assert matches(key, text) is is_found


@pytest.mark.parametrize(
    "key", ["moon", "[Guild]", "C*", "Anna (old)", "/moon", "moon/", "//", "and/or", "/a/b/", "1/2"]
)
def test_other_keys_are_plain(key: str) -> None:
    assert parse_pattern(key) is None
    assert not is_broken_pattern(key)


@pytest.mark.parametrize(
    "key",
    ["/(/", "/a/q", "/a/ii", "/a++/", "/a**/", "/(?i)a/", "/(?P<x>a)/", "/[z-a]/", "/?/", "/(*ACCEPT)/"],
)
def test_what_javascript_would_refuse_is_broken(key: str) -> None:
    assert parse_pattern(key) is None
    assert is_broken_pattern(key)


@settings(deadline=None)
@given(st.text(alphabet=r"ab\[](){}^$?*+.|/-wdbuk<>:=!,1ﬁÄ&~", max_size=14), st.text("ab", max_size=5))
def test_any_pattern_is_used_or_refused(source: str, text: str) -> None:
    matches(f"/{source}/i", text)
