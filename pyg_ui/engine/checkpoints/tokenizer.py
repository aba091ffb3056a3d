"""Loads the byte-level BPE tokenizer of a checkpoint, from either layout of its files."""

from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from pyg_ui.engine.checkpoints.files import find_tokenizer_files, read_json
from pyg_ui.errors import CheckpointError

END_OF_TEXT = "<|endoftext|>"


def load_tokenizer(directory: Path) -> tuple[Tokenizer, int]:
    """The tokenizer, and the id of `<|endoftext|>`, which becomes a special token.

    The files are `tokenizer.json`, or `vocab.json`, `merges.txt` and `added_tokens.json`. Raises CheckpointError for a
    broken file or one without that token.
    """
    paths = find_tokenizer_files(directory)
    try:
        tokenizer = Tokenizer.from_file(str(paths[0])) if len(paths) == 1 else _from_vocabulary(directory, *paths)
    except CheckpointError:
        raise
    except Exception as error:  # the library raises plain Exception for a file that it cannot read
        raise CheckpointError(
            "The tokenizer {path} cannot be read ({_reason}). Download it again.", path=paths[0], _reason=str(error)
        ) from None
    end_of_text_id = tokenizer.token_to_id(END_OF_TEXT)
    if end_of_text_id is None:
        raise CheckpointError(
            "The tokenizer {path} has no {token}, so replies could not end.", path=directory, token=END_OF_TEXT
        )
    tokenizer.add_special_tokens([END_OF_TEXT])
    return tokenizer, end_of_text_id


def _from_vocabulary(directory: Path, vocabulary: Path, merges: Path) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE.from_file(str(vocabulary), str(merges)))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    path = directory / "added_tokens.json"
    added: dict[str, Any] = read_json(path) if path.exists() else {}
    for token, token_id in sorted(added.items(), key=lambda item: int(item[1])):
        # The library numbers added tokens itself, and the number must be the one in the file.
        tokenizer.add_tokens([AddedToken(token, normalized=False, special=False)])
        if tokenizer.token_to_id(token) != token_id:
            raise CheckpointError(
                "{path} does not fit {vocabulary}: {token}.", path=path, vocabulary=vocabulary.name, token=token
            )
    return tokenizer
