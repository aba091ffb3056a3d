"""What the tools do: the handlers of each tool, and the head of their sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pyg_ui.engine.manager import ModelManager
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.ui.pace import Pace
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.compare.handlers import CompareHandlers
from pyg_ui.ui.tools.free_text.handlers import FreeTextHandlers
from pyg_ui.ui.tools.inspector.handlers import InspectorHandlers
from pyg_ui.ui.tools.layout import head_html


@dataclass(frozen=True)
class ToolsHandlers:
    """The handlers of each tool."""

    inspector: InspectorHandlers
    compare: CompareHandlers
    free_text: FreeTextHandlers

    @classmethod
    def of(cls, models: ModelManager, pace: Pace, presets: PresetStore) -> Self:
        """The handlers over the same models; all streams share one pace."""
        return cls(InspectorHandlers(models), CompareHandlers(models, presets, pace), FreeTextHandlers(models, pace))

    def draw_head(self, session: Session) -> str:
        """The head of the sheet in the visitor's language, as HTML."""
        return head_html(session.language)
