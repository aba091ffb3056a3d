"""The address of an engine on another server, as `--model` names it: `http://host:port/v1`, with `#name` or without."""

from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from pyg_ui.engine.checkpoints.source import HUB_HOSTS


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the server answers, and which of its models is wanted."""

    base: str
    """Ends in `/v1`."""
    model: str = ""
    """"" for the server's first."""

    @property
    def root(self) -> str:
        """The address of what stands beside `/v1`."""
        return self.base.removesuffix("/v1")


def find_address(named: str) -> ServerAddress | None:
    """The server that a person names; None where they name anything else, such as a repository of the hub."""
    address, model = urldefrag(named.strip())
    parts = urlsplit(address)
    is_server = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.hostname not in HUB_HOSTS
    if not is_server or parts.query or "@" in parts.netloc or not parts.path.rstrip("/").endswith("/v1"):
        return None
    return ServerAddress(address.rstrip("/"), model)
