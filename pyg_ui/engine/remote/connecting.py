"""Finds out what a server is and which model it has, and makes an engine of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.engine import GenerationRequest, ModelInfo
from pyg_ui.engine.model_status import LoadProgress, ModelChoice, ReportProgress
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.remote.address import ServerAddress, find_address
from pyg_ui.engine.remote.dialects import OWNERS, PLAIN, SIGNS, Dialect
from pyg_ui.engine.remote.engine import RemoteEngine
from pyg_ui.engine.remote.server import Server, refusal_of
from pyg_ui.engine.remote.tokenizers import find_tokenizer
from pyg_ui.errors import CheckpointNotFoundError, EngineError, InputError, Message, RemoteError

_OK = 200
_CONTEXT_LENGTH = 2048
"""Of a model whose server does not tell: that of the Pygmalion models."""


def connect(choice: ModelChoice, report: ReportProgress, *, key_of: Callable[[ServerAddress], str]) -> RemoteEngine:
    """An engine of the server that the choice names, after one trial. Raises RemoteError with the address.

    `key_of` gives the key for an address, which is "" where none is meant for it.
    """
    address = find_address(choice.source)
    if address is None:
        raise CheckpointNotFoundError("{address} is no address of a model's server.", address=choice.source)
    report(LoadProgress(Message("Asking the model's server")))
    server = Server(address, key_of(address))
    try:
        return _connected(server, report)
    except (EngineError, InputError) as error:
        server.close()
        raise RemoteError("{address}: {reason}", address=address.base, reason=error) from error


def _connected(server: Server, report: ReportProgress) -> RemoteEngine:
    address = server.address
    card = _wanted(_models(server), address.model)
    model = str(card.get("id") or address.model)
    server.address = replace(address, model=model)
    dialect = OWNERS.get(str(card.get("owned_by")).lower()) or _by_signs(server)
    tokenizer = find_tokenizer(server, model, dialect.routes)
    engine = RemoteEngine(server, dialect, _info(model, card, dialect), tokenizer)
    try:
        report(LoadProgress(Message("Warming up")))
        parameters = SamplingParameters.neutral(max_new_tokens=1, temperature=0)
        engine.submit(GenerationRequest(tuple(engine.encode("You:")), parameters)).text()
    except BaseException:
        engine.close()
        raise
    return engine


def _models(server: Server) -> list[dict[str, Any]]:
    """What the server says of each of its models; nothing where it does not list them."""
    status, listed = server.look(f"{server.address.base}/models")
    if status in (401, 403):
        raise refusal_of(status, listed)
    cards = listed.get("data") if status == _OK and isinstance(listed, dict) else None
    return [card for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []


def _wanted(cards: list[dict[str, Any]], model: str) -> dict[str, Any]:
    """What is known of the model that is wanted. Raises RemoteError where the server does not have it."""
    if not cards and not model:
        raise RemoteError("The model's server names no model. Load one there, or put #NAME at the address's end.")
    if not model or not cards:
        return cards[0] if cards else {}
    found = next((card for card in cards if card.get("id") == model), None)
    if found is None:
        names = ", ".join(str(card.get("id")) for card in cards[:10])
        raise RemoteError("The model's server has no {model}. It has {names}.", model=model, names=names)
    return found


def _by_signs(server: Server) -> Dialect:
    for sign in SIGNS:
        status, answer = server.look(server.address.root + sign.path)
        told = answer if isinstance(answer, dict) else {}
        if status == sign.status and sign.answer.items() <= told.items():
            return sign.dialect
    return PLAIN


def _info(model: str, card: Mapping[str, Any], dialect: Dialect) -> ModelInfo:
    entry = next((entry for entry in CATALOG if model in (entry.id, entry.repository)), None)
    length, size = card.get("max_model_len"), card.get("vocabulary_size")
    return ModelInfo(
        id=entry.id if entry else model,
        architecture=dialect.title,
        num_parameters=entry.num_parameters if entry else 0,
        context_length=length if isinstance(length, int) else _CONTEXT_LENGTH,
        precision="",
        device="server",
        is_demo=entry.is_demo if entry else False,
        may_loop=entry.is_demo if entry else False,
        vocabulary_size=size if isinstance(size, int) else None,
        lacks=dialect.lacks,
    )
