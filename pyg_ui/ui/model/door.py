"""What the model's sheet says first: who speaks, and which Pygmalions this machine could run, as HTML.

`door.js` reports clicks at the buttons. On a public page there are none: strangers read what speaks, and why.
"""

from collections.abc import Sequence
from html import escape

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.bandwidth import WORDS_PER_TOKEN
from pyg_ui.engine.checkpoints.fitting import Offer
from pyg_ui.engine.engine import ModelInfo
from pyg_ui.engine.model_status import ModelStatus
from pyg_ui.ui.display import as_attribute
from pyg_ui.ui.model.machine import gigabytes
from pyg_ui.ui.model.status import plain_name, quantity
from pyg_ui.ui.translations import figure, say, translate

_QUICK_WORDS_PER_S = 3
"""Speeds below this are told with one decimal."""


def door_html(status: ModelStatus, offers: Sequence[Offer] | None, chat: Chat, language: str) -> str:
    """Who speaks and how quickly, and an offer for each Pygmalion that does not; None for who may not load any."""
    model = status.model
    parts = [_speaks(model, language), _measured(model, chat, language)]
    if offers is None:
        parts.append(_paragraph(say("model.decided", language)))
    else:
        is_busy = status.loading is not None
        open_offers = [offer for offer in offers if model is None or offer.fit.entry.id != model.id]
        parts += [
            _offer(offer, language, is_first=not place, is_busy=is_busy) for place, offer in enumerate(open_offers)
        ]
    return "".join(parts)


def words(per_s: float, language: str) -> str:
    """A speed in words a second."""
    return figure(per_s, language, digits=0 if per_s >= _QUICK_WORDS_PER_S else 1)


def _speaks(model: ModelInfo | None, language: str) -> str:
    if model is None:
        return _paragraph(say("model.none", language), "speaks")
    key = "model.speaks_demo" if model.is_demo else "model.speaks"
    number = quantity(model.num_parameters, language)
    return _paragraph(say(key, language, model=plain_name(model), number=number), "speaks")


def _measured(model: ModelInfo | None, chat: Chat, language: str) -> str:
    """How quickly the model wrote the last reply of this chat that is its own. Of a demo model nothing is said."""
    if model is None or model.is_demo:
        return ""
    origins = [turn.version.origin for turn in reversed(chat.turns) if turn.version.origin is not None]
    speed = next((each.tokens_per_s for each in origins if each.model_id == model.id and each.tokens_per_s), 0.0)
    return _paragraph(say("model.wrote", language, words=words(WORDS_PER_TOKEN * speed, language))) if speed else ""


def _offer(offer: Offer, language: str, *, is_first: bool, is_busy: bool) -> str:
    entry = offer.fit.entry
    title = escape(entry.title)
    facts = " · ".join(map(escape, _facts(offer, language)))
    licence = f'<a href="{escape(entry.licence_url)}" target="_blank" rel="noreferrer">{escape(entry.licence)}</a>'
    note = f"{escape(translate(entry.note, language))} {escape(say('model.licence', language))} {licence}"
    problem = "".join(f'<p class="problem">{escape(each)}</p>' for each in _problems(offer, language))
    button = ""
    if offer.can_load:
        get = as_attribute(say("model.use" if offer.fit.is_here else "model.get", language, model=entry.title))
        kind = "get is-first" if is_first else "get"
        off = " disabled" if is_busy else ""
        button = f'<button type="button" class="{kind}" data-get="{entry.id}"{off}>{get}</button>'
    return (
        f'<section class="offer"><h3>{title}</h3><p class="facts-of-offer">{facts}</p>{problem}'
        f'<p class="quiet">{note}</p>{button}</section>'
    )


def _facts(offer: Offer, language: str) -> list[str]:
    """The size of the download, whether it fits, and how quickly it would write here."""
    fit, facts = offer.fit, []
    if fit.is_here:
        facts.append(say("model.downloaded", language))
    else:
        key = "model.download_about" if fit.entry.is_download_estimated else "model.download"
        facts.append(say(key, language, size=gigabytes(fit.download_bytes, language)))
    if fit.fits:
        facts.append(say("model.fits_here", language))
    if offer.words_per_s:
        facts.append(say("model.words_here", language, words=words(offer.words_per_s, language)))
    return facts


def _problems(offer: Offer, language: str) -> list[str]:
    fit, problems = offer.fit, []
    if not fit.fits:
        sizes = {"needed": gigabytes(fit.needed_bytes, language), "free": gigabytes(fit.free_bytes, language)}
        problems.append(say("model.no_memory", language, **sizes))
    if not offer.has_room:
        sizes = {"needed": gigabytes(fit.download_bytes, language), "free": gigabytes(offer.free_disk, language)}
        problems.append(say("model.no_disk", language, **sizes))
    return problems


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"
