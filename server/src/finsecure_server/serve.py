"""From settings to a listening server, and back to a closed database."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from finsecure_server.accounts import ops as accounts
from finsecure_server.accounts import store as accounts_store
from finsecure_server.accounts.ops import OpenedAccount
from finsecure_server.app import build, now_us, running
from finsecure_server.payment_methods import keys, vault_ops
from finsecure_server.settings import Settings
from finsecure_server.storage import migrate
from finsecure_server.storage.database import Database
from finsecure_server.storage.engines import open_database
from finsecure_server.storage.urls import is_postgres

GRACE_SECONDS: Final = 15  # for calls that are under way when the server is told to stop
KEEP_ALIVE_SECONDS: Final = 75
BACKLOG: Final = 2048
SWITCH_SECONDS: Final = 0.0002  # the loop and the database's writer share one interpreter: let neither wait long

Say = Callable[[str], None]


class Announcing(uvicorn.Server):
    """uvicorn's server, which says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()


async def prepare(settings: Settings, environ: dict[str, str]) -> tuple[Database, keys.Keys]:
    """The database at today's schema, and the vault's keys. Raises Unfit, KeysError."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    await asyncio.to_thread(migrate.up, settings.database_url, now_us())
    local = None if is_postgres(settings.database_url) else settings.data
    place = settings.master_key_file or keys.default_path(environ)
    master_keys = keys.obtain(settings.master_key, place, local)
    db = open_database(settings.database_url)
    await db.read(lambda reader: vault_ops.check_keys(reader, master_keys))
    return db, master_keys


async def open_first_account(db: Database, name: str, secret_key: str | None = None) -> OpenedAccount | None:
    """An account and its keys, if there is none yet."""
    if await db.read(accounts_store.first_account) is not None:
        return None
    return await db.write(lambda tx: accounts.open_account(tx, now_us(), os.urandom, name, secret_key))


async def serve(settings: Settings, environ: dict[str, str], say: Say) -> None:
    """Serve until told to stop."""
    harden()
    sys.setswitchinterval(SWITCH_SECONDS)
    db, master_keys = await prepare(settings, environ)
    try:
        opened = await open_first_account(db, "My business")
        server = build(settings, db, master_keys)
        config = uvicorn.Config(
            server.application,
            host=settings.host,
            port=settings.port,
            loop="none",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
        )
        async with running(server):
            await Announcing(config, lambda: say(greeting(settings, opened))).serve()
    finally:
        await db.close()


def harden() -> None:
    """No core dumps: memory may hold card data (PCI DSS 3.3.1). No stripped assertions: they guard money."""
    if not __debug__:
        raise SystemExit("FinSecure does not run under `python -O`: its assertions guard money.")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def greeting(settings: Settings, opened: OpenedAccount | None) -> str:
    """What the operator sees when the server listens."""
    url = settings.public_url
    lines = [
        f"FinSecure is listening on {url}",
        "Test mode simulates every payment: no card network is attached, and no money moves.",
        "Live mode refuses payments until a processor is configured.",
        "",
        f"  data      {settings.data}",
    ]
    if opened is None:
        lines += [
            "",
            "Keys were shown when the account was made. For a new one: finsecure-server keys create --data "
            + str(settings.data),
        ]
    else:
        lines += credentials(opened)
        lines += ["", "Take a payment:", "", first_payment(url, opened.secret_test)]
    return "\n".join([*lines, "", "Ctrl-C stops it."])


def credentials(opened: OpenedAccount) -> list[str]:
    """An account's keys, which nobody will see again."""
    return [
        f"  account   {opened.account}",
        f"  test      {opened.secret_test}",
        f"            {opened.publishable_test}",
        f"  live      {opened.secret_live}",
        f"            {opened.publishable_live}",
        "",
        "These keys are shown once, now: only their digests are kept.",
    ]


def first_payment(url: str, secret_key: str) -> str:
    """One line that takes a payment."""
    return (
        f"  curl {url}/v1/payment_intents -u {secret_key}: "
        "-d amount=2000 -d currency=usd -d payment_method=pm_card_visa -d confirm=true"
    )
