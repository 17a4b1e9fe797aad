"""The whole server, put together. It knows everything and decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog

from finsecure_server.accounts import api as accounts_api
from finsecure_server.accounts import store as accounts
from finsecure_server.accounts.authenticate import Keys as ApiKeys
from finsecure_server.chance import chance as drawn
from finsecure_server.clock import Clock, now_us
from finsecure_server.core import versions
from finsecure_server.core.attempt import Processor
from finsecure_server.core.env import Env
from finsecure_server.customers import api as customers_api
from finsecure_server.customers import store as customers
from finsecure_server.customers import types as customers_types
from finsecure_server.diagnostics import api as diagnostics_api
from finsecure_server.diagnostics import store as diagnostics
from finsecure_server.disputes import api as disputes_api
from finsecure_server.disputes import jobs as disputes_jobs
from finsecure_server.disputes import store as disputes
from finsecure_server.disputes import types as disputes_types
from finsecure_server.help import api_pages, error_pages, reference_pages
from finsecure_server.help import store as help_store
from finsecure_server.help.library import ADDRESS, Library, guides
from finsecure_server.help.search import Search
from finsecure_server.help.unanswered import Unanswered
from finsecure_server.ledger import api as ledger_api
from finsecure_server.ledger import jobs as ledger_jobs
from finsecure_server.ledger import seal
from finsecure_server.ledger import store as ledger
from finsecure_server.ledger import types as ledger_types
from finsecure_server.net.outbound import Outbound
from finsecure_server.pages import api as pages_api
from finsecure_server.pages import call_pages, error_routes, help_pages, request_routes, sign_in
from finsecure_server.payment_methods import api as payment_methods_api
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods import types as payment_methods_types
from finsecure_server.payment_methods.keys import Keys as MasterKeys
from finsecure_server.payment_methods.vault import Vaults
from finsecure_server.payments import api as payments_api
from finsecure_server.payments import jobs as payments_jobs
from finsecure_server.payments import setup_api, setup_store, setup_types
from finsecure_server.payments import store as payments
from finsecure_server.payments import types as payments_types
from finsecure_server.payouts import api as payouts_api
from finsecure_server.payouts import jobs as payouts_jobs
from finsecure_server.payouts import store as payouts
from finsecure_server.payouts import types as payouts_types
from finsecure_server.processors.simulator import Simulator
from finsecure_server.refunds import api as refunds_api
from finsecure_server.refunds import jobs as refunds_jobs
from finsecure_server.refunds import store as refunds
from finsecure_server.refunds import types as refunds_types
from finsecure_server.settings import Settings
from finsecure_server.storage.database import Database, Reader
from finsecure_server.web import health, idempotency, limits, openapi
from finsecure_server.web import request_log as request_logs
from finsecure_server.web.asgi import Application, Surroundings
from finsecure_server.web.command import Kitchen
from finsecure_server.web.cors import Cors
from finsecure_server.web.render import Expansion, Loader
from finsecure_server.web.request import Caller, Request
from finsecure_server.web.request_log import RequestLog
from finsecure_server.web.router import Route, Router
from finsecure_server.web.session import Sessions
from finsecure_server.webhooks import api as webhooks_api
from finsecure_server.webhooks import (
    delivery_api,
    delivery_jobs,
    delivery_types,
    endpoint_api,
    endpoint_jobs,
    endpoint_types,
    endpoint_views,
    replay_api,
    replay_jobs,
    replay_store,
    replay_types,
    sample_api,
)
from finsecure_server.webhooks import log_store as deliveries
from finsecure_server.webhooks import store as events
from finsecure_server.webhooks.sender import Sender
from finsecure_server.worker import Job, Worker

log = structlog.get_logger()

API_ROUTES: Final[tuple[Route, ...]] = (
    *health.ROUTES,
    *accounts_api.ROUTES,
    *webhooks_api.ROUTES,
    *endpoint_api.ROUTES,
    *delivery_api.ROUTES,
    *replay_api.ROUTES,
    *sample_api.ROUTES,
    *ledger_api.ROUTES,
    *customers_api.ROUTES,
    *payment_methods_api.ROUTES,
    *payments_api.ROUTES,
    *setup_api.ROUTES,
    *refunds_api.ROUTES,
    *disputes_api.ROUTES,
    *payouts_api.ROUTES,
    *diagnostics_api.ROUTES,
)
JOBS: Final[dict[str, Job]] = {
    **endpoint_jobs.JOBS,
    **delivery_jobs.JOBS,
    **replay_jobs.JOBS,
    **ledger_jobs.JOBS,
    **payments_jobs.JOBS,
    **refunds_jobs.JOBS,
    **disputes_jobs.JOBS,
    **payouts_jobs.JOBS,
}

#: What may be the source of a balance transaction, by the prefix of its id.
SOURCES: Final = {"ch": "charge", "dp": "dispute", "po": "payout", "re": "refund"}


def load_any(reader: Reader, env: Env, object_id: str) -> bytes | None:
    """An object whose type only its id tells."""
    kind = SOURCES.get(object_id.partition("_")[0])
    return None if kind is None else LOADERS[kind](reader, env, object_id)


LOADERS: Final[dict[str, Loader]] = {
    "api_key": accounts.load_key,
    "balance_transaction": ledger.load,
    "charge": payments.load_charge,
    "customer": customers.load,
    "dispute": disputes.load,
    "event": events.load,
    "payment_intent": payments.load_intent,
    "payment_method": payment_methods.load,
    "payout": payouts.load,
    "refund": refunds.load,
    "request_log": diagnostics.load,
    "setup_attempt": setup_store.load_attempt,
    "setup_intent": setup_store.load,
    "webhook_attempt": deliveries.load_attempt,
    "webhook_delivery": deliveries.load,
    "webhook_endpoint": endpoint_views.load,
    "webhook_replay": replay_store.load,
    "any": load_any,
}

EXPANDS: Final[dict[str, dict[str, str]]] = {
    **endpoint_types.EXPANDS,
    **delivery_types.EXPANDS,
    **replay_types.EXPANDS,
    **ledger_types.EXPANDS,
    **customers_types.EXPANDS,
    **payment_methods_types.EXPANDS,
    **payments_types.EXPANDS,
    **setup_types.EXPANDS,
    **refunds_types.EXPANDS,
    **disputes_types.EXPANDS,
    **payouts_types.EXPANDS,
}

CONTRACT_ROUTES: Final = (*API_ROUTES, openapi.route(API_ROUTES, expands=EXPANDS))
#: Every page of the help center. Each source is asked when a page is first wanted.
LIBRARY: Final = Library(guides, error_pages.pages, lambda: api_pages.pages(contract(ADDRESS)), reference_pages.pages)
#: What nobody finds there. Servers in one process share the count; whichever writes first, writes it.
UNANSWERED: Final = Unanswered()
SEARCH: Final = Search(LIBRARY)
ROUTES: Final[tuple[Route, ...]] = (
    *CONTRACT_ROUTES,
    *pages_api.ROUTES,
    *error_routes.routes(LIBRARY),
    *request_routes.ROUTES,
    *sign_in.ROUTES,
    *call_pages.routes(LIBRARY, lambda: contract(ADDRESS)),
    *help_pages.routes(LIBRARY, SEARCH, UNANSWERED),
)

CHORES_SECONDS: Final = 60.0
AFTER_BUG_SECONDS: Final = 1.0
LAST_WORDS_SECONDS: Final = 1.0  # beyond the grace, to write down what became of the last attempts


def contract(public_url: str) -> dict[str, Any]:
    """The OpenAPI document of a server at this address."""
    return openapi.document(CONTRACT_ROUTES, version=versions.LATEST, servers=[public_url], expands=EXPANDS)


class Work:
    """What is done without being asked: jobs, deliveries, chores. Inside a server, or in a process of its own."""

    def __init__(
        self, db: Database, worker: Worker, sender: Sender, outbound: Outbound, *, deliveries_kept_days: int
    ) -> None:
        self.db = db
        self.worker = worker
        self.sender = sender
        self._outbound = outbound
        self._deliveries_kept_days = deliveries_kept_days
        self._jobs: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Make the way out ready, on this event loop: calls may need it, whoever does the work."""
        await self._outbound.open()

    def begin(self) -> None:
        """Do the work from now on."""
        self._jobs = asyncio.create_task(_in_spite_of_bugs("due jobs", self.worker.run))
        sending = asyncio.create_task(_in_spite_of_bugs("deliveries", self.sender.run))
        chores = asyncio.create_task(_chores(self.db, self._deliveries_kept_days))
        self._tasks = [self._jobs, sending, chores]
        self.db.listen(self.sender.hear)

    async def finish(self, grace_seconds: int) -> None:
        """Take nothing new, give what is under way its time, and cut what is left then."""
        jobs, self._jobs = self._jobs, None
        tasks, self._tasks = self._tasks, []
        if jobs is None:
            return
        self.worker.stop()
        stopping = asyncio.create_task(self.sender.stop(grace_seconds))
        try:
            await asyncio.wait((jobs, stopping), timeout=grace_seconds + LAST_WORDS_SECONDS)
        finally:
            tasks.append(stopping)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Hang up on everybody outside."""
        await self._outbound.close()


@dataclass(slots=True)
class Server:
    """Everything that runs, for whoever serves it: uvicorn, or a test in this process."""

    application: Application
    db: Database
    work: Work
    keys: ApiKeys
    request_log: RequestLog
    env: Callable[[str, bool, int], Env]
    _tasks: list[asyncio.Task[Any]]
    _close: Callable[[], Coroutine[Any, Any, None]]

    @property
    def worker(self) -> Worker:
        """Who runs due jobs."""
        return self.work.worker

    @property
    def sender(self) -> Sender:
        """Who delivers to endpoints."""
        return self.work.sender

    async def start(self, *, work: bool = True) -> None:
        """Begin what goes on behind the scenes; without `work` a test, or another process, does what is due."""
        await self.work.open()
        self._begin(self.request_log.run(self.db))
        self._begin(self.keys.run())
        self._begin(UNANSWERED.run(self.db))
        self._begin(SEARCH.prepare())
        if work:
            self.work.begin()

    async def stop(self) -> None:
        """End it, and write down what is still in memory."""
        await self.work.finish(0)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.work.close()
        await self._close()

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        self._tasks.append(asyncio.create_task(work))


@dataclass(frozen=True, slots=True)
class Envs:
    """Makes what ops are handed. There is no processor for live mode yet: live payments are refused."""

    public_url: str
    vaults: Vaults
    processor: Processor
    outbound: Outbound
    clock: Clock
    chance: Callable[[int], bytes]

    def for_work(self, account: str, livemode: bool, clock_offset: int) -> Env:
        """For what nobody asked for."""
        return self._env(account, livemode, clock_offset, None, None)

    def for_call(self, request: Request, caller: Caller | None) -> Env:
        """For a call; of nobody's account when it came without a key."""
        if caller is None:
            return self._env("", False, 0, request, None)
        return self._env(caller.account, caller.livemode, caller.clock_offset, request, caller)

    def _env(
        self, account: str, livemode: bool, clock_offset: int, request: Request | None, caller: Caller | None
    ) -> Env:
        return Env(
            account=account,
            livemode=livemode,
            wall=self.clock() if request is None else request.wall,
            clock_offset=clock_offset,
            ahead=self.clock.ahead,
            chance=self.chance,
            processor=None if livemode else self.processor,
            vault=self.vaults.of(livemode),
            poster=self.outbound,
            public_url=self.public_url,
            version=request.version if request is not None else "",
            key_id=caller.key_id if caller is not None else None,
            publishable=caller is not None and caller.kind == "publishable",
            request_id=request.id if request is not None else None,
            idempotency_key=request.key if request is not None else None,
            others=lambda other, live, offset: self._env(other, live, offset, request, None),
        )


def build_work(settings: Settings, db: Database, master_keys: MasterKeys) -> Work:
    """The work alone, for a process that answers no calls."""
    vaults = Vaults(master_keys)
    return _work(settings, db, Envs(settings.public_url, vaults, Simulator(), _outbound(settings), Clock(), drawn))


def _work(settings: Settings, db: Database, envs: Envs) -> Work:
    worker = Worker(db, JOBS, envs.for_work, envs.clock)
    sender = Sender(
        db,
        envs.outbound,
        envs.for_work,
        name=f"{socket.gethostname()[:40]} {os.getpid()} {os.urandom(4).hex()}",
        clock=envs.clock,
        chance=envs.chance,
        public_url=settings.public_url,
    )
    return Work(db, worker, sender, envs.outbound, deliveries_kept_days=settings.webhook_retention_days)


def _outbound(settings: Settings) -> Outbound:
    ca_file = settings.webhook_ca_file
    return Outbound(
        settings.webhook_allowed_networks,
        test_loopback=settings.webhook_test_loopback,
        ca_file=None if ca_file is None else str(ca_file),
    )


def build(
    settings: Settings,
    db: Database,
    master_keys: MasterKeys,
    *,
    clock: Callable[[], int] = now_us,
    chance: Callable[[int], bytes] = drawn,
    simulator: Processor | None = None,
) -> Server:
    """The server for a database that is ready."""
    vaults = Vaults(master_keys)
    watch = Clock(clock)
    envs = Envs(settings.public_url, vaults, simulator or Simulator(), _outbound(settings), watch, chance)
    keys = ApiKeys(db)
    request_log = RequestLog()
    limiter = limits.build(settings.rate_limit, settings.redis_url)
    surroundings = Surroundings(
        kitchen=Kitchen(db, Expansion(EXPANDS, LOADERS), settings.public_url),
        router=Router(ROUTES),
        authenticate=keys,
        limiter=limiter,
        cors=Cors(settings.allowed_origins),
        log=request_log,
        env=envs.for_call,
        clock=watch,
        chance=chance,
        secret=vaults.test.derived("idempotency"),
        sessions=Sessions(
            vaults.test.derived("readers of pages"),
            chance,
            secure=settings.tls_cert is not None or settings.public_url.startswith("https:"),
        ),
        secure=settings.tls_cert is not None,
    )
    application = Application(surroundings)
    return Server(application, db, _work(settings, db, envs), keys, request_log, envs.for_work, [], limiter.close)


@contextlib.asynccontextmanager
async def running(server: Server, *, work: bool = True) -> AsyncIterator[Server]:
    """The server with what goes on behind the scenes, for the length of a `with`."""
    await server.start(work=work)
    try:
        yield server
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def working(work: Work) -> AsyncIterator[Work]:
    """The work alone, for the length of a `with`."""
    await work.open()
    work.begin()
    try:
        yield work
    finally:
        await work.finish(0)
        await work.close()


async def _in_spite_of_bugs(what: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end, and again when it breaks: a bug must not stop all later work."""
    while True:
        try:
            return await run()
        except Exception:
            log.exception("work broke off, and begins again", what=what)
            await asyncio.sleep(AFTER_BUG_SECONDS)


async def _chores(db: Database, deliveries_kept_days: int) -> None:
    """What is tidied up now and then: old idempotency keys, log rows and deliveries go, the ledger is sealed."""
    while True:
        try:
            await db.write(lambda tx: idempotency.prune(tx, now_us()))
            await request_logs.prune(db, now_us())
            await seal.run_all(db, now_us())
            await deliveries.prune(db, now_us(), deliveries_kept_days)
            await db.write(lambda tx: help_store.prune(tx, now_us()))
        except Exception:  # the next round tries again; nothing depends on this one
            log.exception("chores failed")
        await asyncio.sleep(CHORES_SECONDS)
