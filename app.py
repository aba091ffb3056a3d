"""Pygmalion UI: `python app.py` opens the page and the API on one port; `--help` explains the options.

Also the app file of a Hugging Face Space, which finds `demo` here. Importing this module reads the environment and
starts nothing.
"""

import logging
from typing import TYPE_CHECKING

from pyg_ui.discretion import be_discreet
from pyg_ui.errors import SettingsError, StoreError
from pyg_ui.settings import Settings

if TYPE_CHECKING:
    from pyg_ui.application import Application


def build() -> "Application":
    """The application, as the command line (when run) or the environment alone (when imported) describes it."""
    try:
        settings = Settings.from_command_line() if __name__ == "__main__" else Settings.from_environment()
        from pyg_ui.application import Application  # takes seconds, which `--help` need not wait for

        return Application.build(settings)
    except SettingsError as error:
        raise SystemExit(f"app.py: {error}") from None


application = build()
demo = application.page

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    be_discreet()
    logging.getLogger("httpx").setLevel(logging.WARNING)  # Gradio's requests to itself
    try:
        application.run()
    except (SettingsError, StoreError) as error:
        raise SystemExit(f"app.py: {error.for_operators}") from None
