"""A webhook endpoint as it looks from this machine: the same seven things, and whether the handler is there.

With a secret (FINSECURE_WEBHOOK_SECRET) it is sent a signed event and one with a wrong signature; without, only the
latter. Where the signed one is refused, the same event written in other ways tells whether the body is parsed and
written anew before it is verified.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from finsecure import errors
from finsecure.doctor.certificate import read
from finsecure.doctor.context import USER_AGENT, Context, loopback
from finsecure.doctor.finding import Finding, Side, failed, passed, skipped, warned
from finsecure.doctor.wire import Answer, Fault, Target, addresses, ask, connect_fault, dial
from finsecure.testing.events import event, sign

CHECKS: Final = ("reachable", "tls", "redirect", "time", "answer", "signature_accepted", "signature_refused")
_PREFIX: Final = "webhook.here."
_SLOW_SECONDS: Final = 1.5
_DAYS_LEFT: Final = 14
_NOT_THERE: Final = frozenset({404, 405, 410, 501})
_UNTRIED: Final = "what comes before it failed"

#: How frameworks write JSON that they have parsed: by what, and the arguments of json.dumps.
_REWRITTEN: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("Python's json.dumps", {}),
    ("Python's json.dumps with sorted keys", {"sort_keys": True}),
    ("a serializer that adds spaces", {"ensure_ascii": False}),
    ("a serializer that escapes what is not ASCII", {"separators": (",", ":")}),
)


class _Told(Exception):
    """One finding that ends the examination."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.title)
        self.finding = finding


def from_here(context: Context) -> list[Finding]:
    """What a post from this machine shows."""
    url = context.asked.webhook_url or next((one["url"] for one in context.facts.endpoints), None)
    if url is None:
        why = "say which: --webhook-url https://shop.example/webhook"
        return [skipped(_PREFIX + name, why, blocks=False) for name in CHECKS]
    if context.asked.webhook_url is None and "_live_" in context.facts.key and not context.asked.live:
        why = "with a live key, test events are sent only if you say --live"
        return [skipped(_PREFIX + name, why, blocks=False) for name in CHECKS]
    found: list[Finding] = []
    try:
        found.extend(_examine(context, url))
    except _Told as told:
        found.append(told.finding)
    known = {one.id for one in found}
    rest = [skipped(_PREFIX + name, _UNTRIED, blocks=False) for name in CHECKS if _PREFIX + name not in known]
    return sorted([*found, *rest], key=lambda one: CHECKS.index(one.id.removeprefix(_PREFIX)))


def _examine(context: Context, url: str) -> Iterator[Finding]:
    target = Target.of(url)
    if target.scheme not in {"http", "https"} or not target.host:
        raise _Told(
            failed(
                _PREFIX + "reachable",
                Side.CONFIGURATION,
                f"{url!r} is no address of a web server",
                "An endpoint's address begins with https://.",
                "finsecure doctor webhook --webhook-url https://shop.example/webhook",
            )
        )
    yield _reached(context, url, target)
    if target.scheme == "https":
        yield _encrypted(context, target)
    else:
        yield _plain(url, target)
    forged = _post(context, url, _signed(url, _nobodys(), {}))
    yield _not_redirected(context, url, forged)
    yield _timely(url, forged)
    signed = None
    if context.asked.webhook_secrets:
        signed = _post(context, url, _signed(url, context.asked.webhook_secrets[0], {}))
    yield _answered(url, signed or forged)
    yield _accepted(context, url, signed)
    yield _refused(url, forged)


def _reached(context: Context, url: str, target: Target) -> Finding:
    this = _PREFIX + "reachable"
    try:
        where = addresses(context.world.net, target.host, context.until)
        inside = [one for one in where if _private(one) or (loopback(one) and not context.local)]
        if inside and context.facts.base and url not in context.facts.reached:
            raise _Told(
                failed(
                    this,
                    Side.CONFIGURATION,
                    f"{url} leads to {inside[0]}, an address that only this network knows",
                    "FinSecure sends events to public addresses only, and could not come there.",
                    f"finsecure listen --forward-to {url}   (while you develop; later give it a public https address)",
                )
            )
        began = time.monotonic()
        context.world.net.connect(where[0], target.port, max(context.until - time.monotonic(), 0.01)).close()
    except Fault as fault:
        raise _Told(_unreachable(context, url, target, fault)) from fault
    except OSError as error:
        raise _Told(_unreachable(context, url, target, connect_fault(error))) from error
    return passed(this, f"{where[0]} port {target.port} in {(time.monotonic() - began) * 1000:.0f} ms")


def _private(address: str) -> bool:
    number = ipaddress.ip_address(address)
    return number.is_private and not number.is_loopback and not _documentation(number)


def _documentation(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """192.0.2.0/24 and its like: nobody's, so not somebody's private ones either."""
    return any(number in ipaddress.ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))


def _unreachable(context: Context, url: str, target: Target, fault: Fault) -> Finding:
    this = _PREFIX + "reachable"
    if url in context.facts.reached:
        return skipped(this, f"not reached from here ({fault.detail}); FinSecure reaches it", blocks=False)
    if fault.phase != "dns":
        return failed(
            this,
            Side.SERVER,
            f"{target.host} port {target.port} takes no connection: {fault.detail}",
            "The application behind the endpoint is not running, listens elsewhere, or a firewall is in the way.",
            f"nc -vz {target.host} {target.port}   (start the application, or correct the endpoint's address)",
        )
    return failed(
        this,
        Side.CONFIGURATION,
        f"the name {target.host} of the endpoint was not found",
        "It is misspelt, or has no A or AAAA record.",
        f"nslookup {target.host}   (mend the record, or: finsecure webhooks update {_id(context, url)} --url URL)",
    )


def _id(context: Context, url: str) -> str:
    return next((one["id"] for one in context.facts.endpoints if one["url"] == url), "we_…")


def _plain(url: str, target: Target) -> Finding:
    this = _PREFIX + "tls"
    if loopback(target.host):
        return passed(this, "plain http, on this machine only")
    return warned(
        this,
        Side.CONFIGURATION,
        f"events go to {url} unencrypted",
        "Whoever is on the way reads and changes them. Live mode takes https only.",
        f"serve it by https, and use https:{url.removeprefix('http:')}",
    )


def _encrypted(context: Context, target: Target) -> Finding:
    this = _PREFIX + "tls"
    try:
        line = dial(context.world.net, target, context.trust(), context.until)
    except errors.ConfigurationError as error:
        return skipped(this, error.message)
    except Fault as fault:
        raise _Told(
            failed(
                this,
                Side.SERVER,
                f"{target.host}: {fault.detail}",
                "No trusted TLS connection came about, so no event is ever sent.",
                f"openssl s_client -connect {target.host}:{target.port} -servername {target.host}   "
                "(serve a valid certificate with its whole chain)",
            )
        ) from fault
    line.sock.close()
    certificate = read(line.certificate)
    assert certificate is not None
    days = (certificate.ends.timestamp() - context.world.now()) / 86_400
    if days < _DAYS_LEFT:
        return warned(
            this,
            Side.SERVER,
            f"the certificate of {target.host} ends in {max(days, 0):.0f} days",
            "From then on no event arrives.",
            "renew the certificate of the endpoint's host",
        )
    return passed(this, f"{line.tls_version}, {days:.0f} days left")


def _nobodys() -> str:
    return "whsec_" + base64.b64encode(os.urandom(24)).decode()


def _signed(url: str, secret: str, written: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A test event as FinSecure writes it, or as `written` says, and its headers."""
    about = {
        "id": f"we_{os.urandom(13).hex()}",  # handlers read it of every event, whatever its type
        "object": "webhook_endpoint",
        "created": int(time.time()),
        "description": "Prüfung",
        "livemode": False,
        "metadata": {},
        "url": url,
    }
    made = event("webhook_endpoint.test", about)
    how = written if written or secret is None else {"separators": (",", ":"), "ensure_ascii": False}
    body = json.dumps(made, **how).encode()
    try:
        return body, sign(body, made["id"], secret, int(time.time()))
    except ValueError:
        return body, sign(body, made["id"], _nobodys(), int(time.time()))


def _post(context: Context, url: str, letter: tuple[bytes, dict[str, str]]) -> Answer:
    body, headers = letter
    sent = {**headers, "User-Agent": USER_AGENT, "FinSecure-Attempt": "1"}
    trust = context.trust() if url.startswith("https:") else None
    try:
        return ask(context.world.net, url, "POST", context=trust, headers=sent, body=body, until=context.until)
    except Fault as fault:
        raise _Told(_no_answer(url, fault)) from fault


def _no_answer(url: str, fault: Fault) -> Finding:
    if fault.kind == "timeout":
        return failed(
            _PREFIX + "time",
            Side.SERVER,
            f"{url} did not answer in time",
            "It took the event and did not answer: it does its work first, or it hangs. What is not answered is sent "
            "again and again.",
            "store the event, answer 2xx at once, and do the work afterwards",
        )
    return failed(
        _PREFIX + "answer",
        Side.SERVER,
        f"{url}: {fault.detail}",
        "The application crashed over the event, or the port belongs to another service.",
        f"curl -i -X POST {url}   (and look into the application's log)",
    )


def _not_redirected(context: Context, url: str, answer: Answer) -> Finding:
    this = _PREFIX + "redirect"
    if not 300 <= answer.status < 400:
        return passed(this, "it answers itself")
    to = urljoin(url, answer.headers.get("location", ""))
    raise _Told(
        failed(
            this,
            Side.CONFIGURATION,
            f"{url} answered {answer.status}, a redirect to {to}",
            "Deliveries follow no redirect: each counts as failed, and the event is sent again.",
            f"finsecure webhooks update {_id(context, url)} --url {to}",
        )
    )


def _timely(url: str, answer: Answer) -> Finding:
    this = _PREFIX + "time"
    took = answer.seconds["wait"]
    if took <= _SLOW_SECONDS:
        return passed(this, f"{took * 1000:.0f} ms")
    return warned(
        this,
        Side.SERVER,
        f"{url} took {took:.1f} s to answer",
        "An event that is not answered within the endpoint's timeout is sent again.",
        "store the event, answer 2xx at once, and do the work afterwards",
    )


def _answered(url: str, answer: Answer) -> Finding:
    this = _PREFIX + "answer"
    status = answer.status
    if status in _NOT_THERE:
        raise _Told(
            failed(
                this,
                Side.CONFIGURATION,
                f"{url} answered {status}: there is no handler for POST at this path",
                "The host is right and the path is not, or the route takes other methods only.",
                f"curl -i -X POST {url}   (correct the path: {urlsplit(url).path or '/'})",
            )
        )
    if status >= 500:
        raise _Told(
            failed(
                this,
                Side.SERVER,
                f"{url} answered {status}: the handler broke",
                f"It said: {answer.body[:120].decode('utf-8', 'replace')!r}.",
                "look into the application's log of this moment   (finsecure doctor webhook sends it again)",
            )
        )
    return passed(this, f"the handler answers ({status})")


def _accepted(context: Context, url: str, answer: Answer | None) -> Finding:
    this = _PREFIX + "signature_accepted"
    if answer is None:
        return skipped(this, "FINSECURE_WEBHOOK_SECRET is not set, so nothing can be signed here", blocks=False)
    if answer.status < 300:
        return passed(this, f"{answer.status} to an event with a good signature")
    way = _rewritten(context, url)
    if way is not None:
        return failed(
            this,
            Side.SERVER,
            f"{url} verifies a body that it has parsed and written anew",
            f"It takes the same event when it is written as {way} writes it. The signature is over the bytes as they "
            "arrive.",
            "verify the raw body: Flask request.get_data(), Django request.body, Express express.raw({type: '*/*'})",
        )
    if answer.status in {401, 403} and "www-authenticate" in answer.headers:
        return failed(
            this,
            Side.SERVER,
            f"{url} answered {answer.status}: it asks for a log-in",
            "Something before the handler wants to know who calls; FinSecure proves itself by its signature only.",
            "take the webhook's path out of the application's log-in",
        )
    return failed(
        this,
        Side.CONFIGURATION,
        f"{url} answered {answer.status} to an event that is signed with FINSECURE_WEBHOOK_SECRET",
        "The receiver verifies with another secret than the one that is set here.",
        f"finsecure webhooks roll-secret {_id(context, url)} --reveal   (the receiver needs what it shows)",
    )


def _rewritten(context: Context, url: str) -> str | None:
    """What the receiver writes bodies anew with, if it takes one that is written so already."""
    secret = context.asked.webhook_secrets[0]
    for way, how in _REWRITTEN:
        if _post(context, url, _signed(url, secret, how or {"separators": (", ", ": ")})).status < 300:
            return way
    return None


def _refused(url: str, answer: Answer) -> Finding:
    this = _PREFIX + "signature_refused"
    if answer.status < 300:
        return failed(
            this,
            Side.SERVER,
            f"{url} answered {answer.status} to an event whose signature is wrong: it believes anybody",
            "Anybody who knows the address can make your shop believe that it was paid.",
            "verify every request first: event = finsecure.Webhook.construct_event(body, headers, secret)",
        )
    if answer.status < 500:
        return passed(this, f"{answer.status} to an event with a wrong signature")
    return warned(
        this,
        Side.SERVER,
        f"{url} answered {answer.status} to an event with a wrong signature",
        "A crash cannot be told from a refusal.",
        "answer 400 when a signature is wrong",
    )
