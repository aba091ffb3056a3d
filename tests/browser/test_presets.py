"""Sampling presets in a real browser: keep, change, go back, name, throw away, bring in, compare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pyg_ui.library.presets.built_in import PRESETS
from tests.browser.conftest import Open
from tests.browser.journey import choose, open_sheet, reach, set_number
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser


def preset(page: Page) -> Locator:
    return page.locator("#preset input")


def number(page: Page, parameter: str) -> Locator:
    return page.locator(f"#sampling-{parameter} input[type=number]")


def give_name(page: Page, opener: str, name: str) -> None:
    page.locator(opener).click()
    box = page.locator("#preset-name input")
    expect(box).to_be_focused()
    box.fill(name)
    box.press("Enter")


def open_manager(page: Page) -> None:
    if not reach(page, "#preset-export").is_visible():
        page.locator("#preset-manage .label-wrap").click()
    expect(page.locator("#preset-export")).to_be_visible()


def test_a_preset_is_kept_replaced_after_a_warning_renamed_and_deleted(visit: Open) -> None:
    page = visit().page
    set_number(page, "temperature", "0.8")
    expect(page.locator("#preset")).to_contain_text("Preset · changed")
    give_name(page, "#preset-save-as", "Calm")
    expect(preset(page)).to_have_value("★ Calm")
    expect(page.locator("#preset-save-as")).to_be_focused()

    set_number(page, "temperature", "1.4")
    expect(page.locator("#preset-save")).to_be_enabled()
    choose(page, "preset", "★ Calm")
    expect(number(page, "temperature")).to_have_value("0.8")
    expect(page.locator("#preset-save")).to_be_disabled()
    choose(page, "preset", "Your own settings")
    expect(number(page, "temperature")).to_have_value("1.4")

    give_name(page, "#preset-save-as", "calm")
    expect(page.locator("#preset-hint")).to_contain_text("Replace writes over it")
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.locator("#preset-name")).to_have_count(0)
    expect(preset(page)).to_have_value("★ Calm")
    set_number(page, "top-k", "40")
    reach(page, "#preset-save").click()
    expect(page.locator("#preset-save")).to_be_disabled()

    open_manager(page)
    give_name(page, "#preset-rename", "Evening")
    expect(preset(page)).to_have_value("★ Evening")
    assert findings(page) == []
    reach(page, "#preset-delete").click()
    expect(preset(page)).to_have_value("Your own settings")
    page.get_by_role("button", name="Bring back “Evening”").click()
    expect(preset(page)).to_have_value("★ Evening")

    page.reload()
    page.wait_for_selector("body[data-ready]")
    choose(page, "preset", "★ Evening")
    expect(number(page, "temperature")).to_have_value("1.4")
    expect(number(page, "top-k")).to_have_value("40")


def test_a_file_is_brought_in_taken_out_and_compared_and_nobody_else_sees_it(visit: Open, tmp_path: Path) -> None:
    page = visit().page
    path = tmp_path / "Drift <b>.settings"
    path.write_text('{"temp": 7, "rep_pen": 1.2, "repetition_decay": 3}')
    open_manager(page)
    reach(page, "#preset-files input[type=file]").set_input_files(path)
    expect(preset(page)).to_have_value("★ Drift b")
    expect(page.locator("#preset-report")).to_contain_text("Not used here: repetition_decay.")
    expect(page.locator("#preset-report")).to_contain_text("Temperature 7 → 2")
    with page.expect_download() as downloading:
        reach(page, "#preset-export").click()
    values = json.loads(Path(downloading.value.path()).read_text())
    assert (values["name"], values["temp"], values["rep_pen"]) == ("Drift b", 2, 1.2)

    open_sheet(page, "tools")
    page.get_by_role("tab", name="Compare").click()
    choose(page, "compare-b", "★ Drift b")
    expect(page.locator("#compare-b input")).to_have_value("★ Drift b")

    other = visit().page
    reach(other, "#preset input").click()
    expect(other.get_by_role("option")).to_have_count(len(PRESETS))


def test_the_sliders_speak_the_visitors_language(visit: Open) -> None:
    page = visit(locale="de-DE").page
    expect(reach(page, "#sampling-temperature")).to_contain_text("Höher überrascht mehr")
    expect(page.get_by_role("button", name="Wiederholung")).to_be_visible()
    expect(page.get_by_label("number input for Temperatur", exact=True)).to_have_value("0.5")
    set_number(page, "temperature", "0.8")
    expect(page.locator("#preset")).to_contain_text("Voreinstellung · geändert")
    expect(page.locator("#preset-note")).to_contain_text("Die Regler stehen jetzt anders")
