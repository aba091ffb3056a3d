"""Every error a person can meet, in one tree.

    PygmalionError
    ├── InputError                  what was asked cannot be done as asked
    │   ├── ParameterError          a sampling parameter outside its valid range
    │   ├── PromptTooLongError      more tokens than the context holds
    │   ├── CharacterError          a character or its file cannot be used
    │   ├── TranscriptError         a file that should hold a chat cannot be used
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
    │   └── EngineStoppedError      the engine was closed while the request waited or ran
    ├── StoreError                  the database cannot be reached, read or written
    └── SettingsError               the command line or the environment holds something unusable

Messages are written for the person who reads them: they say what happened and what to do. They never repeat
the prompt. Statuses and notices are assigned elsewhere: this module knows neither HTTP nor the page.
"""


class PygmalionError(Exception):
    """Base of all errors this program raises on purpose; `str(error)` may be shown to anyone."""


class InputError(PygmalionError):
    """What was asked cannot be done as asked; the message says what to change."""


class ParameterError(InputError):
    """A sampling parameter outside its valid range."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class PromptTooLongError(InputError):
    """The prompt and the reserved new tokens need more than the context holds."""

    def __init__(self, message: str, *, num_tokens: int, limit: int) -> None:
        super().__init__(message)
        self.num_tokens = num_tokens
        self.limit = limit


class CharacterError(InputError):
    """A character, or the file that should hold one, cannot be used."""


class TranscriptError(InputError):
    """A file that should hold a chat cannot be used."""


class NotFoundError(InputError):
    """A chat or a character that is not, or no longer, kept for this person."""


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

    def __init__(self, message: str, *, needed_bytes: int, free_bytes: int, device: str) -> None:
        super().__init__(message)
        self.needed_bytes = needed_bytes
        self.free_bytes = free_bytes
        self.device = device


class EngineError(PygmalionError):
    """The engine cannot take or finish a request."""


class NoModelError(EngineError):
    """No model is loaded, or another one than the request asks for."""


class EngineBusyError(EngineError):
    """The queue is full; trying again later may help."""


class OutOfMemoryError(EngineError):
    """Memory ran out while the engine worked on the request."""


class EngineStoppedError(EngineError):
    """The engine was closed while the request waited or ran."""


class StoreError(PygmalionError):
    """The database cannot be reached, read or written; the message says why."""


class SettingsError(PygmalionError):
    """The command line or the environment holds something unusable."""
