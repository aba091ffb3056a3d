"""What the tools' sheet itself does; each tool has handlers of its own."""

from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.layout import head_html


def draw_head(session: Session) -> str:
    """The head of the sheet in the visitor's language, as HTML."""
    return head_html(session.language)
