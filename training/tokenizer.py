"""The demo models' own byte-level BPE, trained on the corpus.

All 256 bytes are in its alphabet, so any text encodes and decodes to itself. The token of a capitalised word never
includes the space before it. So a name has the same tokens at a line's start, after a space and inside asterisks, and a
small model can copy it.
"""

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from training.corpus.conversations import END_OF_TEXT

NUM_POSITIONS = 2048
_WORDS = Regex(
    r"'(?:s|t|re|ve|m|ll|d)(?!\p{L})| ?I(?!\p{L})| ?\p{Ll}+|\p{Lu}+\p{Ll}*| ?[\p{Lo}\p{Lm}]+|\p{Lt}|\p{N}"
    r"| ?\*+| ?[^\s\p{L}\p{N}*]+|\s+(?!\S)|\s"
)


def train_tokenizer(texts: Iterable[str], vocabulary_size: int) -> PreTrainedTokenizerFast:
    """Train on the texts. `<|endoftext|>` is token 0: beginning, end and padding."""
    tokenizer = Tokenizer(models.BPE())
    words = pre_tokenizers.Split(_WORDS, behavior="isolated")
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([words, bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        pad_token=END_OF_TEXT,
        model_max_length=NUM_POSITIONS,
        clean_up_tokenization_spaces=False,
    )
