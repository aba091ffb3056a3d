"""The names that a client's instructions tell."""

import time

import pytest

from pyg_ui.dialogue.told_names import is_impersonation, told_character, told_person

MAIN = "Write Alice's next reply in a fictional chat between Alice and Bob Smith."


@pytest.mark.parametrize(
    ("instruction", "name"),
    [
        (MAIN, "Alice"), ("Write James' next reply in a chat.", "James"), ("Write bob's next reply.", "bob"),
        ("[Write the next reply only as Captain Jane.]", "Captain Jane"),
        ("Write Dr. Smith's next reply.", "Dr. Smith"), ("Write J.A.R.V.I.S.'s next reply.", "J.A.R.V.I.S."),
        ("Write well. Write Bob's next reply.", "Bob"), ("[Write the next reply only as Mr. Fox.]", "Mr. Fox"),
        ("You are Bob.", "Bob"), ("You are Bob", "Bob"),
        ("You are Bob, a baker who likes bread.", "Bob"), ("You are Bob the baker.", "Bob"),
        ("you're now Zed (a robot)", "Zed"), ("You are playing Anna. She is kind.", "Anna"),
        ("You are Jack the Ripper.", "Jack the Ripper"), ("You are Ana de la Cruz!", "Ana de la Cruz"),
        ("You are Dr. House. You like puzzles.", "Dr. House"), ('You are "Bob"', "Bob"), ("You are **Bob**", "Bob"),
        ("You are O'Neil and you sail.", "O'Neil"), ("You are 美咲, a student.", "美咲"), ("You are 2B.", "2B"),
        ("You are a robot named R2-D2.", "R2-D2"), ("Your name is Max and you bake.", "Max"),
        ("You are ChatGPT, a large language model.", "ChatGPT"), ("You are The Doctor.", "The Doctor"),
        ("Be brief.\nYou are Bob.\nBe kind.", "Bob"),
        ("You are a helpful assistant.", ""), ("You are an AI.", ""), ("You are Bob's friend.", ""),
        ("Write {{char}}'s next reply", ""), ("Write the assistant's next reply", ""), ("You are the best.", ""),
        ("Write \u200b's next reply", ""),
        ("Say who you are. Write well.", ""), ("You are " + "Bob " * 40, ""), ("", ""),
    ],
)  # fmt: skip
def test_a_character_is_told_by_name(instruction: str, name: str) -> None:
    assert told_character([instruction]) == name


@pytest.mark.parametrize("unit", ["chat between a and ", "write a", "You are A ", "Write a's next ", "you are named "])
def test_endless_instructions_are_searched_at_both_ends_only(unit: str) -> None:
    start = time.process_time()
    assert told_character([unit * 50_000, MAIN]) == "Alice"
    told_person([unit * 50_000, MAIN], "Alice")
    assert time.process_time() - start < 5


def test_whose_reply_is_to_be_written_is_the_surest_sign() -> None:
    assert told_character(["You are Nobody.", MAIN]) == "Alice"


@pytest.mark.parametrize(
    ("instruction", "character", "name"),
    [
        ("Chat between Dr. Smith and Mr. Fox.", "Dr. Smith", "Mr. Fox"),
        ("Chat between Dr. Smith and Bob. Be kind.", "Dr. Smith", "Bob"),
        (MAIN, "Alice", "Bob Smith"), (MAIN, "Bob Smith", "Alice"), (MAIN, "Carol", ""),
        ("A conversation between Anna and Bob", "Bob", "Anna"), ("The user's name is Ann Lee.", "Bob", "Ann Lee"),
        ("The user is called Ann and likes tea.", "Bob", "Ann"), ("The user is kind.", "Bob", ""),
    ],
)  # fmt: skip
def test_a_person_is_told_by_name(instruction: str, character: str, name: str) -> None:
    assert told_person(["Hello.", instruction], character) == name


def test_an_instruction_may_ask_for_the_persons_message() -> None:
    asked = "[Write your next reply from the point of view of Anna, using the chat so far. Don't write as Bob.]"
    assert is_impersonation(asked, "Anna")
    assert not is_impersonation(asked, "Bob")
    assert is_impersonation(asked.replace("Anna", "Mr. Fox (old)"), "Mr. Fox (old)")
    assert is_impersonation(asked.replace("Anna", "the user"), "Anna")
    assert not is_impersonation(asked.replace("Anna", "Annabel"), "Anna")
    assert not is_impersonation("[Continue your last message.]", "Anna")
