"""Who may come in: the key, what it may call, and how often."""

from __future__ import annotations

from finsecure_server.core.errors import Code, Refused
from finsecure_server.storage.database import Unavailable
from finsecure_server.web import other_account, readers
from finsecure_server.web.cors import Cors
from finsecure_server.web.limits import Limiter
from finsecure_server.web.request import Authenticate, Caller, Request, may
from finsecure_server.web.router import Route
from finsecure_server.web.session import Sessions


class Admission:
    """Stands at the door of every call."""

    def __init__(
        self, authenticate: Authenticate, limiter: Limiter, cors: Cors, sessions: Sessions, public_url: str
    ) -> None:
        self._authenticate = authenticate
        self._limiter = limiter
        self._cors = cors
        self._sessions = sessions
        self._public_url = public_url

    async def caller(self, request: Request, route: Route) -> Caller:
        """Whose key it is. Raises what a key that may not make this call is refused with; that call is counted."""
        if self._forged(request):
            await self.count(request)
            raise Refused(Code.API_KEY_MISSING, readers.FORGED)
        try:
            caller = await self._authenticate(request.text(b"authorization"), request.wall)
        except Refused:
            await self.count(request)
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
            await self.count(request)
            raise refused
        return caller

    def _forged(self, request: Request) -> bool:
        """Whether a page of another site had a browser send what was once typed into it: Basic is sent unasked."""
        if request.method == "GET" or not (request.text(b"authorization") or "").strip().lower().startswith("basic"):
            return False
        ours = readers.from_our_own_page(request.headers, self._public_url)
        return not ours and not self._cors.names(request.headers.get(b"origin"))

    async def reader(self, request: Request, route: Route) -> Caller | None:
        """Who reads a public page. Reading is nobody's call: it is neither counted nor logged as the account's own."""
        authorization = request.text(b"authorization")
        if authorization is None:
            key = self._sessions.key(request.text(b"cookie"), request.wall)
            authorization = None if key is None else f"Bearer {key}"
        if authorization is None:
            return None
        try:
            reader = await self._authenticate(authorization, request.wall)
        except (Refused, Unavailable):  # pages answer all the same
            return None
        allowed = reader.kind != "publishable" and (not route.scope or may(reader.scopes, route.scope))
        return reader if allowed else None

    async def count(self, request: Request) -> None:
        """Calls without a good key count against the address they come from: they use up nobody's allowance."""
        key = request.caller.key_id if request.caller is not None else "ip:" + request.ip
        request.verdict = await self._limiter.take(key, request.wall)
        if not request.verdict.allowed:
            raise Refused(
                Code.RATE_LIMIT,
                f"Request rate limit of {request.verdict.limit} a second exceeded. Retry after "
                f"{request.verdict.retry_after_s} s.",
                details={"reason": "key-rate", "retry_after": request.verdict.retry_after_s},
            )
