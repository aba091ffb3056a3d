"""The theme: colours and type of the page, and the options that hand them to Gradio's launch.

The style sheet and the script lie beside this module as files. System fonts only: the page asks no other server for
anything. Light or dark follows the reader's system.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes.utils import sizes
from gradio.themes.utils.colors import Color

from pyg_ui.engine.parameters import DECLARATIONS
from pyg_ui.engine.sampling.chain import SAMPLERS
from pyg_ui.ui.translations import i18n

FILES = Path(__file__).parent
_APART = ("style.css", "outside.css", "login.css")
"""The sheets that are not joined with those of the subjects."""

CLAY = Color(
    "#fbf2ec", "#f6e1d5", "#ecc3ab", "#df9f7b", "#cd7d52", "#b1613a", "#964a29", "#7b3c22", "#612f1c", "#492416",
    "#2d160d", name="clay",
)  # fmt: skip
STONE = Color(
    "#faf8f5", "#f3f0ea", "#e7e2d9", "#d5cec2", "#aca293", "#786f63", "#5b534a", "#443d36", "#2c2823", "#1f1c18",
    "#161412", name="stone",
)  # fmt: skip


_LIGHT_AND_DARK = {
    "body_background_fill": ("*neutral_50", "*neutral_950"),
    "background_fill_primary": ("white", "*neutral_900"),
    "background_fill_secondary": ("*neutral_50", "*neutral_900"),
    "body_text_color": ("*neutral_800", "*neutral_100"),
    "body_text_color_subdued": ("*neutral_600", "*neutral_400"),
    "border_color_primary": ("*neutral_200", "*neutral_800"),
    "color_accent_soft": ("*primary_50", "*primary_950"),
    "link_text_color": ("*primary_700", "*primary_300"),
    "slider_color": ("*primary_600", "*primary_400"),
    "block_background_fill": ("transparent", "transparent"),
    "block_border_width": ("0px", "0px"),
    "block_title_text_color": ("*neutral_800", "*neutral_200"),
    "block_label_text_color": ("*neutral_700", "*neutral_300"),
    "input_background_fill": ("white", "*neutral_950"),
    "input_border_width": ("1px", "1px"),
    "input_border_color": ("*neutral_300", "*neutral_700"),
    "input_border_color_focus": ("*primary_600", "*primary_400"),
    "input_placeholder_color": ("*neutral_500", "*neutral_400"),
    "button_primary_background_fill": ("*primary_600", "*primary_600"),
    "button_primary_background_fill_hover": ("*primary_700", "*primary_500"),
    "button_primary_border_color": ("*primary_600", "*primary_600"),
    "button_secondary_background_fill": ("transparent", "transparent"),
    "button_secondary_background_fill_hover": ("*neutral_100", "*neutral_800"),
    "button_secondary_border_color": ("*neutral_300", "*neutral_700"),
    "button_secondary_text_color": ("*neutral_700", "*neutral_200"),
    "button_border_width": ("1px", "1px"),
}
"""Gradio's variables that differ between light and dark, or that Gradio would change in the dark."""
_ALWAYS = {
    "color_accent": "*primary_600",
    "block_title_text_weight": "600",
    "block_title_text_size": "*text_sm",
    "input_padding": "8px 10px",
    "button_small_text_weight": "500",
    "chatbot_text_size": "15px",
    "layout_gap": "10px",
}


def theme() -> gr.themes.Base:
    """Warm stone and clay; every pair of text and ground passes WCAG AA, light and dark."""
    light = {name: value for name, (value, _) in _LIGHT_AND_DARK.items()}
    dark = {f"{name}_dark": value for name, (_, value) in _LIGHT_AND_DARK.items()}
    return gr.themes.Base(
        primary_hue=CLAY,
        secondary_hue=CLAY,
        neutral_hue=STONE,
        radius_size=sizes.radius_lg,
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
    ).set(**_ALWAYS, **light, **dark)


def launch_options() -> dict[str, Any]:
    """The keyword arguments that give `Blocks.launch` the theme."""
    return {
        "theme": theme(),
        "i18n": i18n(),
        "css": "\n".join([sampler_colours(), *style_sheets(), neutral_marks()]),
        "js": page_script(),
        "head": f'<meta name="color-scheme" content="light dark"><style>{_read("outside.css")}</style>',
        "favicon_path": str(FILES / "icon.svg"),
    }


def neutral_marks() -> str:
    """Style rules that put a tick on each slider's track at the value with which the parameter changes nothing."""
    places = {
        each.name.replace("_", "-"): (each.neutral - each.slider_minimum) / (each.slider_maximum - each.slider_minimum)
        for each in DECLARATIONS
        if each.neutral is not None
    }
    return "\n".join(f"#sampling-{name} {{ --neutral: {place:.4f} }}" for name, place in places.items())


def sampler_colours() -> str:
    """Style rules with a colour for each sampler that removes tokens, by its place. `lens.css` names better ones."""
    names = [name for name, sampler in SAMPLERS.items() if not sampler.is_penalty]
    return "\n".join(f".by-{name} {{ --own: oklch(60% 0.1 {137 * place % 360}) }}" for place, name in enumerate(names))


def login_message() -> str:
    """What stands above the form to sign in: the product's name, and the looks of the form."""
    return f"<style>{_read('login.css')}</style><h1>Pygmalion UI</h1>"


def style_sheets() -> Sequence[str]:
    """The page's own looks: `style.css`, and then a sheet for each subject."""
    subjects = sorted(path.name for path in FILES.glob("*.css") if path.name not in _APART)
    return [_read("style.css"), *map(_read, subjects)]


def page_script() -> str:
    """The function that Gradio calls once, when the page is there: all scripts, in the order of their names."""
    parts = sorted((FILES / "scripts").glob("*.js"))
    return "() => {\n" + "\n".join(path.read_text(encoding="utf-8") for path in parts) + "}"


def rows_script(name: str) -> str:
    """The script of a component with rows or tiles, by the name of its file, behind what all of these share."""
    return _read("rows.js") + _read(name)


def early_script() -> str:
    """What runs before anything of the page is drawn."""
    return _read("early.js")


def _read(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")
