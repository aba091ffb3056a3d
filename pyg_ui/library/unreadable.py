"""The error for a file that cannot be read, and how the file's name gets into it.

Readers see bytes and values, not file names. So they raise UnreadableError with a `{file}` in the template, and the
functions that know the name (`read_card`, `read_chats`, `recognise`, ...) run them inside `naming`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pyg_ui.dialogue.character import one_line
from pyg_ui.errors import CharacterError, InputError, Message


class UnreadableError(Exception):
    """What is wrong with a file: an English template that contains `{file}`, and the values for its other `{names}`.

    Values whose names begin with `_` are English texts for experts. Translations leave them out.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return str(self.about("The file"))

    def about(self, file_name: str) -> Message:
        """The sentence about a file of that name."""
        return Message(self.template, {"file": one_line(file_name), **self.values})


@contextmanager
def naming(file_name: str, kind: type[InputError] = InputError) -> Iterator[None]:
    """Turn an UnreadableError of the readers into an error of that kind, which names the file.

    A CharacterError stays one, and names the file too.
    """
    try:
        yield
    except UnreadableError as error:
        raise kind(error.about(file_name)) from error
    except CharacterError as error:
        raise CharacterError("{file} cannot be used: {reason}", file=one_line(file_name), reason=error) from error
