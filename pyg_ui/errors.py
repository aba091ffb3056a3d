"""Every error a person can meet, in one tree.

    PygmalionError
    ├── InputError                  what was asked cannot be done as asked
    │   ├── ParameterError          a sampling parameter outside its valid range
    │   ├── PromptTooLongError      more tokens than the context holds
    │   ├── CharacterError          a character or its file cannot be used
    │   ├── TranscriptError         a file that should hold a chat cannot be used
    │   ├── TooManyRequestsError    one client asks for more than its share
    │   └── NotFoundError           a chat or character that is not, or no longer, kept for this person
    ├── CheckpointError             a checkpoint cannot be used
    │   ├── CheckpointNotFoundError nothing usable at the given place
    │   ├── WeightError             a weight is missing, misshapen or truncated
    │   └── UnsupportedError        an architecture, precision or device that cannot serve here
    │       └── NotEnoughMemoryError    a model that does not fit into what is free
    ├── EngineError                 the engine cannot take or finish a request
    │   ├── NoModelError            no model is loaded, or another one than asked for
    │   ├── EngineBusyError         the queue is full
    │   ├── OutOfMemoryError        memory ran out while it worked on a request
    │   ├── RemoteError             the model's server cannot be reached, refuses or breaks off
    │   └── EngineStoppedError      the engine was closed while the request waited or ran
    ├── StoreError                  something cannot be stored or read
    │   └── DatabaseError           the database cannot be reached, read or written
    └── SettingsError               the command line or the environment holds something unusable

Messages are written for the person who reads them: they say what happened and what to do. They never repeat
the prompt. An error keeps its English template and the values that fill it, so that the page can look the template up
in another language. Statuses and notices are assigned elsewhere: this module knows neither HTTP nor the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people: an English template, and the values for its `{names}`.

    `str(message)` is the English text. A value may itself be a Message. A template without values is used as it is.
    Values whose names begin with `_` are English text, which translations leave out.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values) if self.values else self.template


class PygmalionError(Exception):
    """Base of all errors this program raises on purpose; `str(error)` may be shown to anyone."""

    def __init__(self, template: str | Message, /, **values: object) -> None:
        """`template` is an English sentence with `{names}` that `values` fill, or a whole Message."""
        self.message = template if isinstance(template, Message) else Message(template, values)
        super().__init__(str(self.message))

    @property
    def for_operators(self) -> Message:
        """The message for who runs this program: in the log, in the terminal, and where only they read it."""
        return self.message


class InputError(PygmalionError):
    """What was asked cannot be done as asked; the message says what to change."""


class ParameterError(InputError):
    """A sampling parameter outside its valid range."""

    def __init__(self, name: str, template: str, /, **values: object) -> None:
        super().__init__(template, **values)
        self.name = name


class PromptTooLongError(InputError):
    """The prompt and the reserved new tokens need more than the context holds."""

    def __init__(self, template: str, /, *, num_tokens: int, limit: int, **values: object) -> None:
        super().__init__(template, num_tokens=num_tokens, limit=limit, **values)
        self.num_tokens = num_tokens
        self.limit = limit


class CharacterError(InputError):
    """A character, or the file that should hold one, cannot be used."""


class TranscriptError(InputError):
    """A file that should hold a chat cannot be used."""


class NotFoundError(InputError):
    """A chat or a character that is not, or no longer, kept for this person."""


class TooManyRequestsError(InputError):
    """One client asks for more than its share of a server that strangers use."""

    def __init__(self, template: str, /, *, wait_s: float, **values: object) -> None:
        """`wait_s` is how long to wait before asking again."""
        super().__init__(template, **values)
        self.wait_s = wait_s


class CheckpointError(PygmalionError):
    """A checkpoint cannot be used."""


class CheckpointNotFoundError(CheckpointError):
    """Nothing usable at the given directory, repository or id."""


class WeightError(CheckpointError):
    """A weight is missing, misshapen or truncated; the message names it."""


class UnsupportedError(CheckpointError):
    """An architecture, precision or device that cannot serve here."""


class NotEnoughMemoryError(UnsupportedError):
    """A model that does not fit into what is free on its device now."""

    def __init__(
        self,
        template: str,
        /,
        *,
        needed_bytes: int,
        free_bytes: int,
        device: str,
        held_bytes: int = 0,
        **values: object,
    ) -> None:
        super().__init__(template, needed_bytes=needed_bytes, free_bytes=free_bytes, device=device, **values)
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes
        self.device = device
        self.held_bytes = held_bytes
        """What the model that serves takes there, its keys and values included; 0 where that is not known."""


class EngineError(PygmalionError):
    """The engine cannot take or finish a request."""


class NoModelError(EngineError):
    """No model is loaded, or another one than the request asks for."""


class EngineBusyError(EngineError):
    """The queue is full; trying again later may help."""


class OutOfMemoryError(EngineError):
    """Memory ran out while the engine worked on the request."""


class RemoteError(EngineError):
    """The server that has the model cannot be reached, refuses or breaks off."""


class EngineStoppedError(EngineError):
    """The engine was closed while the request waited or ran."""


class StoreError(PygmalionError):
    """Something cannot be stored or read; the message says why."""


class DatabaseError(StoreError):
    """The database cannot be reached, read or written. Why is for operators only: it names hosts, ports and files."""

    def __init__(self, detail: Message) -> None:
        super().__init__("The database cannot be used at the moment.")
        self._detail = detail

    @property
    def for_operators(self) -> Message:
        """Which database it is, and why it fails."""
        return self._detail


class SettingsError(PygmalionError):
    """The command line or the environment holds something unusable."""
