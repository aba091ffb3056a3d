from __future__ import annotations

from pathlib import Path

import pytest

from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import SettingsError
from pyg_ui.settings import Login, Settings, _parser
from tests.repository import ROOT

NEGATIONS = ("--no-load-in-8bit", "--no-share", "--no-load-on-request")


def test_defaults_serve_this_machine_only() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings(
        compiled_directory=Path.home() / ".cache" / "pyg_ui" / "compiled",
        weight_cache=Path.home() / ".cache" / "pyg_ui" / "weights",
        data_directory=Path.home() / ".local" / "share" / "pyg_ui",
    )
    assert settings.is_local
    assert not settings.is_public


def test_the_command_line_wins_over_the_environment() -> None:
    environ = {"PYG_MODEL": "demo-j", "PYG_PORT": "7000", "PYG_LOAD_IN_8BIT": "1", "PYG_PRECISION": "bf16"}
    settings = Settings.from_command_line(["--port", "7001", "--no-load-in-8bit"], environ)
    assert settings.port == 7001
    assert settings.model == ModelChoice("demo-j", Precision.BF16, Device.AUTO, load_in_8bit=False)


def test_every_option_reads_its_variable() -> None:
    environ = {
        "PYG_MODEL": "demo-j", "PYG_PRECISION": "fp16", "PYG_DEVICE": "cpu", "PYG_LOAD_IN_8BIT": "yes",
        "PYG_HOST": "0.0.0.0", "PYG_PORT": "1234", "PYG_SHARE": "true", "PYG_API_KEY": "one, two,",
        "PYG_CORS_ORIGIN": "https://Lite.example/, *, null, http://localhost:8000",
        "PYG_LOGIN": "alice:a:b, bob:c", "PYG_MAX_CONCURRENCY": "3", "PYG_NO_WEIGHT_CACHE": "1",
        "PYG_NO_COMPILER": "1",
        "PYG_DATA_DIR": "/data", "PYG_DATABASE_URL": "postgresql://db/chats",
        "PYG_LOAD_ON_REQUEST": "1",
    }  # fmt: skip
    assert Settings.from_environment(environ) == Settings(
        model=ModelChoice("demo-j", Precision.FP16, Device.CPU, load_in_8bit=True),
        host="0.0.0.0", port=1234, share=True, api_keys=("one", "two"),
        cors_origins=("https://lite.example", "*", "null", "http://localhost:8000"),
        logins=(Login("alice", "a:b"), Login("bob", "c")), max_concurrency=3, weight_cache=None,
        data_directory=Path("/data"), database_url="postgresql://db/chats", load_on_request=True,
    )  # fmt: skip
    options = {option for action in _parser({})._actions for option in action.option_strings}
    named = {"--" + name.removeprefix("PYG_").lower().replace("_", "-") for name in environ}
    assert {o for o in options if o.startswith("--") and o not in NEGATIONS} - {"--help"} == named


def test_a_space_listens_to_everybody_and_is_public() -> None:
    settings = Settings.from_environment({"SYSTEM": "spaces"})
    assert settings.host == "0.0.0.0"
    assert settings.is_public
    assert not settings.has_hub_login


def test_visitors_sign_in_with_hugging_face_where_a_space_provides_it() -> None:
    assert Settings.from_environment({"SYSTEM": "spaces", "OAUTH_CLIENT_ID": "x"}).has_hub_login
    assert not Settings.from_environment({"OAUTH_CLIENT_ID": "x"}).has_hub_login


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "x"), ("PORT", "70000"), ("SHARE", "maybe"), ("PRECISION", "fp8"), ("DEVICE", "tpu"), ("LOGIN", "alice"),
     ("CORS-ORIGIN", "lite.example"), ("CORS-ORIGIN", "https://a.example/path"),
     ("MAX_CONCURRENCY", "0"), ("MAX_CONCURRENCY", "65"), ("MAX_CONCURRENCY", "many")],
)  # fmt: skip
def test_a_bad_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"(?i){name}"):
        Settings.from_environment({f"PYG_{name.replace('-', '_')}": value})


def test_how_many_are_served_at_once_is_left_open_or_given() -> None:
    assert (
        Settings.from_command_line(["--max-concurrency", "auto"], {"PYG_MAX_CONCURRENCY": "2"}).max_concurrency is None
    )
    assert Settings.from_command_line(["--max-concurrency", "64"], {}).max_concurrency == 64


def test_a_bad_number_on_the_command_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Settings.from_command_line(["--max-concurrency", "none"], {})
    assert "neither auto nor a number from 1 to 64" in capsys.readouterr().err


def test_bitsandbytes_is_an_option_of_its_own_and_no_precision() -> None:
    with pytest.raises(SettingsError, match="8bit, 4bit"):
        Settings.from_command_line([], {"PYG_PRECISION": "8bit-bnb"})


def test_a_login_never_shows_its_password() -> None:
    assert "secret" not in repr(Settings(logins=(Login("alice", "secret"),)))


def test_a_database_url_never_shows_its_password() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://alice:secret@db/chats"))


@pytest.mark.parametrize("text", ["alice:secret,bob", "alice:secret,:x", "alice:secret,alice:other"])
def test_each_person_has_one_name_and_one_password(text: str) -> None:
    with pytest.raises(SettingsError, match="--login") as caught:
        Settings.from_command_line(["--login", text], {})
    assert "secret" not in str(caught.value)


def test_data_is_kept_in_the_data_directory(tmp_path: Path) -> None:
    settings = Settings.from_environment({"XDG_DATA_HOME": str(tmp_path), "DATABASE_URL": "postgres://db/chats"})
    assert settings.data_directory == tmp_path / "pyg_ui"
    assert settings.database_url == "postgres://db/chats"
    assert Settings.from_command_line(["--data-dir", "~/chats"], {}).data_directory == Path.home() / "chats"
    given = ["--database-url", "postgresql://other/chats"]
    assert Settings.from_command_line(given, {"DATABASE_URL": "postgres://db/chats"}).database_url == given[1]


def test_every_option_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for action in _parser({})._actions:
        for option in action.option_strings:
            if option.startswith("--") and not option.startswith("--no-") and option != "--help":
                assert f"`{option}" in readme, f"{option} is not explained in the README"


def test_quantised_weights_are_kept_in_the_cache_directory(tmp_path: Path) -> None:
    settings = Settings.from_command_line([], {"XDG_CACHE_HOME": str(tmp_path)})
    assert settings.weight_cache == tmp_path / "pyg_ui" / "weights"
    assert Settings.from_command_line(["--no-weight-cache"], {}).weight_cache is None


def test_what_is_compiled_is_kept_beside_them(tmp_path: Path) -> None:
    settings = Settings.from_command_line([], {"XDG_CACHE_HOME": str(tmp_path)})
    assert settings.compiled_directory == tmp_path / "pyg_ui" / "compiled"
    assert Settings.from_command_line(["--no-compiler"], {}).compiled_directory is None
