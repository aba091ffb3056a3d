"""What one visitor looks at in the lens. Knows no components."""

from dataclasses import dataclass

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import Engine, NextTokenLogits
from pyg_ui.service.passage import Passage


@dataclass(slots=True)
class LensState:
    """Kept by Gradio for one page and changed in place."""

    is_open: bool = False
    engine: Engine | None = None
    """The engine that was asked; only its vocabulary is used afterwards."""
    chat: Chat | None = None
    """The chat whose last reply `passage` is."""
    passage: Passage | None = None
    place: int = 0
    """The number of the reply's tokens before the one that is looked at."""
    next_token: NextTokenLogits | None = None
    """The model's logits at the place; None while they are not known."""

    def begun_with(self, token_id: int) -> str | None:
        """The beginning of the reply with another token at the place; None if there is no such reply."""
        if self.engine is None or self.passage is None or not self.passage.reply_ids:
            return None
        return self.passage.begun_with(self.place, self.engine.token_bytes(token_id))
