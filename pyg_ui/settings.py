"""The settings: what the command line and the environment say, checked and frozen.

Every option of the command line is also an environment variable: `--load-in-8bit` is `PYG_LOAD_IN_8BIT`. The
command line wins. This is the only reader of either; everything else is handed a Settings.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyg_ui.engine.checkpoints.weight_cache.directory import compiled_directory, weight_cache_directory
from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision
from pyg_ui.errors import SettingsError

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
MOST_AT_ONCE = 64
"""The largest max_concurrency."""
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True, slots=True)
class Login:
    """One name and password that opens the page."""

    name: str
    password: str

    @classmethod
    def parse(cls, text: str) -> Login:
        """Read `NAME:PASSWORD`. Raises SettingsError, without repeating the password."""
        name, colon, password = text.partition(":")
        if not (name and colon and password):
            raise SettingsError(
                "--login must be NAME:PASSWORD, or several of them separated by commas, for example "
                "--login alice:open-sesame,bob:swordfish. A password holds no comma."
            )
        return cls(name, password)

    @classmethod
    def parse_all(cls, text: str) -> tuple[Login, ...]:
        """Read `NAME:PASSWORD[,NAME:PASSWORD...]`. Raises SettingsError, without repeating a password."""
        logins = tuple(map(cls.parse, _parts(text)))
        if len({login.name for login in logins}) < len(logins):
            raise SettingsError("--login has a name twice. Each person has one password.")
        return logins

    def __repr__(self) -> str:
        return f"Login(name={self.name!r}, password='***')"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process runs."""

    model: ModelChoice = field(default_factory=ModelChoice)
    """What to load at start."""
    host: str = "127.0.0.1"
    """The address to listen on; `0.0.0.0` opens it to the network."""
    port: int = 7860
    """The port of the page and of the API."""
    share: bool = False
    """Whether to ask Gradio for a public share link."""
    api_keys: tuple[str, ...] = ()
    """Keys that open the API; without any, the API is open where only this machine can reach it."""
    cors_origins: tuple[str, ...] = ()
    """Origins of other web pages that may read the API's answers; `*` is all of them."""
    load_on_request: bool = False
    """Whether a predict request for a model of the catalogue that is not loaded loads it."""
    logins: tuple[Login, ...] = ()
    """The names and passwords that open the page; without any, the page is open."""
    max_concurrency: int | None = None
    """How many replies are written at once, as far as memory holds them; None for as many as make sense."""
    weight_cache: Path | None = None
    """Where quantised weights are kept from one load to the next; None keeps none."""
    compiled_directory: Path | None = None
    """Where parts are kept that are compiled for this processor; None compiles nothing."""
    data_directory: Path | None = None
    """Where chats and characters are kept; None keeps them only as long as the process runs."""
    database_url: str | None = field(default=None, repr=False)
    """The database that keeps them instead of a file in the data directory."""
    is_space: bool = False
    """Whether this is a Hugging Face Space."""
    has_hub_login: bool = False
    """Whether it lets visitors sign in with Hugging Face: a Space with `hf_oauth: true` does."""

    @property
    def is_public(self) -> bool:
        """Whether strangers can reach this process by a public address: by share link or as a Space."""
        return self.share or self.is_space

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK_HOSTS and not self.is_public

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """What the environment alone says. Raises SettingsError."""
        return _settings(_parser(os.environ if environ is None else environ).parse_args([]), environ)

    @classmethod
    def from_command_line(
        cls, arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None
    ) -> Settings:
        """What the command line says, and the environment where it is silent.

        Prints the usage and exits on a bad command line, as command lines do. Raises SettingsError for a bad
        environment.
        """
        parser = _parser(os.environ if environ is None else environ)
        return _settings(parser.parse_args(sys.argv[1:] if arguments is None else arguments), environ)


def _settings(options: argparse.Namespace, environ: Mapping[str, str] | None) -> Settings:
    environ = os.environ if environ is None else environ
    is_space = environ.get("SYSTEM") == "spaces" or "SPACE_ID" in environ
    return Settings(
        model=ModelChoice(
            source=options.model,
            precision=options.precision,
            device=options.device,
            load_in_8bit=options.load_in_8bit,
        ),
        host=options.host or ("0.0.0.0" if is_space else "127.0.0.1"),
        port=options.port,
        share=options.share,
        api_keys=_parts(options.api_key),
        cors_origins=tuple(_origin(part) for part in _parts(options.cors_origin)),
        load_on_request=options.load_on_request,
        logins=Login.parse_all(options.login),
        max_concurrency=options.max_concurrency,
        weight_cache=None if options.no_weight_cache else weight_cache_directory(environ),
        compiled_directory=None if options.no_compiler or not _has_home(environ) else compiled_directory(environ),
        data_directory=Path(options.data_dir).expanduser() if options.data_dir else _data_directory(environ),
        database_url=options.database_url or None,
        is_space=is_space,
        has_hub_login=is_space and "OAUTH_CLIENT_ID" in environ,
    )


def _has_home(environ: Mapping[str, str]) -> bool:
    """Whether there is a place for what is convenient to keep, but not needed."""
    try:
        compiled_directory(environ)
    except RuntimeError:
        return False
    return True


def _data_directory(environ: Mapping[str, str]) -> Path:
    """`pyg_ui` in `XDG_DATA_HOME`, which only counts if it is absolute, or else in `~/.local/share`."""
    base = Path(environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "pyg_ui"


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in (part.strip() for part in text.split(",")) if part)


def _origin(text: str) -> str:
    """An origin as browsers send it, or `*`. Raises SettingsError."""
    if text in ("*", "null"):
        return text
    if not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#@\s]+/?", text, re.IGNORECASE):
        raise SettingsError(f"--cors-origin has {text!r}; write origins such as https://lite.koboldai.net, or *.")
    return text.rstrip("/").lower()


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="Talk to the Pygmalion dialogue models: a web page and an HTTP API on one port.",
        epilog="Every option is also an environment variable: --load-in-8bit is PYG_LOAD_IN_8BIT=1.",
    )

    def text(name: str, default: str, help_text: str, metavar: str) -> None:
        parser.add_argument(f"--{name}", default=_variable(environ, name, default), metavar=metavar, help=help_text)

    def choice(name: str, kind: type[Precision] | type[Device], help_text: str) -> None:
        options = (Precision.AUTO, *OWN_PRECISIONS) if kind is Precision else tuple(Device)
        default = _one_of(options, name, _variable(environ, name, "auto"))
        parser.add_argument(f"--{name}", type=kind, choices=options, default=default, help=help_text)

    def flag(name: str, help_text: str) -> None:
        parser.add_argument(
            f"--{name}", action=argparse.BooleanOptionalAction, default=_switch(environ, name), help=help_text
        )

    text(
        "model", "auto",
        "what to load: pygmalion-2-7b, pygmalion-6b, demo-neo, demo-j, a directory, or a hub repository "
        "(owner/name). auto takes the best Pygmalion model already downloaded that fits, else demo-neo",
        "auto|ID|PATH|URL",
    )  # fmt: skip
    choice("precision", Precision, "how weights are kept in memory; auto picks what is quickest here (default: auto)")
    flag("load-in-8bit", "quantise to 8 bit with bitsandbytes while loading: half the memory of 16 bit")
    choice("device", Device, "where the model computes (default: auto)")
    text("host", "", "the address to listen on; 0.0.0.0 opens it to your network (default: 127.0.0.1)", "ADDRESS")
    parser.add_argument(
        "--port", type=int, default=_port(_variable(environ, "port", "7860")), help="the port (default: 7860)"
    )
    parser.add_argument(
        "--max-concurrency", metavar="auto|N", type=_concurrency_option,
        default=_concurrency(_variable(environ, "max-concurrency", "auto")),
        help="how many replies are written at once, others wait; auto takes as many as memory holds, 8 at most",
    )  # fmt: skip
    flag("share", "ask Gradio for a public link to the page; the API then wants a key")
    text("api-key", "", "key or keys that open the API, separated by commas", "KEYS")
    text(
        "cors-origin", "", "origins of other web pages that may use the API, separated by commas; * for all", "ORIGINS"
    )
    flag("load-on-request", "let a predict request for a model that is not loaded load it, in place of the one that is")
    parser.add_argument(
        "--no-weight-cache",
        action="store_true",
        default=_switch(environ, "no-weight-cache"),
        help="quantise anew at each load of 8bit and 4bit, and keep no weights on disk",
    )
    parser.add_argument(
        "--no-compiler",
        action="store_true",
        default=_switch(environ, "no-compiler"),
        help="compile nothing for this processor, even if there is a C++ compiler",
    )
    text(
        "login", "", "names and passwords that open the page, separated by commas; each person sees their own chats",
        "NAME:PASSWORD[,...]",
    )  # fmt: skip
    text(
        "data-dir", "", "where chats and characters are kept (default: pyg_ui in XDG_DATA_HOME or ~/.local/share)",
        "FOLDER",
    )  # fmt: skip
    text(
        "database-url", environ.get("DATABASE_URL", ""),
        "a PostgreSQL database to keep them in instead, postgresql://NAME:PASSWORD@HOST/DATABASE; DATABASE_URL counts "
        "too", "URL",
    )  # fmt: skip
    return parser


def _variable(environ: Mapping[str, str], option: str, default: str) -> str:
    return environ.get("PYG_" + option.upper().replace("-", "_"), default)


def _one_of(options: Sequence[Precision | Device], option: str, value: str) -> Precision | Device:
    try:
        return options[options.index(value)]  # an option equals its value
    except ValueError:
        names = ", ".join(options)
        raise SettingsError(f"PYG_{option.upper()} is {value!r}; it must be one of {names}.") from None


def _switch(environ: Mapping[str, str], option: str) -> bool:
    value = _variable(environ, option, "").lower()
    if value not in _TRUE + _FALSE:
        name = option.upper().replace("-", "_")
        raise SettingsError(f"PYG_{name} is {value!r}; it must be 1 or 0.")
    return value in _TRUE


def _port(value: str) -> int:
    if not value.isdecimal() or int(value) > 65535:
        raise SettingsError(f"PYG_PORT is {value!r}; it must be a number from 0 to 65535.")
    return int(value)


def _concurrency(value: str) -> int | None:
    if value == "auto":
        return None
    if not value.isdecimal() or not 1 <= int(value) <= MOST_AT_ONCE:
        raise SettingsError(f"PYG_MAX_CONCURRENCY is {value!r}; it must be auto or a number from 1 to {MOST_AT_ONCE}.")
    return int(value)


def _concurrency_option(value: str) -> int | None:
    try:
        return _concurrency(value)
    except SettingsError:
        raise argparse.ArgumentTypeError(f"{value!r} is neither auto nor a number from 1 to {MOST_AT_ONCE}") from None
