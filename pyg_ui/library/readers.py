"""Tables of readers: the first reader that recognises a document reads it.

A reader is a module for one format of other programs. This module knows none of them.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from pyg_ui.library.containers.document import Document

Read = TypeVar("Read")
Read_co = TypeVar("Read_co", covariant=True)


class Reader(Protocol[Read_co]):
    """A module that reads one format."""

    def recognise(self, document: Document) -> str:
        """The format's name, such as `tavern-v2`; "" for a document of another format."""

    def read(self, document: Document) -> Read_co:
        """What the document holds. Raises UnreadableError."""


def read_first(readers: Iterable[Reader[Read]], document: Document) -> tuple[Read, str] | None:
    """What the document holds, and the format's name; None if no reader recognises it. Raises UnreadableError."""
    for reader in readers:
        if name := reader.recognise(document):
            return reader.read(document), name
    return None
