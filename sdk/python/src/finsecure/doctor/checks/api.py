"""The API itself: does it answer, does it take the key, how much may still be asked, may a browser ask."""

from __future__ import annotations

import json
import ssl
from typing import Any, Final
from urllib.parse import urlsplit

from finsecure.doctor.context import Context
from finsecure.doctor.finding import Finding, Side, failed, passed, skipped, warned
from finsecure.doctor.wire import Answer, Fault, dial

SLOW_SECONDS: Final = 1.0  # for a request that touches nothing
_CONFIGURATION: Final = Side.CONFIGURATION
_REPORT: Final = "finsecure doctor --bundle doctor.zip   (and send it to support; it holds no secret)"
_HEADROOM: Final = 0.1  # of the limit
_COUNTS: Final = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")

_KEY_REFUSED: Final = {
    "invalid_api_key": (
        "FinSecure does not know this key",
        "It was cut off or mistyped, or it is a key of another server.",
    ),
    "api_key_expired": ("this key has expired", "Keys may be given an end; this one's is over."),
    "api_key_revoked": ("this key was revoked", "Somebody revoked it, or rolled it and its time is over."),
    "api_key_wrong_mode": (
        "this key is of the other mode",
        "Its letters are those of a key whose prefix is another: _test_ and _live_ cannot be exchanged.",
    ),
    "secret_key_required": ("this is a publishable key", "A publishable key may not make this call."),
}
_NEW_KEY: Final = "export FINSECURE_SECRET_KEY=…   (copy it anew, or: finsecure-server keys create) or: finsecure login"


def health(context: Context) -> Finding:
    """Whether the server and its database answer, and how fast."""
    this = "api.health"
    try:
        answer = context.facts.health = context.ask("/health?ready=1")
    except Fault as fault:
        return no_reply(context, this, fault, "the health page")
    refused = not_well(context, this, answer)
    if refused is not None:
        return refused
    waited, total = answer.seconds["wait"], sum(answer.seconds.values())
    split = ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in answer.seconds.items())
    if waited > SLOW_SECONDS:
        return warned(
            this,
            Side.FINSECURE,
            f"the server took {waited:.1f} s to answer",
            f"Times in ms: {split}. The connection was there at once; the wait was for the server.",
            _REPORT,
        )
    if total > SLOW_SECONDS:
        return warned(
            this,
            Side.NETWORK,
            f"the way to the server took {total - waited:.1f} s",
            f"Times in ms: {split}. The server itself answered at once.",
            f"ping {context.host}   (look for a VPN or a proxy on the way)",
        )
    return passed(this, f"{context.host} is ready", f"Times in ms: {split}.")


def no_reply(context: Context, this: str, fault: Fault, what: str) -> Finding:
    """A connection was there before, and now no reply came."""
    proxy = context.facts.proxy
    if proxy is not None and fault.phase in {"proxy", "reply"}:
        return failed(
            this,
            Side.NETWORK,
            f"the proxy {proxy.host}:{proxy.port} brought no reply: {fault.detail}",
            f"Asked for {what}, it took the request, and nothing came back.",
            f"export NO_PROXY={context.host}",
        )
    if fault.phase == "reply" and fault.kind != "timeout" and _speaks_tls(context):
        return failed(
            this,
            _CONFIGURATION,
            f"{context.host} port {context.target.port} speaks TLS, and the address says http",
            f"It took the connection, and hung up on plain text. The address comes from {context.asked.base_from}.",
            f"export FINSECURE_API_BASE={context.facts.base.replace('http:', 'https:', 1)}",
        )
    if fault.kind == "timeout" or fault.phase == "reply":
        return failed(
            this,
            Side.FINSECURE,
            f"no reply from {context.host}: {fault.detail}",
            f"It took the connection and the request for {what}, and did not answer it.",
            _REPORT,
        )
    return failed(
        this,
        Side.NETWORK,
        f"the connection to {context.host} came about before, and now does not: {fault.detail}",
        "It works now and then only.",
        f"ping {context.host}",
    )


def _speaks_tls(context: Context) -> bool:
    """Whether a port that was asked by plain http answers to TLS. A certificate that is not trusted is an answer."""
    if context.target.scheme != "http":
        return False
    try:
        dial(context.world.net, context.target, ssl.create_default_context(), context.until).sock.close()
    except Fault as fault:
        return fault.kind == "untrusted"
    return True


def not_well(context: Context, this: str, answer: Answer) -> Finding | None:
    """What a reply says is wrong, if it is not the one that was asked for; None if it is well."""
    if answer.ours and answer.status == 429:
        return skipped(this, "too many calls at this moment (429); see api.rate_limit", blocks=this != "api.health")
    if answer.ours and answer.status >= 500:
        why = str(_error(answer).get("message") or "It says no more.")
        return failed(this, Side.FINSECURE, f"FinSecure answered {answer.status} ({answer.request_id})", why, _REPORT)
    if answer.ours and answer.status < 400:
        return None
    proxy = context.facts.proxy
    kind = answer.headers.get("content-type", "").split(";")[0] or "nothing that is named"
    what = f"HTTP {answer.status}, {kind}"
    if answer.status == 407 and proxy is not None:
        return failed(
            this,
            Side.NETWORK,
            f"the proxy {proxy.host}:{proxy.port} wants a name and a password",
            "It answered 407.",
            f"export HTTP_PROXY=http://USER:PASSWORD@{proxy.host}:{proxy.port}",
        )
    if proxy is not None:
        return failed(
            this,
            Side.NETWORK,
            f"the proxy {proxy.host}:{proxy.port} answered in FinSecure's place: {what}",
            "The reply has no request id; FinSecure's always have one.",
            f"export NO_PROXY={context.host}",
        )
    if answer.status in {500, 502, 503, 504}:
        return failed(
            this,
            Side.FINSECURE,
            f"what stands before FinSecure answered {answer.status}",
            "The load balancer or proxy on the server's side is up, and the server behind it is not.",
            _REPORT,
        )
    side = Side.NETWORK if context.official else _CONFIGURATION
    return failed(
        this,
        side,
        f"what answers as {context.host} is not FinSecure: {what}",
        "The reply has no request id; FinSecure's always have one. It may be the log-in page of a network, or another "
        "server.",
        "open a web page in a browser and log in"
        if context.official
        else "unset FINSECURE_API_BASE   or: export FINSECURE_API_BASE=https://api.finsecure.com",
    )


def _error(answer: Answer) -> dict[str, Any]:
    """The error of a reply; empty if it holds none."""
    found = decoded(answer).get("error")
    return found if isinstance(found, dict) else {}


def decoded(answer: Answer) -> dict[str, Any]:
    """The JSON object of a reply; empty if it is none."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def auth(context: Context) -> Finding:
    """Whether the key is taken: one GET."""
    this = "api.auth"
    try:
        answer = context.ask("/v1/account", headers={"Authorization": f"Bearer {context.facts.key}"})
    except Fault as fault:
        return no_reply(context, this, fault, "the account")
    context.facts.auth = answer
    error = _error(answer)
    code = str(error.get("code"))
    mode = "live" if "_live_" in context.facts.key else "test"
    if answer.ours and answer.status == 403:
        return passed(this, f"a good key of {mode} mode, without account:read")
    if answer.ours and answer.status == 401 and code == "api_key_missing":
        return failed(
            this,
            Side.NETWORK,
            "the key was sent, and did not arrive",
            "FinSecure saw no Authorization header: something on the way takes it out, mostly a proxy.",
            f"export NO_PROXY={context.host}   or let the header Authorization through",
        )
    if answer.ours and answer.status == 401:
        title, why = _KEY_REFUSED.get(code, ("the key was refused", ""))
        message = str(error.get("message", ""))
        return failed(this, _CONFIGURATION, title, f"{why} {message} ({answer.request_id})".strip(), _NEW_KEY)
    refused = not_well(context, this, answer)
    if refused is not None:
        return refused
    account = decoded(answer)
    return passed(this, f"{account.get('id')}, {mode} mode")


def rate_limit(context: Context) -> Finding:
    """How many calls are left, by the headers that every reply has."""
    this = "api.rate_limit"
    if context.facts.limited:
        headers = context.facts.limited[0]
        wait = headers.get("retry-after", "1")
        return failed(
            this,
            Side.SERVER,
            f"the rate limit of {headers.get('x-ratelimit-limit', '?')} calls a second is used up",
            "Something with this key calls more often than it may, and its calls are refused (429). Mostly it asks "
            "again and again for what a webhook would tell.",
            f"wait {wait} s, then slow down: finsecure logs list --error-code rate_limit",
        )
    answer = context.facts.auth
    if answer is None or not answer.ours:
        return skipped(this, "no call was answered with the key")
    texts = [answer.headers.get(name, "") for name in _COUNTS]
    if not all(text.isdigit() for text in texts):
        missing = ", ".join(name for name, text in zip(_COUNTS, texts, strict=True) if not text.isdigit())
        return warned(
            this,
            Side.NETWORK,
            f"the reply does not say how much may still be asked: {missing}",
            "FinSecure sends these headers with every reply; a proxy on the way has taken them out.",
            "let the headers X-RateLimit-* through",
        )
    limit, remaining, reset = map(int, texts)
    if remaining < limit * _HEADROOM:
        return warned(
            this,
            Side.SERVER,
            f"{limit - remaining} of {limit} calls a second are used",
            f"Little is left before calls are refused; it is whole again in {reset} s if nobody calls.",
            "use webhooks in place of asking again and again: finsecure webhooks create --help",
        )
    return passed(this, f"{remaining} of {limit} calls a second left")


def cors(context: Context) -> Finding:
    """Whether a page of `--origin` may call the API from a browser."""
    this = "api.cors"
    origin = context.asked.origin
    if origin is None:
        return skipped(this, "say which page calls: --origin https://shop.example", blocks=False)
    parts = urlsplit(origin)
    proper = f"{parts.scheme}://{parts.netloc}".lower()
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return failed(
            this,
            _CONFIGURATION,
            f"{origin!r} is no origin",
            "An origin is a scheme and a host, as the browser sends it.",
            "finsecure doctor api.cors --origin https://shop.example",
        )
    asked = {
        "Origin": proper,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    try:
        answer = context.ask("/v1/payment_intents", "OPTIONS", headers=asked)
    except Fault as fault:
        return no_reply(context, this, fault, "leave for a browser")
    allowed = answer.headers.get("access-control-allow-origin")
    if allowed not in {proper, "*"}:
        return failed(
            this,
            _CONFIGURATION,
            f"browsers may not call the API from {proper}",
            "The preflight was answered without leave, so the browser stops before it calls. The server's setting "
            "allowed_origins does not have this origin.",
            f"FINSECURE_ALLOWED_ORIGINS={proper}   (on the server; several with commas; then restart it)",
        )
    named = answer.headers.get("access-control-allow-headers", "").lower().replace(" ", "").split(",")
    lost = {"authorization", "content-type"} - set(named)
    if lost:
        return failed(
            this,
            Side.NETWORK,
            f"the preflight does not allow the header {min(lost)}",
            "FinSecure allows it; something in front of it answers preflights in its place.",
            "let OPTIONS requests through to FinSecure",
        )
    return passed(this, f"{proper} may call ({'any origin' if allowed == '*' else 'this one'}); use pk_ keys there")
