"""The HTTP edge: one ASGI application, no framework in between.

In order: request id, route, key, rate limit, body, parameters, command, reply. Every reply, errors included, carries
Request-Id, FinSecure-Version and the three X-RateLimit headers, and every request is handed to the request log.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from finsecure_server.core import ids
from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.env import Env
from finsecure_server.core.errors import ANSWERED, Code, Refused
from finsecure_server.storage.database import Overloaded, Unavailable
from finsecure_server.storage.troubles import SAYS
from finsecure_server.web import command, intake, readers, render, transfer
from finsecure_server.web.admission import Admission
from finsecure_server.web.allowance import Verdict
from finsecure_server.web.command import Kitchen, Reply
from finsecure_server.web.cors import Cors
from finsecure_server.web.limits import Limiter
from finsecure_server.web.request import (
    Authenticate,
    Caller,
    LogEntry,
    Receive,
    Request,
    RequestLog,
    Scope,
    Send,
)
from finsecure_server.web.router import Call, Router
from finsecure_server.web.session import Sessions

log = structlog.get_logger()

#: Asked often and by anybody, a load balancer above all: these use up nobody's allowance.
UNCOUNTED: Final = frozenset({"/health", "/v1/health"})


@dataclass(frozen=True, slots=True)
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
        self.s = s = surroundings
        self._admission = Admission(s.authenticate, s.limiter, s.cors, s.sessions, s.kitchen.public_url)
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
            reply = self._refused(request, _refusal(code, error))
        except intake.ClientGone:
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
        intake.check_headers(request)
        if request.method == "OPTIONS":
            return await self._options(request)
        asked = request.headers.get(b"finsecure-version")
        if asked is not None:
            request.version = intake.version_of(asked)
        try:
            route, path = s.router.find(request.method, request.path)
        except Refused:
            await self._admission.count(request)
            raise
        request.route = route
        if not route.public:
            request.caller = await self._admission.caller(request, route)
        if route.path not in UNCOUNTED:
            await self._admission.count(request)
        if route.known:
            if route.method != "GET" and not readers.from_our_own_page(request.headers, s.kitchen.public_url):
                return Reply(403, readers.FOREIGN, content_type="text/plain; charset=utf-8")
            request.reader = await self._admission.reader(request, route)
        body = await intake.body_of(request, receive)
        params, claim = intake.params_of(request, route, body, s.secret)
        env = s.env(request, request.caller or request.reader)
        try:
            return await command.run(s.kitchen, route, Call(path, params), env, claim)
        finally:
            if route.changes_callers and request.caller is not None:
                s.authenticate.changed(request.caller.account)

    async def _options(self, request: Request) -> Reply:
        await self._admission.count(request)
        allowed = self.s.router.methods(request.path)
        if not allowed:
            raise Refused(Code.URL_NOT_FOUND, "Unrecognized request URL.")
        headers = self.s.cors.preflight(
            request.headers.get(b"origin"), request.headers.get(b"access-control-request-method"), allowed
        )
        return Reply(204, b"", headers=tuple(headers))

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
        caller = request.caller
        if caller is not None and caller.clock_offset and not caller.livemode:
            headers.append((b"finsecure-clock", b"%d" % ((request.wall + caller.clock_offset) // 1_000_000)))
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


def _refusal(code: Code, error: Unavailable) -> Refused:
    """What is wrong with the database, as far as it is anybody's to know. Its own words are for the log."""
    if code is Code.OVERLOADED:
        return Refused(code, details={"retry_after": 1})
    message = f"The database cannot take work now: {SAYS[error.trouble]}. Nothing was written."
    return Refused(code, message, details={"reason": error.trouble.value, "retry_after": 1})
