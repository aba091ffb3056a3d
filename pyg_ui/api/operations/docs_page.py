"""The page at `/docs`: the OpenAPI document as plain HTML. It needs no scripts and works offline."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto }
td, th { border-bottom: 1px solid #8886; padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top }
pre { background: #8882; padding: .8rem; overflow-x: auto }
"""


def docs_page(document: Mapping[str, Any], host: str) -> str:
    """The whole page for an OpenAPI document. The examples call `host`."""
    info = document["info"]
    parts = [
        f"<h1>{escape(info['title'])} {escape(info['version'])}: HTTP API</h1>",
        _paragraphs(info["description"]),
        '<p>For programs: <a href="openapi.json">openapi.json</a>.</p>',
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.extend(_operation(host, path, method.upper(), operation))
    title = f"{escape(info['title'])}: HTTP API"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return (
        f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{"".join(parts)}</body></html>'
    )


def _operation(host: str, path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{method} {escape(path)}</code></h2><p><b>{escape(operation.get('summary', ''))}.</b></p>"
    yield _paragraphs(operation.get("description", ""))
    if "security" in operation:
        yield "<p>Needs a key where the server has keys.</p>"
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        schema = content["schema"]
        required = schema.get("required", ())
        yield _table("Field", "Default", "Meaning", rows=[
            (name, "required" if name in required else json.dumps(field.get("default")), field["description"])
            for name, field in schema["properties"].items()
        ])  # fmt: skip
        yield f"<pre>{escape(_curl(host, _example_path(path, operation), content['example']))}</pre>"
    answers = [(status, answer["description"]) for status, answer in operation["responses"].items()]
    yield _table("Status", "Meaning", rows=answers)


def _example_path(path: str, operation: Mapping[str, Any]) -> str:
    for parameter in operation.get("parameters", ()):
        path = path.replace(f"{{{parameter['name']}}}", parameter["schema"]["examples"][0])
    return path


def _curl(host: str, path: str, example: Any) -> str:
    # In a shell's single quotes a ' cannot stand; JSON can write it as an escape.
    body = json.dumps(example, indent=2).replace("'", "\\u0027")
    return (
        f"curl {host}{path} \\\n  -H 'Authorization: KEY' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
    )


def _table(*head: str, rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
    lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _paragraphs(text: str) -> str:
    blocks = [f"<p>{escape(block)}</p>" for block in text.strip().split("\n\n") if block]
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", "".join(blocks))
