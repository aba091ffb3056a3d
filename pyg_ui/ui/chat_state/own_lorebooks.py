"""What an open page knows of its owner's lorebooks for any chat."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyg_ui.library.store.lorebooks import LorebookSummary, StoredLorebook


@dataclass(slots=True)
class OwnLorebooks:
    """What one open page knows of the lorebooks that its owner keeps for any chat."""

    listed: Sequence[LorebookSummary] = ()
    opened: StoredLorebook | None = None
    """The one whose entries the page shows; None while it shows those of the character's lorebook."""
    deleted_id: str = ""
    """The one that was deleted last, which one click restores."""
    is_naming: bool = False
    """Whether the page asks for another name."""
