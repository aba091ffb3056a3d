"""The conditions of a search: a text must hold every word of the query, also inside longer words, in any case.

Both databases find the same. SQLite uses a full-text index of trigrams for words of three or more characters.
PostgreSQL uses its own index for `ILIKE`, where the server has one.
"""

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, Connection, and_, text, true

from pyg_ui.library.store.schema import versions

_TRIGRAM = 3


def words_of(query: str) -> list[str]:
    """The words of the query, at most 20."""
    return query.replace("\0", " ").split()[:20]


def folded(*texts: str) -> str:
    """The texts in the form that `holds` searches."""
    return "\n".join(texts).casefold()


def holds(column: Column[str], words: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column of folded text holds every word."""
    return and_(true(), *(column.contains(word.casefold(), autoescape=True) for word in words))


def said(connection: Connection, words: Sequence[str]) -> ColumnElement[bool]:
    """Whether a version's text holds every word. There must be at least one word."""
    is_sqlite = connection.dialect.name == "sqlite"
    indexed = [word for word in words if is_sqlite and len(word) >= _TRIGRAM]
    conditions = [versions.c.text.icontains(word, autoescape=True) for word in words if word not in indexed]
    if indexed:
        phrases = " AND ".join('"' + word.replace('"', '""') + '"' for word in indexed)
        hits = text("SELECT rowid AS id FROM said WHERE said MATCH :phrases").bindparams(phrases=phrases)
        conditions.append(versions.c.id.in_(hits.columns(versions.c.id)))
    return and_(*conditions)
