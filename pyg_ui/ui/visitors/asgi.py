"""The types of ASGI middleware, and the path of a request. The page knows no web framework but Gradio."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
"""A message, or the scope of a request or connection."""
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def path_of(scope: Message) -> str:
    """The path of a request below the address that the server is mounted at."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")).rstrip("/"))
