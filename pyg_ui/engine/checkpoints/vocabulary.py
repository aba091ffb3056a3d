"""Converts text to token ids and back, for the byte-level BPE of GPT-Neo and GPT-J.

Every token stands for fixed bytes, and a text is the UTF-8 decoding of its tokens' bytes. Special tokens are neither
added nor decoded, and their names in a text are text: whoever writes `<|endoftext|>` does not end the prompt. May be
used from any thread.
"""

from collections.abc import Collection, Sequence

from tokenizers import Tokenizer, decoders, pre_tokenizers

from pyg_ui.errors import UnsupportedError


class Vocabulary:
    """The part of a tokenizer that the engine needs."""

    def __init__(self, tokenizer: Tokenizer, *, end_ids: Collection[int]) -> None:
        """Raises UnsupportedError for a tokenizer that is not byte-level."""
        self._tokenizer = tokenizer
        if not isinstance(self._tokenizer.decoder, decoders.ByteLevel):
            raise UnsupportedError(
                "The checkpoint's tokenizer is not byte-level BPE. Use the tokenizer files of GPT-Neo or GPT-J."
            )
        # Limits that are stored with a tokenizer would shorten prompts without a warning.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        # An added token that ends a text is special, whether its file says so or not.
        added = tokenizer.get_added_tokens_decoder()
        self._tokenizer.add_special_tokens([added[token_id].content for token_id in end_ids if token_id in added])
        self._tokenizer.encode_special_tokens = True
        self.end_ids = frozenset(end_ids)
        """The ids of the tokens that end a text."""
        self.token_bytes = _token_bytes(tokenizer)
        """The bytes of each id. Special tokens and ids without a token have none."""
        newlines = (token_id for token_id, data in enumerate(self.token_bytes) if data == b"\n")
        self.protected_ids = self.end_ids.union(newlines)
        """The ids that end a line or the text. XTC never removes them."""

    def encode(self, text: str) -> list[int]:
        """The token ids of a text."""
        # Only batch encoding lets other threads run meanwhile, and a megabyte takes a second.
        (encoding,) = self._tokenizer.encode_batch_fast([text], add_special_tokens=False)
        ids: list[int] = encoding.ids
        return ids

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of token ids. Bytes that are not UTF-8 become U+FFFD."""
        known = len(self.token_bytes)
        data = b"".join(self.token_bytes[token_id] for token_id in token_ids if token_id < known)
        return data.decode("utf-8", errors="replace")


def _token_bytes(tokenizer: Tokenizer) -> tuple[bytes, ...]:
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    special = {token_id for token_id, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    byte_of = _byte_of_character()
    table = [b""] * (max(vocabulary.values()) + 1)
    for token, token_id in vocabulary.items():
        if token_id not in special:
            # A token with a character outside the alphabet, such as an added token with a space, is plain text.
            is_plain = any(character not in byte_of for character in token)
            table[token_id] = token.encode() if is_plain else bytes(byte_of[character] for character in token)
    return tuple(table)


def _byte_of_character() -> dict[str, int]:
    """GPT-2's alphabet: printable Latin-1 characters stand for their byte, those from U+0100 on for the others."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    alphabet = {chr(byte): byte for byte in printable} | {chr(0x100 + i): byte for i, byte in enumerate(others)}
    assert set(alphabet) == set(pre_tokenizers.ByteLevel.alphabet())
    return alphabet
