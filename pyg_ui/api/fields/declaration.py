"""Declares the fields of a request, each once. Reading, checking, OpenAPI and `/docs` all follow the declaration.

A request is a frozen dataclass. Its attributes are declared by functions such as `flag` and `text`, which the other
modules of this folder define; this module knows no kind of field. A field that is null counts as absent, and a field
that nobody declared is ignored. Messages name the client's field and never repeat its value.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pyg_ui.errors import InputError

Schema = dict[str, Any]
Request = TypeVar("Request")

_KEY = "declaration"


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object that a client sent."""

    values: Mapping[str, Any]
    vocabulary_size: int | None = None
    """Of the model that token ids are meant for; None if it is unknown."""
    warnings: list[str] = field(default_factory=list)
    """What the client should know about a request that is done otherwise than it says. Readers add to it."""

    def get(self, name: str) -> Any:
        """The value of a field; None if it is absent."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class Declaration:
    """How one attribute of a request is read from a body, and how its fields are documented."""

    schemas: Mapping[str, Schema]
    """The JSON schema of each field that the attribute is read from."""
    read: Callable[[Body], Any]
    """Checks the fields and returns the attribute's value. Raises InputError."""
    is_required: bool = False


def declare(schemas: Mapping[str, Schema], read: Callable[[Body], Any], *, is_required: bool = False) -> Any:
    """A dataclass field that carries its declaration. Its attribute may be read from several fields."""
    return dataclasses.field(metadata={_KEY: Declaration(schemas, read, is_required)})


def declare_field(
    name: str, schema: Schema, read: Callable[[Any], Any], default: Any, *, is_lenient: bool = False
) -> Any:
    """An attribute that is read from one field: `read` makes it of the field's value. `default` is for no value.

    If the field `is_lenient`, a value that `read` refuses counts as absent.
    """

    def read_field(body: Body) -> Any:
        value = body.get(name)
        try:
            return default if value is None else read(value)
        except InputError:
            if not is_lenient:
                raise
            return default

    return declare({name: schema}, read_field)


def nullable(types: Sequence[Schema], default: Any, description: str) -> Schema:
    """The schema of a field that may be absent or null."""
    return {"anyOf": [*types, {"type": "null"}], "default": default, "description": description}


def read_request(kind: type[Request], values: Mapping[str, Any], vocabulary_size: int | None = None) -> Request:
    """Read all declared fields, in the order of their declarations. Raises InputError."""
    return read_with_warnings(kind, values, vocabulary_size)[0]


def read_with_warnings(
    kind: type[Request], values: Mapping[str, Any], vocabulary_size: int | None = None
) -> tuple[Request, tuple[str, ...]]:
    """As `read_request`, with the warnings that reading the fields gave."""
    body = Body(values, vocabulary_size)
    request = kind(**{name: declaration.read(body) for name, declaration in _declarations(kind).items()})
    return request, tuple(body.warnings)


def field_schemas(kind: type) -> dict[str, Schema]:
    """The schemas of a request's fields, required ones first."""
    declarations = sorted(_declarations(kind).values(), key=lambda declaration: not declaration.is_required)
    return {name: schema for declaration in declarations for name, schema in declaration.schemas.items()}


def request_body(kind: type, example: Mapping[str, Any]) -> dict[str, Any]:
    """The documentation of a route's body, as FastAPI's `openapi_extra`."""
    required = [name for item in _declarations(kind).values() if item.is_required for name in item.schemas]
    schema = {"title": kind.__name__, "type": "object", "properties": field_schemas(kind), "required": required}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


def _declarations(kind: type) -> dict[str, Declaration]:
    fields = dataclasses.fields(kind)
    return {item.name: item.metadata[_KEY] for item in fields if _KEY in item.metadata}
