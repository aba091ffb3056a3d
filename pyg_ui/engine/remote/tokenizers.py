"""The tokens of a model on another server: by its own tokenizer, if that is here, or as the server tells them.

Where neither can tell, the demo model's tokenizer measures texts. Its vocabulary is small, so it counts somewhat too
many tokens, and a prompt that fits by its count fits.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.checkpoints.hub import Hub, HubRepository
from pyg_ui.engine.checkpoints.tokenizer import load_tokenizer
from pyg_ui.engine.checkpoints.vocabulary import Vocabulary
from pyg_ui.engine.remote.dialects import TokenRoutes
from pyg_ui.engine.remote.server import Server
from pyg_ui.errors import RemoteError

_SAMPLE = "You: Hello, Bob!\n\nBob: 1 naïve 🙂"
"""Two tokenizers that give the same ids for this count as the same."""
_MOST_KEPT = 4096
"""How many answers of the server are kept."""
Answer = TypeVar("Answer")


class Tokenizer(Protocol):
    """Converts text to token ids and back."""

    is_exact: bool
    """Whether the ids are those of the model."""

    def encode(self, text: str) -> list[int]:
        """The token ids of a text."""

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of token ids."""

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of a token."""


class LocalTokenizer:
    """The tokenizer of a checkpoint on this machine."""

    def __init__(self, directory: Path, *, is_exact: bool) -> None:
        """Raises CheckpointError where it cannot be read."""
        self.is_exact = is_exact
        tokenizer, end_id = load_tokenizer(directory)
        self._vocabulary = Vocabulary(tokenizer, end_ids={end_id})
        self.encode = self._vocabulary.encode
        self.decode = self._vocabulary.decode

    def token_bytes(self, token_id: int) -> bytes:
        """See Tokenizer."""
        known = self._vocabulary.token_bytes
        return known[token_id] if token_id < len(known) else b""


class ServerTokenizer:
    """The server's own. It keeps what it has asked for."""

    is_exact = True

    def __init__(self, server: Server, routes: TokenRoutes) -> None:
        self._server = server
        self._routes = routes
        self._encoded = lru_cache(_MOST_KEPT)(self._ask_for_ids)
        self.token_bytes = lru_cache(_MOST_KEPT)(self._ask_for_bytes)

    def encode(self, text: str) -> list[int]:
        """See Tokenizer. Raises RemoteError."""
        return list(self._encoded(text)) if text else []

    def decode(self, token_ids: Sequence[int]) -> str:
        """See Tokenizer. Raises RemoteError."""
        return _told(self._ask_back(token_ids).get(self._routes.text_back), str) if token_ids else ""

    def _ask_for_ids(self, text: str) -> tuple[int, ...]:
        routes = self._routes
        body = {routes.text: text, "model": self._server.address.model, "add_special_tokens": False}
        answer = self._server.ask(self._server.address.root + routes.encode, body)
        return tuple(_told(_told(answer, dict).get(routes.ids), list))

    def _ask_for_bytes(self, token_id: int) -> bytes:
        answer = self._ask_back([token_id])
        # Only our own server tells the bytes; the text has no part of a character.
        known = answer.get("bytes")
        return bytes(known[0]) if known else _told(answer.get(self._routes.text_back), str).encode()

    def _ask_back(self, token_ids: Sequence[int]) -> dict[str, Any]:
        body = {self._routes.ids_sent: list(token_ids), "model": self._server.address.model}
        return _told(self._server.ask(self._server.address.root + self._routes.decode, body), dict)


def find_tokenizer(server: Server, model: str, routes: TokenRoutes | None) -> Tokenizer:
    """The tokenizer for a model of this id. Raises RemoteError where the server's own does not answer."""
    measure = next(entry.directory for entry in CATALOG if entry.directory is not None)
    local, remote = _tokenizer_here(model), ServerTokenizer(server, routes) if routes else None
    if local is not None and (remote is None or remote.encode(_SAMPLE) == local.encode(_SAMPLE)):
        return local
    return remote or LocalTokenizer(measure, is_exact=False)


def _tokenizer_here(model: str) -> LocalTokenizer | None:
    """The tokenizer of a model of the catalogue that is on this machine."""
    entry = next((entry for entry in CATALOG if model in (entry.id, entry.repository)), None)
    if entry is None:
        return None
    directory = Hub().find_cached(HubRepository(entry.repository)) if entry.repository else entry.directory
    return LocalTokenizer(directory, is_exact=True) if directory else None


def _told(value: object, kind: type[Answer]) -> Answer:
    if not isinstance(value, kind):
        raise RemoteError("The model's server answers in a way that is not understood.")
    return value
