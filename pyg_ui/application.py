"""Builds the application from its settings, starts it and closes it.

This is the only module that knows both the page and the API. Building starts no thread, loads no model and opens no
socket.
"""

import gc
import logging
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import urlsplit

import gradio as gr
from fastapi import FastAPI
from gradio.route_utils import FnIndexInferError
from starlette.middleware import Middleware
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pyg_ui.api.application import build_api, guard_of
from pyg_ui.api.guard.access import Access
from pyg_ui.api.guard.page import PageGuard
from pyg_ui.api.guard.patience import ArrivalLimit, StalledConnections
from pyg_ui.api.guard.rates import RatedPage, Rates
from pyg_ui.api.guard.senseless import FAILURES, EndedStreams, refuse_senseless
from pyg_ui.api.guard.sign_in import KnownAddress, SignIn
from pyg_ui.api.mount import ApiMiddleware, around_page
from pyg_ui.api.operations.metrics import Metrics
from pyg_ui.clients import Caps
from pyg_ui.engine.bandwidth import Bandwidth
from pyg_ui.engine.checkpoints.weight_cache.directory import WeightFiles
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import Loader, ModelChoice, ReportProgress
from pyg_ui.engine.remote.address import ServerAddress, find_address
from pyg_ui.engine.remote.connecting import connect
from pyg_ui.engine.serving.sharing import Sharing
from pyg_ui.library.characters import bundled_cards
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.opening import end_process_after, opening, stop_signal, with_calm_queue
from pyg_ui.service.replies import ChatService
from pyg_ui.settings import Settings
from pyg_ui.ui.early_script import EarlyScript
from pyg_ui.ui.headers import PageHeaders
from pyg_ui.ui.live.channel import LiveChannel
from pyg_ui.ui.live.running import RunningReplies
from pyg_ui.ui.page import Backend, build_page
from pyg_ui.ui.theme.theme import early_script, launch_options, login_message
from pyg_ui.ui.visitors.operators import Operators
from pyg_ui.ui.visitors.pages import OwnPages
from pyg_ui.ui.visitors.routes import OpenRoutes
from pyg_ui.ui.visitors.states import LeanStates
from pyg_ui.ui.visitors.uploads import UploadShares

logger = logging.getLogger(__name__)

_OWN_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
"""Addresses that belong to no machine in the Internet."""

_CLOSING_S = 1.8
"""How long closing may take, after the time that replies have to end."""

CHARACTERS = Path(__file__).parent.parent / "characters"


def local_loader(settings: Settings) -> Loader:
    """Load models into this process. torch is imported by the loading thread, so that the page opens first."""

    @cache
    def loader() -> Loader:
        from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
        from pyg_ui.engine.decoding.native.kernels import KernelChooser
        from pyg_ui.engine.serving.local import load_engine

        weight_cache = WeightCache(settings.weight_cache) if settings.weight_cache else None
        chooser = KernelChooser(settings.compiled_directory)
        return partial(
            load_engine,
            max_concurrency=settings.max_concurrency,
            is_shared=not settings.is_local,
            weight_cache=weight_cache,
            chooser=chooser,
        )

    return lambda choice, report: loader()(choice, report)


def loader_of(settings: Settings) -> Loader:
    """Load models into this process, or reach them on the server that a choice names."""
    local, own_address = local_loader(settings), find_address(settings.model)

    def key_of(address: ServerAddress) -> str:
        # The key goes to the server that it was given for, and to no other one that a page may name.
        return settings.model_key if own_address is not None and address.base == own_address.base else ""

    def load(choice: ModelChoice, report: ReportProgress) -> Engine:
        is_remote = find_address(choice.source) is not None
        return connect(choice, report, key_of=key_of) if is_remote else local(choice, report)

    return load


def database_of(settings: Settings) -> Database:
    """The database that the settings name, not opened yet. Raises SettingsError for a bad URL."""
    if settings.database_url:
        return Database.at_url(settings.database_url)
    if settings.data_dir:
        return Database.in_directory(settings.data_dir)
    logger.warning("There is no home directory, so chats are lost when this process ends. Set --data-dir FOLDER.")
    return Database.in_directory(Path(tempfile.mkdtemp(prefix="pyg-ui-")))


def access_of(settings: Settings) -> Access:
    """What the settings say about access."""
    return Access(
        settings.api_key, settings.is_public, settings.is_local, settings.is_loopback, cors_origins=settings.cors_origin
    )


def caps_of(settings: Settings) -> Caps | None:
    """How much each client may ask for; None where there is no limit."""
    return Caps() if settings.is_public else None


@dataclass(frozen=True)
class Application:
    """The parts of one process that are started and closed."""

    settings: Settings
    database: Database
    models: ModelManager
    api: FastAPI
    running: RunningReplies
    operators: Operators
    page: gr.Blocks
    rates: Rates
    """How often each client may ask."""

    @classmethod
    def build(cls, settings: Settings, loader: Loader | None = None) -> Self:
        """Build the parts and hand each the others it needs. Without a `loader`, models are loaded into this process.

        Raises CharacterError if a bundled character cannot be read, and SettingsError for a bad database URL.
        """
        metrics = Metrics()
        loader, caps = loader or loader_of(settings), caps_of(settings)
        if caps is not None:
            loader = Sharing(caps).among(loader)
        rates = Rates(caps)
        models = ModelManager(metrics.watching(loader), hides_errors=settings.is_public)
        database, cards = database_of(settings), bundled_cards(CHARACTERS)
        service = ChatService(models, [card.character for card in cards.values()])
        access = access_of(settings)
        api = build_api(
            models=models,
            service=service,
            metrics=metrics,
            access=access,
            rates=rates,
            load_on_request=settings.model_choice if settings.load_on_request else None,
        )
        running = RunningReplies(settings.unwatched_s)
        operators = Operators((*settings.operator, settings.space_owner), are_all=not settings.is_public)
        backend = Backend(
            service=service,
            models=models,
            characters=tuple(cards.values()),
            library=CharacterStore(database, cards),
            presets=PresetStore(database, PRESETS),
            database=database,
            running=running,
            bandwidth=Bandwidth(settings.cache_directory / "bandwidth.json" if settings.cache_directory else None),
            weight_files=WeightFiles(settings.weight_cache) if settings.weight_cache else None,
            is_local=settings.is_local,
            caps=caps,
            operators=operators,
            has_hub_login=settings.has_hub_login,
            refusal_of=guard_of(access).refusal_of,
        )
        return cls(settings, database, models, api, running, operators, build_page(backend), rates)

    def start(self) -> None:
        """Open the database, begin to load the model and open the port.

        Raises StoreError, before anything else is started, if the database cannot be used, and SettingsError for a
        port that cannot be opened.
        """
        settings, caps = self.settings, caps_of(self.settings)
        self.database.open()
        self.models.start_loading(settings.model_choice)
        self._warn_about_access()
        middleware = [
            Middleware(EndedStreams),
            Middleware(OpenRoutes),
            Middleware(OwnPages, **({} if caps is None else {"max_event_bytes": caps.event_mb << 20})),
            *([] if caps is None else [Middleware(UploadShares, caps=caps)]),
            Middleware(PageHeaders),
            Middleware(EarlyScript, script=early_script()),
            Middleware(LiveChannel, audience=self.running.audience),
        ]
        with opening(f"{settings.host}:{settings.port}"):
            served, address, public_address = with_calm_queue(self.page).launch(
                server_name=settings.host,
                server_port=settings.port,
                share=settings.share,
                auth=SignIn(settings.login).admits if settings.login else None,
                auth_message=login_message(),
                app_kwargs={
                    "middleware": middleware,
                    "exception_handlers": dict.fromkeys((*FAILURES, FnIndexInferError), refuse_senseless),
                    "lifespan": around_page(self._guarded, self._watch_connections),
                },
                prevent_thread_lock=True,
                quiet=True,
                ssr_mode=False,
                run_history=False,
                enable_monitoring=False,
                show_error=False,
                max_file_size="32mb" if caps is None else f"{caps.upload_mb}mb",
                footer_links=["api"],
                **launch_options(),
            )
        LeanStates().serve(self.page, served)
        self.page.server.config.timeout_graceful_shutdown = 1  # a client that reads nothing must not keep the process
        if not isinstance(served.middleware_stack, ArrivalLimit | ProxyHeadersMiddleware):
            raise RuntimeError("The page's lifespan has failed, so nothing guards it.")
        logger.info("The page is open at %s. Ctrl+C stops it.", address)
        if settings.is_public:
            logger.info("Open %s once to load models from the page.", self.operators.new_link(address))
        if settings.share and not public_address:
            logger.warning("There is no share link, because Gradio's server cannot be reached. The page works locally.")

    def run(self) -> None:
        """Start, serve until Ctrl+C or SIGTERM, and close. Whatever hangs then does not keep the process."""
        stop, patience_s = stop_signal(), 0.0
        try:
            self.start()
            stop.wait()
            patience_s = self.settings.grace
            end_process_after(patience_s + _CLOSING_S)
            gc.freeze()  # the memory goes with the process: to look through it takes the time that is left
        finally:
            self.close(patience_s)

    def close(self, patience_s: float = 0.0) -> None:
        """Refuse new work at once; after `patience_s` stop what still runs, and save its chats. Then close the rest.

        Replies on the page end as if somebody had stopped them. Streams of the API end with an error.
        """
        stop_at = time.monotonic() + patience_s
        self.models.begin_closing()
        self.running.close(patience_s)
        self.models.close(max(stop_at - time.monotonic(), 0.0))
        self.page.close(verbose=False)
        self.database.close()

    def _guarded(self, page: ASGIApp) -> ASGIApp:
        """Page and API as the server sees them, behind all that a request must pass."""
        guard = RatedPage(PageGuard(page, access_of(self.settings), self._own_hosts), self.rates)
        served: Any = ArrivalLimit(ApiMiddleware(KnownAddress(guard), self.api))
        if self.settings.is_space:
            # Only a Space's own proxies have such addresses there; they tell where a request comes from.
            served = ProxyHeadersMiddleware(served, _OWN_NETWORKS)
        return cast(ASGIApp, served)

    def _own_hosts(self) -> Iterator[str]:
        """The public names of this server. A share link has one from the moment that it is there."""
        yield self.settings.space_host
        yield urlsplit(self.page.share_url or "").netloc.lower()

    async def _watch_connections(self) -> None:
        # Gradio knows its server only after the server has begun.
        server = partial(getattr, self.page, "server", None)
        await StalledConnections().watch(lambda: server().server_state.connections if server() else ())

    def _warn_about_access(self) -> None:
        settings = self.settings
        if settings.is_public and not settings.api_key:
            logger.warning("This server is public. Its API answers nobody until you set --api-key.")
        if not settings.is_public and not settings.is_local and not (settings.api_key and settings.login):
            logger.warning(
                "Everybody who can reach %s may use this server. Set --login USER:PASSWORD for the page and "
                "--api-key KEY for the API.", settings.host,
            )  # fmt: skip
