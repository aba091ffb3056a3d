"""Pygmalion UI: `python app.py` opens the page and the API on one port; `--help` explains the options.

Also the app file of a Hugging Face Space, which finds `demo` here. Importing this module reads the environment and
starts nothing.
"""

import logging
from typing import TYPE_CHECKING

from pyg_ui.discretion import be_discreet
from pyg_ui.settings import Settings
from pyg_ui.surroundings import check_address_space, told_in_one_line

if TYPE_CHECKING:
    from pyg_ui.application import Application


def build() -> "Application":
    """The application, as the command line (when run) or the environment alone (when imported) describes it."""
    with told_in_one_line():
        settings = Settings.from_command_line() if __name__ == "__main__" else Settings.from_environment()
        check_address_space()
        from pyg_ui.application import Application  # takes seconds, which `--help` need not wait for

        return Application.build(settings)


application = build()
demo = application.page

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    be_discreet()
    for talkative in ("httpx", "alembic"):  # Gradio's requests to itself, and what a new database is made of
        logging.getLogger(talkative).setLevel(logging.WARNING)
    with told_in_one_line():
        application.run()
