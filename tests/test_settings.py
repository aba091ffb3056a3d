from __future__ import annotations

from pathlib import Path

import pytest

from pyg_ui.engine.model_status import Device, ModelChoice
from pyg_ui.engine.precision import Precision
from pyg_ui.errors import SettingsError
from pyg_ui.settings import Options, Settings, describe, flag
from tests.repository import ROOT


def options_table() -> str:
    """The README's table of options, made from their declarations."""
    rows = ["| option | values | meaning |", "|---|---|---|"]
    for name in Options.model_fields:
        shown, meaning = describe(name)
        rows.append(f"| `{flag(name)}` | {shown.values.replace('|', ', ')} | {meaning} |")
    return "\n".join(rows) + "\n"


def test_defaults_serve_this_machine_only() -> None:
    settings = Settings.from_environment({})
    assert settings == Settings(
        cache_directory=Path.home() / ".cache" / "pyg_ui", data_dir=Path.home() / ".local" / "share" / "pyg_ui"
    )
    assert settings.weight_cache == Path.home() / ".cache" / "pyg_ui" / "weights"
    assert settings.compiled_directory == Path.home() / ".cache" / "pyg_ui" / "compiled"
    assert settings.is_local
    assert not settings.is_public


def test_the_command_line_wins_over_the_environment() -> None:
    environ = {"PYG_MODEL": "demo-j", "PYG_PORT": "7000", "PYG_LOAD_IN_8BIT": "1", "PYG_PRECISION": "bf16"}
    settings = Settings.from_command_line(["--port", "7001", "--no-load-in-8bit"], environ)
    assert settings.port == 7001
    assert settings.model_choice == ModelChoice("demo-j", Precision.BF16, Device.AUTO, load_in_8bit=False)


def test_every_option_reads_its_variable() -> None:
    environ = {
        "PYG_MODEL": "demo-j", "PYG_PRECISION": "fp16", "PYG_DEVICE": "cpu", "PYG_LOAD_IN_8BIT": "yes",
        "PYG_HOST": "0.0.0.0", "PYG_PORT": "1234", "PYG_SHARE": "true", "PYG_API_KEY": "one, two,",
        "PYG_CORS_ORIGIN": "https://Lite.example/, *, null, http://localhost:8000",
        "PYG_LOGIN": "alice:a:b, bob:c", "PYG_MAX_CONCURRENCY": "3", "PYG_NO_WEIGHT_CACHE": "1",
        "PYG_NO_COMPILER": "1",
        "PYG_DATA_DIR": "/data", "PYG_DATABASE_URL": "postgresql://db/chats",
        "PYG_LOAD_ON_REQUEST": "1", "PYG_UNWATCHED": "30", "PYG_OPERATOR": "alice,", "PYG_PUBLIC": "1",
        "PYG_MODEL_KEY": "sesame", "PYG_GRACE": "30",
    }  # fmt: skip
    settings = Settings.from_environment(environ)
    assert settings == Settings(
        model="demo-j", precision=Precision.FP16, device=Device.CPU, load_in_8bit=True,
        host="0.0.0.0", port=1234, share=True, api_key=("one", "two"),
        cors_origin=("https://lite.example", "*", "null", "http://localhost:8000"),
        login=(("alice", "a:b"), ("bob", "c")), max_concurrency=3, no_weight_cache=True, no_compiler=True,
        data_dir=Path("/data"), database_url="postgresql://db/chats", load_on_request=True, unwatched=30,
        operator=("alice",), public=True, model_key="sesame", grace=30,
        cache_directory=Path.home() / ".cache" / "pyg_ui",
    )  # fmt: skip
    assert settings.model_choice == ModelChoice("demo-j", Precision.FP16, Device.CPU, load_in_8bit=True)
    assert settings.weight_cache is None
    assert settings.compiled_directory is None
    assert {f"PYG_{name.upper()}" for name in Options.model_fields} == set(environ)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({f"PYG_{name.upper()}": "" for name in Options.model_fields}) == (
        Settings.from_environment({})
    )


def test_an_empty_address_or_folder_on_the_command_line_is_the_default() -> None:
    assert Settings.from_command_line(["--host", "", "--data-dir", ""], {}) == Settings.from_environment({})


def test_every_option_can_be_given_on_the_command_line() -> None:
    arguments = (
        "--model demo-j --precision fp16 --load-in-8bit --device cpu --max-concurrency 3 --no-weight-cache "
        "--no-compiler --model-key sesame --operator alice,bob --host 0.0.0.0 --port 1234 --share --public "
        "--load-on-request --unwatched 2.5 --grace 30 "
        "--login alice:a:b,bob:{c} --api-key one,two --cors-origin null --data-dir /data --database-url postgresql://db/chats"
    ).split()
    settings = Settings.from_command_line(arguments, {})
    assert settings == Settings(
        model="demo-j", precision=Precision.FP16, device=Device.CPU, load_in_8bit=True, max_concurrency=3,
        no_weight_cache=True, no_compiler=True, host="0.0.0.0", port=1234, share=True, load_on_request=True,
        unwatched=2.5, login=(("alice", "a:b"), ("bob", "{c}")), api_key=("one", "two"), cors_origin=("null",),
        operator=("alice", "bob"), public=True, model_key="sesame", grace=30,
        data_dir=Path("/data"), database_url="postgresql://db/chats", cache_directory=settings.cache_directory,
    )  # fmt: skip
    assert {a for a in arguments if a.startswith("--")} == set(map(flag, Options.model_fields))


@pytest.mark.parametrize("option", ["--load-in-8bit", "--share", "--public", "--load-on-request"])
def test_a_switch_that_a_variable_turned_on_can_be_turned_off(option: str) -> None:
    name = option.removeprefix("--").replace("-", "_")
    environ = {f"PYG_{name.upper()}": "on"}
    assert getattr(Settings.from_command_line([], environ), name)
    assert not getattr(Settings.from_command_line([option.replace("--", "--no-")], environ), name)


@pytest.mark.parametrize("arguments", [["--public"], ["--share"]])
def test_what_strangers_use_is_careful_with_them(arguments: list[str]) -> None:
    settings = Settings.from_command_line(arguments, {})
    assert settings.is_public
    assert not settings.is_local
    assert settings.unwatched_s == 10


def test_a_space_listens_to_everybody_and_is_public() -> None:
    names = {"SPACE_HOST": "Alice-Chat.hf.space", "SPACE_AUTHOR_NAME": "Alice"}
    settings = Settings.from_environment({"SYSTEM": "spaces", **names})
    assert settings.host == "0.0.0.0"
    assert (settings.space_host, settings.space_owner) == ("alice-chat.hf.space", "Alice")
    assert Settings.from_environment(names).space_owner == ""
    assert settings.is_public
    assert not settings.has_hub_login


def test_visitors_sign_in_with_hugging_face_where_a_space_provides_it() -> None:
    assert Settings.from_environment({"SYSTEM": "spaces", "OAUTH_CLIENT_ID": "x"}).has_hub_login
    assert not Settings.from_environment({"OAUTH_CLIENT_ID": "x"}).has_hub_login


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "x"), ("PORT", "70000"), ("SHARE", "maybe"), ("PRECISION", "fp8"), ("PRECISION", "8bit-bnb"),
     ("DEVICE", "tpu"), ("LOGIN", "alice"),
     ("CORS-ORIGIN", "lite.example"), ("CORS-ORIGIN", "https://a.example/path"),
     ("MAX_CONCURRENCY", "0"), ("MAX_CONCURRENCY", "65"), ("MAX_CONCURRENCY", "many"),
     ("UNWATCHED", "0"), ("UNWATCHED", "soon")],
)  # fmt: skip
def test_a_bad_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"(?i){name}"):
        Settings.from_environment({f"PYG_{name.replace('-', '_')}": value})


def test_a_reply_that_nobody_looks_at_goes_on_at_home_and_makes_room_on_a_public_page() -> None:
    assert Settings.from_command_line([], {}).unwatched_s is None
    assert Settings.from_command_line(["--share"], {}).unwatched_s == 10
    assert Settings.from_command_line(["--share", "--unwatched", "3600"], {}).unwatched_s == 3600
    assert Settings.from_command_line(["--unwatched", "5"], {}).unwatched_s == 5


def test_how_many_are_served_at_once_is_left_open_or_given() -> None:
    assert (
        Settings.from_command_line(["--max-concurrency", "auto"], {"PYG_MAX_CONCURRENCY": "2"}).max_concurrency is None
    )
    assert Settings.from_command_line(["--max-concurrency", "64"], {}).max_concurrency == 64


def test_a_bad_number_on_the_command_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Settings.from_command_line(["--max-concurrency", "none"], {})
    assert "neither auto nor a number from 1 to 64" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["fp8", "8bit-bnb"])
def test_a_bad_precision_is_answered_with_those_that_can_be_named(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        Settings.from_command_line(["--precision", text], {})
    assert f"'{text}': not one of auto, fp32, bf16, fp16, 8bit, 4bit." in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--port", "70000"], ["--precision", "fp8"], ["--device", "tpu"], ["--nope"]])
def test_a_bad_command_line_exits_and_names_the_option(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        Settings.from_command_line(arguments, {})
    assert arguments[0] in capsys.readouterr().err


def test_a_login_never_shows_its_password() -> None:
    assert "secret" not in repr(Settings(login=(("alice", "secret"),)))


def test_settings_never_show_a_key() -> None:
    assert "secret" not in repr(Settings(api_key=("secret",)))


def test_a_database_url_never_shows_its_password() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://alice:secret@db/chats"))


@pytest.mark.parametrize("text", ["alice:secret,bob", "alice:secret,:x", "alice:secret,alice:other"])
def test_each_person_has_one_name_and_one_password(text: str) -> None:
    with pytest.raises(SettingsError, match="--login") as caught:
        Settings.from_command_line(["--login", text], {})
    assert "secret" not in str(caught.value)


def test_data_is_kept_in_the_data_dir(tmp_path: Path) -> None:
    settings = Settings.from_environment({"XDG_DATA_HOME": str(tmp_path), "DATABASE_URL": "postgres://db/chats"})
    assert settings.data_dir == tmp_path / "pyg_ui"
    assert settings.database_url == "postgres://db/chats"
    assert Settings.from_command_line(["--data-dir", "~/chats"], {}).data_dir == Path.home() / "chats"
    given = ["--database-url", "postgresql://other/chats"]
    assert Settings.from_command_line(given, {"DATABASE_URL": "postgres://db/chats"}).database_url == given[1]


def test_the_readmes_table_agrees_with_the_declarations() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert options_table() in readme, f"write this table into README.md under Options:\n\n{options_table()}"


def test_help_lists_every_option_with_its_meaning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit, match="0"):
        Settings.from_command_line(["--help"], {})
    lines = capsys.readouterr().out.splitlines()
    for name in Options.model_fields:
        [line] = (line for line in lines if line.startswith((f"  {flag(name)} ", f"  {flag(name)},")))
        assert line.endswith(describe(name)[1])


def test_quantised_weights_are_kept_in_the_cache_directory(tmp_path: Path) -> None:
    settings = Settings.from_command_line([], {"XDG_CACHE_HOME": str(tmp_path)})
    assert settings.weight_cache == tmp_path / "pyg_ui" / "weights"
    assert Settings.from_command_line(["--no-weight-cache"], {}).weight_cache is None
    assert Settings.from_environment({"XDG_CACHE_HOME": "relative"}) == Settings.from_environment({})


def test_what_is_compiled_is_kept_beside_them(tmp_path: Path) -> None:
    settings = Settings.from_command_line([], {"XDG_CACHE_HOME": str(tmp_path)})
    assert settings.compiled_directory == tmp_path / "pyg_ui" / "compiled"
    assert Settings.from_command_line(["--no-compiler"], {}).compiled_directory is None


@pytest.mark.parametrize("text", ['{"a":1}', "[12]", '"quoted"', "null", "None", "=x", "-x"])
def test_texts_are_taken_as_they_are(text: str) -> None:
    settings = Settings.from_command_line([f"--api-key={text}", f"--model={text}"], {})
    assert (settings.model, settings.api_key) == (text, (text,))
    assert settings == Settings.from_environment({"PYG_API_KEY": text, "PYG_MODEL": text})


def test_without_a_home_directory_nothing_is_kept_unless_a_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    settings = Settings.from_environment({})
    assert (settings.weight_cache, settings.compiled_directory, settings.data_dir) == (None, None, None)
    assert Settings.from_command_line(["--data-dir", "/chats"], {}).data_dir == Path("/chats")


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("127.0.0.1", True), ("127.0.0.5", True), ("::1", True), ("[::1]", True), ("localhost", True), ("0.0.0.0", False),
     ("::", False), ("192.168.1.5", False), ("pc.lan", False)],
)  # fmt: skip
def test_a_share_link_leads_to_a_port_that_only_this_machine_sees(host: str, *, is_loopback: bool) -> None:
    assert Settings(host=host).is_local is is_loopback
    shared = Settings(host=host, share=True)
    assert (shared.is_loopback, shared.is_local) == (is_loopback, False)
