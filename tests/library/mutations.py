"""Files of every format with a fault in each: always the same ones for a seed.

A fault is a value replaced, removed or doubled somewhere in the JSON, or bytes that were cut off or changed.
"""

from __future__ import annotations

import copy
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from tests.library.pngs import international_text, packed, packed_text, plain_text, png
from tests.repository import SAMPLES

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 7, 2.5, 1e308, 10**30, "", " ", "\n", "x", "7", "1e400", "nan", "\ud800", "\u200b",
    "/(/", "/" + "a" * 400, "{{user}}:", "{{", "<START>", [], {}, [None], [[]], [{}], {"": None}, {"a": {"b": [1]}},
    ["x", 1, None, True, {}], {"0": "x"}, "x" * 5_000, "2023-06-24 @11h 35m 23s", 10**15, "%s {file} {0}",
)  # fmt: skip
"""Values in the place of others."""
KEYS = (
    "name",
    "data",
    "spec",
    "entries",
    "messages",
    "chat",
    "mes",
    "kind",
    "actions",
    "content",
    "extensions",
    "keys",
)
CARDS = ("tavern-v", "agnai.", "chub.")
"""The beginnings of names of samples that are put into pictures and archives too."""


def mutated_files(number: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of so many files."""
    samples = _samples()
    for index in range(number):
        chance = random.Random(f"{seed} {index}")
        name, data = samples[index % len(samples)]
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            data = mutated(data, chance)
        yield f"{index}-{name}", data


def _samples() -> list[tuple[str, bytes]]:
    files = sorted(path for path in SAMPLES.rglob("*") if path.is_file())
    samples = [(path.name, path.read_bytes()) for path in files]
    cards = [path for path in files if path.name.startswith(CARDS) and path.suffix == ".json"]
    objects = [(path.name, json.loads(path.read_bytes())) for path in cards]
    for name, values in objects:
        samples.append((f"{name}.png", png(plain_text(b"ccv3", packed(values)), packed_text(b"chara", packed(values)))))
        samples.append((f"{name}.charx", _archive(values)))
    return samples


def _archive(values: Any) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.json", json.dumps(values))
        archive.writestr("assets/icon.png", png())
    return written.getvalue()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The same bytes with a fault in them."""
    if chance.random() < 0.25:
        return _with_other_bytes(data, chance)
    with suppress(ValueError, RecursionError):
        return _dumped(_with_other_value(json.loads(data), chance), chance)
    lines = data.split(b"\n")
    if data[:1] == b"{" and len(lines) > 1:
        return b"\n".join(_with_other_line(lines, chance))
    if data[:4] == b"\x89PNG" or data[:2] == b"PK":
        return _with_other_card(chance)
    return _with_other_bytes(data, chance)


def _with_other_bytes(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    end = min(len(data), start + chance.choice((1, 1, 4, 40)))
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: data[:start],
        lambda: data[:start] + data[end:],
        lambda: data[:start] + chance.randbytes(end - start) + data[end:],
        lambda: data[:start] + data[start:end] * 2 + data[end:],
        lambda: data[:start] + chance.choice((b"\0", b"\xff", b"\n", b"\r", b'"', b"{", b"]", b"null")) + data[end:],
        lambda: data.decode("utf-8", "replace").encode("utf-16"),
    )
    return chance.choice(changes)()


def _with_other_line(lines: list[bytes], chance: random.Random) -> list[bytes]:
    number = chance.randrange(len(lines))
    match chance.randrange(6):
        case 0:
            return lines[:number] + lines[number + 1 :]
        case 1:
            return [*lines[:number], lines[number][: chance.randrange(len(lines[number]) + 1)], *lines[number + 1 :]]
        case 2:
            return [*lines[:number], chance.choice((b"null", b"[1]", b"7", b"x", b"")), *lines[number:]]
        case 3:
            return [*lines, *lines[1:]]
        case _:
            with suppress(ValueError):
                changed = _with_other_value(json.loads(lines[number]), chance)
                return [*lines[:number], json.dumps(changed).encode(), *lines[number + 1 :]]
            return lines[:number]


def _with_other_card(chance: random.Random) -> bytes:
    """A picture or an archive around a mutated card."""
    name = chance.choice(("tavern-v1.json", "tavern-v2.json", "tavern-v3.json", "agnai.json"))
    values = _with_other_value(json.loads((SAMPLES / "cards" / name).read_bytes()), chance)
    if chance.random() < 0.3:
        return _archive(values)
    keyword = chance.choice((b"chara", b"ccv3", b"Chara", b"CCV3"))
    make = chance.choice((plain_text, packed_text, international_text))
    texts = [make(keyword, packed(values)), plain_text(b"chara", packed(chance.choice(ODD)))]
    return png(*chance.sample(texts, chance.choice((1, 2))))


def _with_other_value(value: Any, chance: random.Random) -> Any:
    value = copy.deepcopy(value)
    places = list(_places(value))
    if not places:
        return chance.choice(ODD)
    holder, key = chance.choice(places)
    match chance.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, chance.choice(ODD))
        case 1:
            holder[chance.choice(KEYS)] = holder[key]
        case 2 if isinstance(holder, list):
            holder[:] = holder * chance.choice((0, 2, 20))
        case 2:
            holder[str(key).upper()] = holder.pop(key)
        case 3:
            holder[key] = chance.choice(([holder[key]], {"x": holder[key]}, str(holder[key])))
        case _:
            holder[key] = chance.choice(ODD)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object and list in the value, with each of its keys or indices."""
    pairs = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, item in pairs:
        yield value, key
        yield from _places(item)


def _dumped(value: Any, chance: random.Random) -> bytes:
    return json.dumps(value, indent=chance.choice((None, 1))).encode()
