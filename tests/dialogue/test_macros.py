import pytest

from pyg_ui.dialogue.macros import expand, may_become_macro


@pytest.mark.parametrize("macro", ["{{char}}", "{{CHAR}}", "<BOT>", "<bot>"])
def test_character_macros_become_the_name_in_any_letter_case(macro: str) -> None:
    assert expand(f"I am {macro}!", char="Bob", user="You") == "I am Bob!"


@pytest.mark.parametrize("macro", ["{{user}}", "{{User}}", "<USER>", "<User>"])
def test_person_macros_become_the_person_in_any_letter_case(macro: str) -> None:
    assert expand(f"{macro}, wait", char="Bob", user="Anna") == "Anna, wait"


def test_expansion_is_a_single_pass() -> None:
    assert expand("{{char}} and {{user}}", char="{{user}}", user="<BOT>") == "{{user}} and <BOT>"


@pytest.mark.parametrize("text", ["{{chat}}", "<USERS>", "{ {user}}", "{{us{{er}}", "<U\u017fER>", "{{user}"])
def test_what_only_looks_like_a_macro_stays(text: str) -> None:
    assert expand(text, char="Bob", user="Anna") == text


def test_a_backslash_in_a_name_is_kept() -> None:
    assert expand("<BOT>", char=r"\1 Bob\g<0>", user="") == r"\1 Bob\g<0>"


def test_a_beginning_may_become_a_macro_and_a_whole_one_no_more() -> None:
    assert may_become_macro("<us")
    assert may_become_macro("{{CHAR}")
    assert not may_become_macro("<USER>")
    assert not may_become_macro("<usx")
