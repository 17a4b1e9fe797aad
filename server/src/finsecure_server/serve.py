"""From settings to a listening server, or to one that only works, and back to a closed database."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import errno
import faulthandler
import logging
import os
import resource
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, NoReturn

import uvicorn

from finsecure_server.accounts import ops as accounts
from finsecure_server.accounts import store as accounts_store
from finsecure_server.accounts.ops import OpenedAccount
from finsecure_server.app import Server, Work, build, build_work, running, working
from finsecure_server.clock import now_us
from finsecure_server.opening import alone, join, location, prepare
from finsecure_server.payment_methods.keys import Keys
from finsecure_server.settings import Settings, SettingsError
from finsecure_server.storage.database import Database
from finsecure_server.storage.urls import is_postgres

GRACE_SECONDS: Final = 15  # for calls and work that are under way when the server is told to stop
FAREWELL_SECONDS: Final = 2.0  # for a client to take leave; TLS asks it of both sides, and who sleeps does not answer
KEEP_ALIVE_SECONDS: Final = 75
BACKLOG: Final = 2048
SWITCH_SECONDS: Final = 0.0002  # the loop and the database's writer share one interpreter: let neither wait long
STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


class Started(NamedTuple):
    """What there is to say when the server listens."""

    url: str  # where it listens
    public_url: str  # where it believes that others reach it
    vault_keys: Keys
    opened: OpenedAccount | None  # the account that was made because there was none


async def serve(
    settings: Settings, environ: dict[str, str], listening: Callable[[Started], None], stopping: Callable[[], None]
) -> int:
    """Serve until told to stop; the exit code. Raises SettingsError, Unfit, KeysError when it cannot begin."""
    harden()
    sys.setswitchinterval(SWITCH_SECONDS)
    context = tls(settings)
    sockets = bound(settings.host, settings.port)  # before anything is made: another server may be there
    try:
        settings = _with_port(settings, sockets[0].getsockname()[1])
        with alone(settings, now_us(), f"serving {_url(settings)}"):
            return await _serve(settings, environ, context, sockets, listening, stopping)
    finally:
        for sock in sockets:
            sock.close()


async def _serve(
    settings: Settings,
    environ: dict[str, str],
    context: ssl.SSLContext | None,
    sockets: list[socket.socket],
    listening: Callable[[Started], None],
    stopping: Callable[[], None],
) -> int:
    """Serve a database that nobody else owns."""
    db, vault_keys = await prepare(settings, environ, now_us())
    try:
        server = build(settings, db, vault_keys)
        opened = await open_first_account(db, "My business")
        started = Started(_url(settings), settings.public_url, vault_keys, opened)
        async with running(server, work=settings.work == "inside"):
            return await _listen(settings, server, context, sockets, lambda: listening(started), stopping)
    finally:
        await db.close()


async def work(
    settings: Settings, environ: dict[str, str], ready: Callable[[Keys], None], stopping: Callable[[], None]
) -> int:
    """Do what is due beside servers that answer calls, until told to stop; the exit code.

    Raises SettingsError, Unfit, KeysError when it cannot begin. It makes nothing: the first server does.
    """
    if not is_postgres(settings.database_url):
        raise SettingsError(
            "a worker beside the server needs PostgreSQL. "
            f"One process owns the embedded database {location(settings)}, and `serve` does the work inside."
        )
    harden()
    sys.setswitchinterval(SWITCH_SECONDS)
    db, vault_keys = await join(settings, environ)
    try:
        async with working(build_work(settings, db, vault_keys)) as under_way:
            ending = Ending(under_way, stopping)
            with signals(ending.told):
                ready(vault_keys)
                await ending.over.wait()
            return ending.exit_code
    finally:
        await db.close()


async def _listen(
    settings: Settings,
    server: Server,
    context: ssl.SSLContext | None,
    sockets: list[socket.socket],
    listening: Callable[[], None],
    stopping: Callable[[], None],
) -> int:
    config = uvicorn.Config(
        server.application,
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
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
    config.load()
    config.ssl = context
    logging.getLogger("uvicorn.error").addFilter(_not_cut_off)
    ending = Ending(server.work, stopping)
    await Web(config, listening, ending).serve(sockets)
    return ending.exit_code


class Ending:
    """How the work ends: the first signal lets what is under way finish, the second does not."""

    def __init__(self, work: Work, stopping: Callable[[], None]) -> None:
        self.exit_code = 0
        self.over = asyncio.Event()
        self._work = work
        self._stopping = stopping
        self._finishing: asyncio.Task[None] | None = None

    def told(self, sign: signal.Signals) -> None:
        """A signal came."""
        if self._finishing is None:
            self._finishing = asyncio.create_task(self._work.finish(GRACE_SECONDS))
            self._finishing.add_done_callback(lambda _: self.over.set())
            self._stopping()
        else:
            self._finishing.cancel()
            self.exit_code = 128 + sign


@contextlib.contextmanager
def signals(told: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Have `told` called when the process is told to stop."""
    loop = asyncio.get_running_loop()
    for sign in STOPPING:
        loop.add_signal_handler(sign, told, sign)
    try:
        yield
    finally:
        for sign in STOPPING:
            loop.remove_signal_handler(sign)


class Web(uvicorn.Server):
    """uvicorn's server, which says when it listens, and which a signal stops without killing what comes after it."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None], ending: Ending) -> None:
        super().__init__(config)
        self._listening = listening
        self._ending = ending

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Begin to accept connections."""
        await super().startup(sockets)
        self._listening()

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """Take no more connections, finish the calls and the work under way, and close what is left."""
        hanging_up = asyncio.create_task(self._hang_up())
        try:
            await super().shutdown(sockets)
        finally:
            hanging_up.cancel()
        if self.should_exit:
            await self._ending.over.wait()

    async def _hang_up(self) -> None:
        """Cut connections that we have closed and the other side has not."""
        connections = self.server_state.connections
        while True:
            closed = {connection for connection in connections if connection.transport.is_closing()}
            await asyncio.sleep(FAREWELL_SECONDS)
            for connection in closed & connections:
                connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first signal lets calls under way finish; the second does not.

        uvicorn would raise the signal again when it is done, which would end the process before the database is closed.
        """
        with signals(self._told):
            yield

    def _told(self, sign: signal.Signals) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
        self._ending.told(sign)


def _not_cut_off(record: logging.LogRecord) -> bool:
    """A call that was cut off because the server ends is not an error of the call, and needs no trace."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


async def open_first_account(db: Database, name: str) -> OpenedAccount | None:
    """An account and its keys, if there is none yet."""
    if await db.read(accounts_store.first_account) is not None:
        return None
    return await db.write(lambda tx: accounts.open_account(tx, now_us(), os.urandom, name))


def harden() -> None:
    """No core dumps: memory may hold card data (PCI DSS 3.3.1). What a crash leaves is where each thread stood."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)


# -- where it listens --------------------------------------------------------------------------------------------------


def bound(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address of a host, held but not yet listened on. Port 0 is any that is free.

    Raises SettingsError when one cannot be had.
    """
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, address in dict.fromkeys((family, address) for family, _, _, _, address in found):
            sock = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(sock)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((address[0], sockets[0].getsockname()[1] or port, *address[2:]))
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise SettingsError(_why_not(error, host, port)) from error
    return sockets


def _why_not(error: OSError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return f"--host {host}: there is no such address."
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken: another program listens there, or FinSecure itself. "
            "Stop it, or choose another port: --port, FINSECURE_PORT, or PORT= with make."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host}: this machine does not have that address."
    if error.errno == errno.EACCES:
        return f"Port {port} is for the administrator only. Choose one from 1024 on, and let a proxy have {port}."
    return f"Nothing can listen on port {port} of {host}: {error.strerror}."


def _with_port(settings: Settings, port: int) -> Settings:
    """The settings with the port that was found, where any would do."""
    if settings.port:
        return settings
    public_url = settings.public_url
    if public_url.endswith(":0"):
        public_url = f"{public_url.removesuffix('0')}{port}"
    return dataclasses.replace(settings, port=port, public_url=public_url)


def _url(settings: Settings) -> str:
    """The address on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104  this is not bound to
    host = f"[{host}]" if ":" in host else host
    return f"{'http' if settings.tls_cert is None else 'https'}://{host}:{settings.port}"


def tls(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with the certificate and key of the settings; None without. Raises SettingsError."""
    cert, key = settings.tls_cert, settings.tls_key
    if cert is None or key is None:
        return None
    for path in (cert, key):
        with path.open("rb"):
            """What cannot be read is named in the error; OpenSSL would not say which it was."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, _no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise SettingsError(f"--tls-key: {key} is not the key of the certificate {cert}.") from error
        raise SettingsError(
            f"--tls-cert, --tls-key: {cert} and {key} are not a certificate and a key in PEM."
        ) from error
    except _Locked:
        raise SettingsError(f"--tls-key: {key} is locked by a password. Give a key without one.") from None
    return context


class _Locked(Exception):
    """A private key wants a password."""


def _no_password() -> NoReturn:
    """OpenSSL would ask on the terminal, where nobody may sit."""
    raise _Locked
