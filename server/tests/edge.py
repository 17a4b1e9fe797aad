"""The HTTP edge in process, without a socket: real routes, real keys, a real database, a clock that a test moves."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast
from urllib.parse import quote_plus

import msgspec

from finsecure_server.accounts import ops
from finsecure_server.accounts.authenticate import Keys
from finsecure_server.accounts.ops import OpenedAccount
from finsecure_server.core.attempt import Processor
from finsecure_server.core.delivery import Poster
from finsecure_server.core.env import Env, Vault
from finsecure_server.payment_methods.vault import Vaults
from finsecure_server.storage.database import Database
from finsecure_server.web.asgi import Application, Surroundings
from finsecure_server.web.command import Kitchen
from finsecure_server.web.cors import Cors
from finsecure_server.web.limits import Limiter, Unlimited
from finsecure_server.web.render import Expansion
from finsecure_server.web.request import Caller, LogEntry, Request
from finsecure_server.web.router import Route, Router
from finsecure_server.web.session import Sessions

T0: Final = 1_700_000_000_000_000
SECOND: Final = 1_000_000
PUBLIC_URL: Final = "http://pay.test"


@dataclass
class Got:
    """A reply."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The envelope's inside."""
        error: dict[str, Any] = self.json["error"]
        return error

    @property
    def code(self) -> str | None:
        """The error's code; None when there is no error, or one without a code."""
        return self.error.get("code") if self.status >= 400 else None


@dataclass
class Noted:
    """A request log that keeps what it is given."""

    entries: list[LogEntry] = field(default_factory=list)

    def add(self, entry: LogEntry) -> None:
        self.entries.append(entry)


class Client:
    """Calls routes as a client would, with the test key of `account` unless told otherwise."""

    app: Application
    account: OpenedAccount

    async def get(self, path: str, *, key: str | None = None, **headers: str) -> Got:
        return await self.call("GET", path, key=key, headers=headers)

    async def post(self, path: str, body: object = b"", *, key: str | None = None, **headers: str) -> Got:
        """`body`: bytes as they are, a mapping as a form, anything else as JSON. `headers`: `_` reads as `-`."""
        return await self.call("POST", path, body, key=key, headers=headers)

    async def call(
        self,
        method: str,
        path: str,
        body: object = b"",
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got:
        sent = {name.replace("_", "-").lower(): value for name, value in (headers or {}).items()}
        if "authorization" not in sent:
            sent["authorization"] = f"Bearer {key or self.account.secret_test}"
        elif sent["authorization"] == "none":
            del sent["authorization"]
        if isinstance(body, Mapping):
            body = form(body)
        elif not isinstance(body, bytes):
            body = msgspec.json.encode(body)
            sent.setdefault("content-type", "application/json")
        return await self.raw(
            method, path, body, [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        )

    async def raw(self, method: str, path: str, body: bytes, headers: list[tuple[bytes, bytes]]) -> Got:
        """One request, headers as they are."""
        where, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": where,
            "query_string": query.encode(),
            "headers": headers,
            "client": ("192.0.2.7", 5000),
        }
        said: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        await self.app(scope, receive, send)
        start, *rest = said
        got = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
        assert len(got) == len(start["headers"]), start["headers"]
        return Got(start["status"], got, b"".join(message["body"] for message in rest))


class Edge(Client):
    """An edge with some routes behind it."""

    def __init__(
        self,
        db: Database,
        routes: Iterable[Route],
        *,
        limiter: Limiter | None = None,
        origins: tuple[str, ...] = (),
        expansion: Expansion | None = None,
        processor: Processor | None = None,
        live_processor: Processor | None = None,
        vaults: Vaults | None = None,
        poster: Poster | None = None,
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.db = db
        self.chance = chance
        self.wall = T0
        self.keys = Keys(db)
        self.noted = Noted()
        self._processor = processor
        self._live_processor = live_processor
        self._vaults = vaults
        self._poster = poster
        self.app = Application(
            Surroundings(
                kitchen=Kitchen(db, expansion or Expansion({}, {}), PUBLIC_URL),
                router=Router(routes),
                authenticate=self.keys,
                limiter=limiter or Unlimited(),
                cors=Cors(origins),
                log=self.noted,
                env=self._env,
                clock=lambda: self.wall,
                chance=chance,
                secret=b"secret of tests",
                sessions=Sessions(b"key of the cookies of tests     ", chance, secure=False),
            )
        )

    async def open_account(self, name: str = "Tea Shop") -> OpenedAccount:
        """A new account; the calls that follow are its own."""
        self.account = await self.db.write(lambda tx: ops.open_account(tx, self.wall, self.chance, name))
        return self.account

    def _env(self, request: Request, caller: Caller | None) -> Env:
        if caller is None:
            return self._env_of(request, None, "", False, 0)
        return self._env_of(request, caller, caller.account, caller.livemode, caller.clock_offset)

    def _env_of(self, request: Request, caller: Caller | None, account: str, livemode: bool, clock_offset: int) -> Env:
        return Env(
            account=account,
            livemode=livemode,
            wall=request.wall,
            clock_offset=clock_offset,
            chance=self.chance,
            processor=self._live_processor if livemode else self._processor,
            vault=cast("Vault", self._vaults and self._vaults.of(livemode)),
            poster=self._poster,
            public_url=PUBLIC_URL,
            version=request.version,
            key_id=caller.key_id if caller else None,
            publishable=caller is not None and caller.kind == "publishable",
            request_id=request.id,
            idempotency_key=request.key,
            others=partial(self._env_of, request, None),
        )


def form(fields: Mapping[str, object]) -> bytes:
    """A flat mapping as a form body; a list stands for `name[]`."""
    pairs: list[tuple[str, object]] = []
    for name, value in fields.items():
        pairs += [(f"{name}[]", item) for item in value] if isinstance(value, list) else [(name, value)]
    return "&".join(f"{quote_plus(name)}={quote_plus(str(value))}" for name, value in pairs).encode()


def basic(user: str, password: str = "") -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
