"""Tells the browser which chat it shows, so that it can keep the text in the message box for each chat.

`theme/scripts/draft.js` reads it. The browser learns a hash of the owner, because it may serve several people.
"""

import hashlib
import json

from pyg_ui.ui.display import as_attribute
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say


def shown_html(session: Session) -> str:
    """The chat on the screen: whose it is, its id, how many chats the page has opened, and what was sent last.

    And whether the person has said anything in it.
    """
    record = session.record
    shown = {
        "owner": hashlib.sha256(record.owner.encode()).hexdigest()[:16] if record.owner else "",
        "chat": record.id,
        "character": session.chat.character.name,
        "opened": session.num_opened,
        "answered": record.answered,
        "begun": session.chat.is_begun,
    }
    offline = as_attribute(say("chat.offline", session.language))
    return f'<i data-shown="{as_attribute(json.dumps(shown))}" data-offline="{offline}"></i>'
