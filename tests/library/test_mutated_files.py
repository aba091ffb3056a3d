"""Files with faults are read without the broken part or refused, quickly, and every notice names what it is about.

`PYG_UI_MUTATED_FILES=10000` makes it more files than usual.
"""

from __future__ import annotations

import os
import time

from pyg_ui.errors import InputError
from pyg_ui.library.cards.files import CardFile, CardFormat, dump_card, read_card
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.descriptions import describe
from pyg_ui.library.presets.files import dump_preset, read_presets
from pyg_ui.library.recognition import recognise
from pyg_ui.library.transcripts.files import ChatFormat, dump_chat, read_chats
from pyg_ui.library.transcripts.transcript import Transcript
from pyg_ui.ui.translations import SAID_ELSEWHERE, tables
from tests.library.mutations import mutated_files

NUM_FILES = int(os.environ.get("PYG_UI_MUTATED_FILES", "400"))
MOST_SECONDS = 2.0
SENTENCES = {words["en"] for key, words in tables().items() if key.split(".")[0] in SAID_ELSEWHERE}
KEPT = "The key {pattern} is no pattern that works. It is searched for as plain text."
"""A broken pattern stays in the lorebook, so it is told of again when the written file is read."""


def use(name: str, data: bytes) -> None:
    """Do with the file what people do: look at it, import it, write it again. Raises InputError where it is refused."""
    found = recognise(data, name)
    dump_json(describe(found))
    for sentence in found.left_out:
        assert sentence.template in SENTENCES
        assert str(sentence).strip()
    if isinstance(found, CardFile):
        assert read_card(data, name).card == found.card
        for card_form in CardFormat:
            written = read_card(dump_card(found.card, card_form), name)
            assert written.card.character == found.card.character
            # An entry that nobody edited is written as it was found, with what is wrong in its extensions.
            assert [each for each in written.left_out if each.template != KEPT and each not in found.left_out] == []
    elif isinstance(found, Transcript):
        assert read_chats(data, name) == found
        for chat_form in ChatFormat:
            dump_chat(found.chats[0], chat_form)


def use_presets(name: str, data: bytes) -> None:
    for found in read_presets(data, name):
        dump_preset(found.preset)


def test_no_fault_in_a_file_does_more_than_leave_a_part_out() -> None:
    problems = []
    for name, data in mutated_files(NUM_FILES):
        for act in (use, use_presets):
            start = time.process_time()
            try:
                act(name, data)
            except InputError as error:
                if not str(error).startswith(name) or error.message.template not in SENTENCES:
                    problems.append(f"{name}: {error}")
            except Exception as error:
                problems.append(f"{name}: {act.__name__}: {error!r}")
            if (seconds := time.process_time() - start) > MOST_SECONDS:
                problems.append(f"{name}: {seconds:.1f} s")
    assert problems == []


def test_the_files_are_always_the_same() -> None:
    assert list(mutated_files(50)) == list(mutated_files(50))
