"""Read the command line and the environment into one frozen, checked `Settings`.

Each option is declared once, as a field of `Options`: pydantic-settings makes the option of the command line, the
variable of the environment (`--load-in-8bit` is `PYG_LOAD_IN_8BIT`) and the check of it, and the field's docstring is
its line in `--help` and in the README. The command line wins over the environment. No other module reads either.
"""

import contextlib
import os
import re
import sys
from argparse import ArgumentParser, HelpFormatter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, CliSettingsSource, CliToggleFlag, EnvSettingsSource, SettingsConfigDict

from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import OWN_PRECISIONS, Precision
from pyg_ui.errors import Message, SettingsError

PRECISIONS = (Precision.AUTO, *OWN_PRECISIONS)
"""What may be asked for; 8 bit by bitsandbytes has an option of its own."""
PUBLIC_UNWATCHED_S = 10
"""Where everybody may ask for replies, those that nobody looks at soon make room."""
MOST_AT_ONCE = 64
"""The largest max_concurrency."""


def _text(read: Callable[[str], object]) -> BeforeValidator:
    """Reads the text of an option or a variable. A value that is no text was read before."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


def _parts(text: str) -> list[str]:
    return [part for part in map(str.strip, text.split(",")) if part]


def _logins(text: str) -> list[list[str]]:
    """Pairs of name and password. Raises SettingsError, without repeating a password."""
    pairs = [part.split(":", 1) for part in _parts(text)]
    if not all(len(pair) == 2 and all(pair) for pair in pairs):
        raise SettingsError(
            "--login must be USER:PASSWORD, or several of them separated by commas, for example "
            "--login alice:open-sesame,bob:swordfish. A password holds no comma."
        )
    if len({name for name, _ in pairs}) < len(pairs):
        raise SettingsError("--login has a name twice. Each person has one password.")
    return pairs


def _origin(text: str) -> str:
    """An origin as browsers send it, `null`, or `*`. Raises SettingsError."""
    if not re.fullmatch(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#@\s]+/?", text, re.IGNORECASE):
        raise SettingsError(
            "--cors-origin has {origin!r}; write origins such as https://lite.koboldai.net, or *.", origin=text
        )
    return text.rstrip("/").lower()


def _precision(text: str) -> Precision:
    if text not in PRECISIONS:
        raise ValueError(f"not one of {', '.join(PRECISIONS)}")
    return Precision(text)


def _concurrency(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isdecimal() or not 1 <= int(text) <= MOST_AT_ONCE:
        raise ValueError(f"neither auto nor a number from 1 to {MOST_AT_ONCE}")
    return int(text)


Logins = Annotated[tuple[tuple[str, str], ...], _text(_logins)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], _text(_parts)]
Folder = Annotated[Path, AfterValidator(Path.expanduser)]


@dataclass(frozen=True, slots=True)
class Shown:
    """How `--help` and the README show an option, beside its name and the docstring of its field."""

    group: str
    """The heading in `--help`."""
    values: str = ""
    """What may follow the option's name."""
    default: str = ""
    """The default in words, where the field's own default does not tell."""


def flag(name: str) -> str:
    """How the command line calls an option."""
    return "--" + name.replace("_", "-")


def describe(name: str) -> tuple[Shown, str]:
    """How an option is shown, and what it means, with its default."""
    field = Options.model_fields[name]
    shown = next(item for item in field.metadata if isinstance(item, Shown))
    default = shown.default or field.default
    meaning = (field.description or "").removesuffix(".")
    return shown, f"{meaning} (default: {default})" if default else meaning


class Options(BaseModel):
    """The declaration of all options. A field's docstring is what `--help` and the README say of the option."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    model: Annotated[str, Shown("Model", "auto|ID|PATH|URL")] = "auto"
    """An id, directory, hub repository or server's address. auto is the best one downloaded that fits."""
    model_key: Annotated[str, Shown("Model", "KEY")] = Field(default="", repr=False)
    """The key for the model's server that --model names."""
    precision: Annotated[Precision, _text(_precision), Shown("Model", "|".join(PRECISIONS))] = Precision.AUTO
    """How weights are kept in memory. auto is what is quickest here."""
    load_in_8bit: Annotated[bool, Shown("Model")] = False
    """Quantise to 8 bit with bitsandbytes while loading."""
    device: Annotated[Device, Shown("Model", "|".join(Device))] = Device.AUTO
    """Where the model computes."""
    max_concurrency: Annotated[int | None, _text(_concurrency), Shown("Model", f"auto|1-{MOST_AT_ONCE}", "auto")] = None
    """How many replies are written at once. auto is what memory holds, 8 at most."""
    no_weight_cache: Annotated[CliToggleFlag[bool], Shown("Model")] = False
    """Keep no quantised weights on disk: quantise at each load."""
    no_compiler: Annotated[CliToggleFlag[bool], Shown("Model")] = False
    """Compile nothing for this processor, even if there is a C++ compiler."""
    host: Annotated[str, Shown("Server", "ADDRESS")] = "127.0.0.1"
    """The address to listen on. 0.0.0.0 opens it to your network."""
    port: Annotated[int, Field(ge=0, le=65535), Shown("Server", "N")] = 7860
    """The port of the page and of the API."""
    share: Annotated[bool, Shown("Server")] = False
    """Ask Gradio for a public link to the page. It is then public."""
    public: Annotated[bool, Shown("Server")] = False
    """Strangers use the page: it is careful with them, and the API wants a key. A Space is always public."""
    grace: Annotated[float, Field(ge=0, le=3600), Shown("Server", "SECONDS")] = 5
    """How many seconds replies may go on once the server is told to end."""
    load_on_request: Annotated[bool, Shown("Server")] = False
    """Let a request to /{id}-webhook/predict load that model in place of the present one."""
    unwatched: Annotated[float | None, Field(ge=1), Shown("Server", "S", f"none; public {PUBLIC_UNWATCHED_S}")] = None
    """How many seconds a reply goes on while no page shows it."""
    login: Annotated[Logins, Shown("Access", "USER:PASSWORD[,...]")] = Field(default=(), repr=False)
    """Who may open the page, separated by commas. Each person has their own chats."""
    operator: Annotated[tuple[str, ...], _text(_parts), Shown("Access", "NAMES")] = ()
    """Who may load models on a public page, by the names they sign in with, separated by commas."""
    api_key: Annotated[tuple[str, ...], _text(_parts), Shown("Access", "KEYS")] = Field(default=(), repr=False)
    """Keys that open the API, separated by commas."""
    cors_origin: Annotated[Origins, Shown("Access", "ORIGINS")] = ()
    """Other web pages that may use the API from a browser, separated by commas. * is all."""
    data_dir: Annotated[Folder | None, Shown("Storage", "FOLDER", "~/.local/share/pyg_ui")] = None
    """Where chats, characters and presets are kept."""
    database_url: Annotated[str | None, Shown("Storage", "URL")] = Field(default=None, repr=False)
    """Keep them in PostgreSQL instead: postgresql://USER:PASSWORD@HOST/NAME. DATABASE_URL is read too."""


class _Sources(Options, BaseSettings):
    """How pydantic-settings reads the options. It is never instantiated."""

    model_config = SettingsConfigDict(
        env_prefix="PYG_",
        enable_decoding=False,  # lists are separated by commas; they are not JSON
        cli_kebab_case=True,
        cli_implicit_flags=True,
        cli_parse_none_str="\0",  # no argument can hold it, so `--cors-origin null` stays a text
    )


class Settings(Options):
    """How this process runs: its options, and facts about the machine."""

    cache_directory: Path | None = None
    """Where files are kept that can be made again; None where there is no home directory."""
    is_space: bool = False
    """Whether this is a Hugging Face Space."""
    space_host: str = ""
    """The name by which visitors reach the Space; "" where this is none."""
    space_owner: str = ""
    """The account on Hugging Face that owns the Space; "" where this is none."""
    has_hub_login: bool = False
    """Whether it lets visitors sign in with Hugging Face: a Space with `hf_oauth: true` does."""

    @property
    def model_choice(self) -> ModelChoice:
        """What to load at start."""
        return ModelChoice(self.model, self.precision, self.device, self.load_in_8bit)

    @property
    def weight_cache(self) -> Path | None:
        """Where quantised weights are kept from one load to the next; None keeps none."""
        return self.cache_directory / "weights" if self.cache_directory and not self.no_weight_cache else None

    @property
    def compiled_directory(self) -> Path | None:
        """Where compiled kernels are kept; None compiles nothing."""
        return self.cache_directory / "compiled" if self.cache_directory and not self.no_compiler else None

    @property
    def is_public(self) -> bool:
        """Whether strangers use this process: it was said, it has a share link, or it is a Space."""
        return self.public or self.share or self.is_space

    @property
    def unwatched_s(self) -> float | None:
        """How long a reply goes on while no page shows it; None is without limit."""
        return PUBLIC_UNWATCHED_S if self.unwatched is None and self.is_public else self.unwatched

    @property
    def is_loopback(self) -> bool:
        """Whether the port listens on this machine's own addresses only. A share link may lead to it all the same."""
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.is_loopback and not self.is_public

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The options of the environment alone. Raises SettingsError."""
        try:
            return cls(**_values(environ))
        except ValidationError as error:
            raise SettingsError(_problem(error, lambda name: f"PYG_{name.upper()}")) from None

    @classmethod
    def from_command_line(
        cls, arguments: Sequence[str] | None = None, environ: Mapping[str, str] | None = None
    ) -> Self:
        """The options of the command line, and those of the environment for the rest.

        Prints the usage and exits on a bad command line. Raises SettingsError for a bad environment.
        """
        parser = _Parser()
        source = CliSettingsSource[Options](_Sources, root_parser=parser, add_argument_method=_Parser.add_option)
        given = source(args=sys.argv[1:] if arguments is None else list(arguments))()
        given = {name: value for name, value in given.items() if value or name not in ("host", "data_dir")}
        cls.from_environment(environ)
        try:
            return cls(**(_values(environ) | given))
        except ValidationError as error:
            parser.error(str(_problem(error, flag)))


def _values(environ: Mapping[str, str] | None) -> dict[str, Any]:
    """The values of our own environment variables, and the defaults that depend on the machine."""
    environ = os.environ if environ is None else environ
    is_space = environ.get("SYSTEM") == "spaces" or "SPACE_ID" in environ
    found: dict[str, Any] = {"is_space": is_space, "has_hub_login": is_space and "OAUTH_CLIENT_ID" in environ}
    found["database_url"] = environ.get("DATABASE_URL")
    if is_space:
        found |= {"host": "0.0.0.0", "space_host": environ.get("SPACE_HOST", "").lower()}
        found["space_owner"] = environ.get("SPACE_AUTHOR_NAME", "")
    with contextlib.suppress(RuntimeError):  # there is no home directory
        found["cache_directory"] = _base_directory(environ, "XDG_CACHE_HOME", ".cache")
        found["data_dir"] = _base_directory(environ, "XDG_DATA_HOME", ".local/share")
    source = EnvSettingsSource(_Sources)
    source.env_vars = {name.lower(): text for name, text in environ.items() if text}  # an empty one is not set
    return found | source()


def _base_directory(environ: Mapping[str, str], variable: str, default: str) -> Path:
    """Our directory in the one that a variable names. A relative path does not count, as the XDG standard says."""
    base = Path(environ.get(variable, ""))
    return (base if base.is_absolute() else Path.home() / default) / "pyg_ui"


def _problem(error: ValidationError, named: Callable[[str], str]) -> Message:
    first = error.errors()[0]
    reason = first["msg"].removeprefix("Value error, ")
    values = {"option": named(str(first["loc"][0])), "value": first["input"], "reason": reason}
    return Message("{option} is {value!r}: {reason}.", values)


class _Parser(ArgumentParser):
    """Lists the options under the headings of their groups."""

    def __init__(self) -> None:
        super().__init__(
            prog="python app.py",
            usage="%(prog)s [--option VALUE ...]",
            description="Talk to the Pygmalion dialogue models: a web page and an HTTP API on one port.",
            epilog="Every option is also an environment variable: --load-in-8bit is PYG_LOAD_IN_8BIT=1.",
            formatter_class=partial(HelpFormatter, max_help_position=45),
        )
        titles = dict.fromkeys(describe(name)[0].group for name in Options.model_fields)
        self._groups_by_title = {title: self.add_argument_group(title) for title in titles}

    def add_option(self, *flags: str, dest: str, **details: Any) -> None:
        """Add the option that pydantic-settings made of a field, as `describe` shows it."""
        shown, meaning = describe(dest)
        if "metavar" in details:
            details |= {"metavar": shown.values, "action": "store"}
        self._groups_by_title[shown.group].add_argument(*flags, dest=dest, **details | {"help": meaning})
