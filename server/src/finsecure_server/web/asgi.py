"""The HTTP edge: one ASGI application, no framework in between.

In order: request id, route, key, rate limit, body, parameters, command, reply. Every reply, errors included, carries
Request-Id, FinSecure-Version and the three X-RateLimit headers, and every request is handed to the request log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

import structlog

from finsecure_server.core import ids, versions
from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.env import Env
from finsecure_server.core.errors import ANSWERED, Code, Refused
from finsecure_server.storage.database import Overloaded, Unavailable
from finsecure_server.web import command, forms, idempotency, other_account, readers, render, transfer
from finsecure_server.web.allowance import Verdict
from finsecure_server.web.command import Kitchen, Reply
from finsecure_server.web.cors import Cors
from finsecure_server.web.limits import Limiter
from finsecure_server.web.router import Call, Route, Router
from finsecure_server.web.session import Sessions

log = structlog.get_logger()

BODY_BYTES_MAX: Final = 2 << 20
BODY_SECONDS_MAX: Final = 10.0
QUERY_BYTES_MAX: Final = 16 << 10
HEADER_BYTES_MAX: Final = 32 << 10
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Caller(NamedTuple):
    """Whose key it is."""

    account: str
    livemode: bool
    key_id: str
    kind: str  # secret | publishable | restricted
    scopes: frozenset[str]
    clock_offset: int


class Authenticate(Protocol):
    """Knows keys. Raises Refused for those it does not."""

    async def __call__(self, authorization: str | None, wall_us: int) -> Caller:
        """The caller behind an Authorization header."""
        ...

    def changed(self, account: str) -> None:
        """A call that changes callers of this account was committed."""
        ...


class LogEntry(NamedTuple):
    """One request, for the request log."""

    id: str
    created_us: int
    method: str
    path: str
    status: int
    duration_us: int
    caller: Caller | None
    error_code: str | None
    object_id: str | None
    idempotency_key: str | None
    version: str
    ip: str
    user_agent: str
    tree: dict[str, Any]
    shape: forms.Shape | None
    response: bytes | None


class RequestLog(Protocol):
    """Takes entries without making anybody wait."""

    def add(self, entry: LogEntry) -> None:
        """Note one request."""
        ...


@dataclass(slots=True)
class Request:
    """What is known of a request so far."""

    id: str
    method: str
    path: str
    headers: dict[bytes, bytes]
    query: bytes
    ip: str
    wall: int
    started: int
    version: str = versions.LATEST
    caller: Caller | None = None
    reader: Caller | None = None  # of a public page, who may be anybody
    verdict: Verdict | None = None
    route: Route | None = None
    tree: dict[str, Any] = field(default_factory=dict)
    key: str | None = None

    def text(self, header: bytes) -> str | None:
        """A header as text, if it is there."""
        value = self.headers.get(header)
        return None if value is None else value.decode("latin-1")


@dataclass(slots=True)
class Surroundings:
    """What the edge hands on to every call; app.py fills it."""

    kitchen: Kitchen
    router: Router
    authenticate: Authenticate
    limiter: Limiter
    cors: Cors
    log: RequestLog
    env: Callable[[Request, Caller | None], Env]
    clock: Callable[[], int]  # microseconds
    chance: Callable[[int], bytes]
    secret: bytes  # keys the fingerprints of parameters
    sessions: Sessions
    secure: bool = False  # served with TLS


class Application:
    """The ASGI callable."""

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        startup: Callable[[], Awaitable[None]] | None = None,
        shutdown: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.s = surroundings
        self._startup = startup
        self._shutdown = shutdown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1003})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if self._startup is not None:
                    await self._startup()
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._shutdown is not None:
                    await self._shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        s = self.s
        wall = s.clock()
        client = scope.get("client")
        request = Request(
            id=ids.make("req", wall, s.chance(ids.CHANCE_BYTES)),
            method=scope["method"],
            path=scope["path"],
            headers=dict(scope["headers"]),
            query=scope["query_string"],
            ip=client[0] if client else "",
            wall=wall,
            started=time.perf_counter_ns(),
        )
        error_code: str | None = None
        try:
            reply = await self._answer(request, receive)
        except Refused as refused:
            error_code = refused.code.value
            reply = self._refused(request, refused)
        except Unavailable as error:
            log.warning("the database takes no work", request_id=request.id, reason=str(error))
            code = Code.OVERLOADED if isinstance(error, Overloaded) else Code.DATABASE_UNAVAILABLE
            error_code = code.value
            reply = self._refused(request, Refused(code, details={"retry_after": 1}))
        except ClientGone:
            return
        except Exception:
            place = disclosed(s.router.place(request.path))
            log.exception("internal error", request_id=request.id, method=request.method, path=place)
            error_code = Code.INTERNAL_ERROR.value
            reply = self._refused(request, Refused(Code.INTERNAL_ERROR))
        await self._send(request, reply, send)
        self._note(request, reply, error_code)

    # -- from request to reply --------------------------------------------------------------------------------------

    async def _answer(self, request: Request, receive: Receive) -> Reply:
        s = self.s
        if sum(map(len, request.headers.values())) > HEADER_BYTES_MAX:
            raise Refused(Code.REQUEST_HEADER_TOO_LARGE)
        if request.method == "OPTIONS":
            return await self._options(request)
        asked = request.headers.get(b"finsecure-version")
        if asked is not None:
            request.version = _version(asked)
        try:
            route, path = s.router.find(request.method, request.path)
        except Refused:
            await self._count(request)
            raise
        request.route = route
        if not route.public:
            request.caller = await self._caller(request, route)
        if route.path not in UNCOUNTED:
            await self._count(request)
        if route.known:
            if route.method != "GET" and not readers.from_our_own_page(request.headers, s.kitchen.public_url):
                return Reply(403, readers.FOREIGN, content_type="text/plain; charset=utf-8")
            request.reader = await self._reader(request, route)
        body = await _body(request, receive)
        params, claim = self._params(request, route, body)
        env = s.env(request, request.caller or request.reader)
        try:
            return await command.run(s.kitchen, route, Call(path, params), env, claim)
        finally:
            if route.changes_callers and request.caller is not None:
                s.authenticate.changed(request.caller.account)

    async def _options(self, request: Request) -> Reply:
        await self._count(request)
        allowed = self.s.router.methods(request.path)
        if not allowed:
            raise Refused(Code.URL_NOT_FOUND, "Unrecognized request URL.")
        headers = self.s.cors.preflight(
            request.headers.get(b"origin"), request.headers.get(b"access-control-request-method"), allowed
        )
        return Reply(204, b"", headers=tuple(headers))

    async def _caller(self, request: Request, route: Route) -> Caller:
        if self._forged(request):
            await self._count(request)
            raise Refused(Code.API_KEY_MISSING, readers.FORGED)
        try:
            caller = await self.s.authenticate(request.text(b"authorization"), request.wall)
        except Refused:
            await self._count(request)
            raise
        request.caller = caller
        refused: Refused | None = None
        if caller.kind == "publishable" and not route.publishable:
            refused = Refused(Code.SECRET_KEY_REQUIRED)
        elif route.scope and not may(caller.scopes, route.scope):
            refused = Refused(
                Code.INSUFFICIENT_SCOPE, f"This key lacks the permission `{route.scope}` that this call needs."
            )
        elif route.test_only and caller.livemode:
            refused = Refused(Code.TESTMODE_ONLY)
        else:
            refused = other_account.refused(request.headers, caller.account)
        if refused is not None:
            await self._count(request)
            raise refused
        return caller

    def _forged(self, request: Request) -> bool:
        """Whether a page of another site had a browser send what was once typed into it: Basic is sent unasked."""
        if request.method == "GET" or not (request.text(b"authorization") or "").strip().lower().startswith("basic"):
            return False
        ours = readers.from_our_own_page(request.headers, self.s.kitchen.public_url)
        return not ours and not self.s.cors.names(request.headers.get(b"origin"))

    async def _reader(self, request: Request, route: Route) -> Caller | None:
        """Who reads a public page. Reading is nobody's call: it is neither counted nor logged as the account's own."""
        authorization = request.text(b"authorization")
        if authorization is None:
            key = self.s.sessions.key(request.text(b"cookie"), request.wall)
            authorization = None if key is None else f"Bearer {key}"
        if authorization is None:
            return None
        try:
            reader = await self.s.authenticate(authorization, request.wall)
        except (Refused, Unavailable):  # pages answer all the same
            return None
        allowed = reader.kind != "publishable" and (not route.scope or may(reader.scopes, route.scope))
        return reader if allowed else None

    async def _count(self, request: Request) -> None:
        """Calls without a good key count against the address they come from: they use up nobody's allowance."""
        key = request.caller.key_id if request.caller is not None else "ip:" + request.ip
        request.verdict = await self.s.limiter.take(key, request.wall)
        if not request.verdict.allowed:
            raise Refused(
                Code.RATE_LIMIT,
                f"Request rate limit of {request.verdict.limit} a second exceeded. Retry after "
                f"{request.verdict.retry_after_s} s.",
                details={"reason": "key-rate", "retry_after": request.verdict.retry_after_s},
            )

    def _params(self, request: Request, route: Route, body: bytes) -> tuple[Any, idempotency.Claim | None]:
        claim: idempotency.Claim | None = None
        if route.method == "GET":
            if len(request.query) > QUERY_BYTES_MAX:
                raise Refused(Code.BODY_TOO_LARGE, "The query is too long.")
            request.tree = forms.parse_form(request.query)
            tree = request.tree
            if route.known:  # a page opens whatever mail programs and trackers append to its address
                tree = {name: value for name, value in tree.items() if name in route.shape.fields}
            return forms.decode(tree, route.params, route.shape, form=True), None
        if request.query:
            raise Refused(
                Code.BODY_AND_FORM_BOTH,
                f"{route.method} takes its parameters in the body; the address has some as well.",
            )
        kind = (request.text(b"content-type") or FORM).partition(";")[0].strip().lower()
        form = kind != JSON
        if form and kind != FORM and body:
            raise Refused(Code.CONTENT_TYPE_UNSUPPORTED, f"Send {FORM} or {JSON}, not {kind[:60]}.")
        if not body:
            request.tree = {}
        elif form:
            if body[:1] in b"{[":
                raise Refused(Code.BODY_AND_FORM_BOTH, f"The body is JSON, but its Content-Type is {FORM}.")
            request.tree = forms.parse_form(body)
        else:
            request.tree = forms.parse_json(body)
        params = forms.decode(request.tree, route.params, route.shape, form=form)
        raw = request.headers.get(b"idempotency-key")
        if raw is not None and route.method == "POST" and not route.public:  # else it would be everybody's key
            request.key = _idempotency_key(raw)
            fingerprints = idempotency.fingerprints(forms.remembered(request.tree, route.shape), self.s.secret)
            claim = idempotency.Claim(request.key, f"POST {request.path}", fingerprints)
        return params, claim

    # -- from reply to bytes ----------------------------------------------------------------------------------------

    def _refused(self, request: Request, refused: Refused) -> Reply:
        logged = request.caller is not None
        status, body = render.refusal(refused, request.id, self.s.kitchen.public_url, logged=logged)
        headers: list[tuple[bytes, bytes]] = []
        if "allow" in refused.details:
            headers.append((b"allow", str(refused.details["allow"]).encode()))
        if status in (429, 503) or refused.code is Code.IDEMPOTENCY_KEY_IN_USE:
            headers.append((b"retry-after", str(refused.details.get("retry_after", 1)).encode()))
        if refused.code is Code.RATE_LIMIT:
            headers.append((b"finsecure-rate-limited-reason", str(refused.details["reason"]).encode()))
        if status == 401:
            headers.append((b"www-authenticate", b'Basic realm="FinSecure: your secret key as the user name"'))
        if refused.rule.transient:
            # Without a key nobody can tell whether the call took effect before it failed: again could be twice.
            blind = request.method == "POST" and request.key is None and refused.code in ANSWERED
            headers.append((b"finsecure-should-retry", b"false" if blind else b"true"))
        return Reply(status, body, headers=tuple(headers))

    async def _send(self, request: Request, reply: Reply, send: Send) -> None:
        s = self.s
        verdict = request.verdict or Verdict(True, s.limiter.per_second, s.limiter.per_second, 0, 0)
        headers = [
            (b"content-type", reply.content_type.encode()),
            (b"content-length", b"%d" % len(reply.body)),
            (b"request-id", request.id.encode()),
            (b"finsecure-version", (reply.version or request.version).encode()),
            (b"x-ratelimit-limit", b"%d" % verdict.limit),
            (b"x-ratelimit-remaining", b"%d" % verdict.remaining),
            (b"x-ratelimit-reset", b"%d" % verdict.reset_s),
            (b"x-content-type-options", b"nosniff"),
            *reply.headers,
        ]
        if not any(name == b"cache-control" for name, _ in reply.headers):
            headers.append((b"cache-control", b"no-store"))
        if request.method != "OPTIONS":
            headers += s.cors.headers(request.headers.get(b"origin"))
        if request.route is not None and request.route.known:
            headers = readers.as_seen_by(headers, known=request.reader is not None or reply.reader is not None)
        if reply.reader is not None:
            headers.append((b"set-cookie", s.sessions.set_cookie(reply.reader, request.wall)))
        if request.key is not None:
            headers.append((b"idempotency-key", request.key.encode("latin-1")))
        if reply.replayed:
            headers.append((b"idempotent-replayed", b"true"))
        if s.secure:
            headers.append((b"strict-transport-security", b"max-age=31536000"))
        again = request.route is None or not request.route.busy
        status, body, headers = transfer.fitted(request.headers, reply.status, reply.body, headers, again=again)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})

    def _note(self, request: Request, reply: Reply, error_code: str | None) -> None:
        if request.caller is None and request.verdict is None:
            return  # health checks would drown everything else
        failed = reply.status >= 400
        self.s.log.add(
            LogEntry(
                request.id,
                request.wall,
                request.method,
                self.s.router.place(request.path) if request.caller is None else request.path,
                reply.status,
                (time.perf_counter_ns() - request.started) // 1000,
                request.caller,
                error_code,
                reply.object_id,
                request.key,
                request.version,
                request.ip,
                request.text(b"user-agent") or "",
                request.tree,
                request.route.shape if request.route else None,
                reply.body if failed else None,
            )
        )


#: Asked often and by anybody, a load balancer above all: these use up nobody's allowance.
UNCOUNTED: Final = frozenset({"/health", "/v1/health"})


class ClientGone(Exception):
    """The caller hung up before the request was whole. There is nobody to answer."""


def may(scopes: frozenset[str], needed: str) -> bool:
    """`payments:read` is granted by itself, by `payments:write`, by `*:read` for reads, and by `*`."""
    area, _, verb = needed.partition(":")
    return bool(scopes & {"*", needed, f"{area}:write", f"*:{verb}"})


def _version(asked: bytes) -> str:
    version = asked.decode("latin-1")
    if version not in versions.VERSIONS:
        known = ", ".join(versions.VERSIONS)
        raise Refused(Code.VERSION_UNKNOWN, f"Invalid FinSecure-Version: {version[:40]!a}. Known versions: {known}.")
    return version


def _idempotency_key(raw: bytes) -> str:
    key = raw.decode("latin-1")
    if len(key) > idempotency.KEY_LETTERS_MAX:
        raise Refused(Code.IDEMPOTENCY_KEY_TOO_LONG)
    if not key.strip():
        raise Refused(Code.IDEMPOTENCY_KEY_EMPTY)
    forms.check_text(key, "Idempotency-Key")
    return key


async def _body(request: Request, receive: Receive) -> bytes:
    length = request.headers.get(b"content-length", b"")
    if length.isdigit() and (len(length) > 12 or int(length) > BODY_BYTES_MAX):
        raise _too_large()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            message = await receive()
            body: bytes = message.get("body", b"")
            if message.get("more_body"):
                body = await _rest(body, receive)
    except TimeoutError:
        raise Refused(Code.DEADLINE_EXCEEDED, f"The body did not arrive within {BODY_SECONDS_MAX:.0f} s.") from None
    if message["type"] == "http.disconnect":
        raise ClientGone
    if len(body) > BODY_BYTES_MAX:
        raise _too_large()
    return body


async def _rest(body: bytes, receive: Receive) -> bytes:
    parts = [body]
    size = len(body)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES_MAX:
            raise _too_large()
        if not message.get("more_body"):
            return b"".join(parts)


def _too_large() -> Refused:
    return Refused(Code.BODY_TOO_LARGE, f"A body may have {BODY_BYTES_MAX >> 20} MiB.")
