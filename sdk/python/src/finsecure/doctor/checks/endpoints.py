"""The account's webhook endpoints, and their tests from FinSecure's side."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlsplit

from finsecure import errors
from finsecure.doctor.checks.payments import of_error
from finsecure.doctor.context import Context, loopback
from finsecure.doctor.finding import Finding, Side, Status, failed, passed, skipped, warned

TESTED_MAX: Final = 3  # endpoints in one run
#: What the server's test looks at: its ids, in its order (core/endpoint_check.py), and whose side each is on.
SERVER_CHECKS: Final = {
    "reachable": Side.SERVER,
    "tls": Side.SERVER,
    "redirect": Side.CONFIGURATION,
    "time": Side.SERVER,
    "signature_accepted": Side.SERVER,
    "duplicate": Side.SERVER,
    "signature_refused": Side.SERVER,
}
_PREFIX: Final = "webhook.server."
_STATUS: Final = re.compile(r"answered ([0-9]{3}) to")
_NOT_THERE: Final = frozenset({"404", "405", "410"})
_REFUSED: Final = frozenset({"400", "401", "403"})
_WORST: Final = (Status.FAIL, Status.ERROR, Status.WARN, Status.PASS, Status.SKIPPED)


def endpoints(context: Context) -> Finding:
    """Which endpoints there are, and whether events go to them at all."""
    this = "webhook.endpoints"
    try:
        found = [one.to_dict() for one in context.client().webhook_endpoints.list(limit=100).data]
    except errors.FinSecureError as error:
        return of_error(context, this, error, "list endpoints")
    url = context.asked.webhook_url
    mine = [one for one in found if url is None or _same(one["url"], url)]
    context.facts.endpoints = mine
    if not mine and url is not None:
        return warned(
            this,
            Side.CONFIGURATION,
            f"no endpoint of this account has the address {url}",
            f"No event is sent there. The account has {len(found)} other{'' if len(found) == 1 else 's'} in this mode.",
            f"finsecure webhooks create --url {url} --enabled-events '*' --reveal",
        )
    if not mine:
        return skipped(this, "no webhook endpoint in this mode")
    return _not_served(this, mine) or _wrong_secret(context, this, mine) or passed(this, _counted(mine))


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")


def _counted(found: list[dict[str, Any]]) -> str:
    return (
        "one endpoint, events are sent to it" if len(found) == 1 else f"{len(found)} endpoints, events are sent to all"
    )


def _not_served(this: str, found: list[dict[str, Any]]) -> Finding | None:
    for one in found:
        health, url = one["health"], one["url"]
        waiting = f"{health['held'] or health['pending']} deliveries wait"
        if one["status"] == "disabled":
            reason = "nothing had arrived for days" if one["disabled_reason"] == "failing" else "somebody disabled it"
            return warned(
                this,
                Side.CONFIGURATION,
                f"the endpoint {url} is disabled: {reason}",
                f"Nothing is sent to it; {waiting}.",
                f"finsecure webhooks enable {one['id']} --replay-held",
            )
        if health["state"] in {"failing", "unreachable"}:
            return warned(
                this,
                Side.SERVER,
                f"the endpoint {url} accepts nothing any more",
                f"It is {health['state']}; {waiting}. It is disabled if it stays like this for five days.",
                f"finsecure webhooks test {one['id']}",
            )
    return None


def _wrong_secret(context: Context, this: str, found: list[dict[str, Any]]) -> Finding | None:
    """Every secret ends in four letters that the API shows: none of ours need be sent to compare them."""
    ours = {secret[-4:] for secret in context.asked.webhook_secrets}
    if not ours or len(found) != 1:
        return None
    theirs = [secret["last4"] for secret in found[0]["secrets"]]
    if ours & set(theirs):
        return None
    # Unless this endpoint was asked for, the secret may be that of `finsecure listen`, and quite right.
    told = warned if context.asked.webhook_url is None else failed
    return told(
        this,
        Side.CONFIGURATION,
        f"FINSECURE_WEBHOOK_SECRET is not the secret of {found[0]['url']}",
        f"It ends in {', '.join(sorted(ours))}, and the endpoint's in {', '.join(theirs)}. Every event that is "
        "verified with it is refused.",
        f"finsecure webhooks roll-secret {found[0]['id']} --reveal   (set FINSECURE_WEBHOOK_SECRET to what it shows)",
    )


def from_server(context: Context) -> list[Finding]:
    """The server's own test of each endpoint: signed, the same again, and with a wrong signature."""
    found = context.facts.endpoints[:TESTED_MAX]
    if not found:
        return _all_skipped("there is no endpoint to test")
    if "_live_" in context.facts.key and not context.asked.live:
        return _all_skipped("with a live key, test events are sent only if you say --live")
    until = context.until

    def one(endpoint: dict[str, Any]) -> list[Finding]:
        context.begin(until)
        return _tested(context, endpoint)

    with ThreadPoolExecutor(len(found)) as pool:
        return worst(pool.map(one, found), [_PREFIX + name for name in SERVER_CHECKS])


def _tested(context: Context, endpoint: dict[str, Any]) -> list[Finding]:
    try:
        result = context.client().webhook_endpoints.test(endpoint["id"]).to_dict()
    except errors.APIConnectionError as error:
        if error.kind != "timeout":
            return [of_error(context, _PREFIX + "reachable", error, "test the endpoint")]
        slow = warned(
            _PREFIX + "time",
            Side.SERVER,
            f"{endpoint['url']} did not finish three events within 3 s",
            "It answers slowly or not at all. Whoever takes longer than the endpoint's timeout gets the event again.",
            "store the event, answer 2xx at once, and do the work afterwards",
        )
        return [slow, *_all_skipped("the test was not finished in time", but=slow.id)]
    except errors.FinSecureError as error:
        first = of_error(context, _PREFIX + "reachable", error, "test the endpoint")
        return [first, *_all_skipped("the endpoint was not tested", but=first.id)]
    found = [_of_check(endpoint, check) for check in result["checks"] if check["id"] in SERVER_CHECKS]
    if any(one.id == _PREFIX + "reachable" and one.status is Status.PASS for one in found):
        context.facts.reached.add(endpoint["url"])
    return found


def _of_check(endpoint: dict[str, Any], check: dict[str, Any]) -> Finding:
    this = _PREFIX + check["id"]
    detail, fix = check["detail"].rstrip("."), check["fix"] or ""
    match check["status"]:
        case "pass":
            return passed(this, detail)
        case "skipped":
            return skipped(this, detail)
        case "warn" if check["id"] == "tls" and loopback(urlsplit(endpoint["url"]).hostname or ""):
            return passed(this, "plain http, on this machine only")
        case "warn":
            return warned(this, SERVER_CHECKS[check["id"]], f"{endpoint['url']}: {detail}", "", fix)
    side = SERVER_CHECKS[check["id"]]
    why = "FinSecure sent it a test event, as it sends every event."
    if check["id"] == "reachable" and "address" in detail:
        side = Side.CONFIGURATION
    status = next(iter(_STATUS.findall(detail)), "") if check["id"] == "signature_accepted" else ""
    if status in _NOT_THERE:
        side = Side.CONFIGURATION
        why = "The host is right and the path is not, or the route takes other methods than POST only."
    if status in _REFUSED:
        why = (
            "It refuses what FinSecure signs: it verifies with another secret, or not the body as it arrived. With "
            "FINSECURE_WEBHOOK_SECRET set and --webhook-url, doctor tells which."
        )
    return failed(this, side, f"{endpoint['url']}: {detail}", why, fix)


def _all_skipped(why: str, but: str = "") -> list[Finding]:
    return [skipped(_PREFIX + name, why, blocks=False) for name in SERVER_CHECKS if _PREFIX + name != but]


def worst(groups: Iterable[list[Finding]], ids: list[str]) -> list[Finding]:
    """Of several endpoints, the worst finding for each id."""
    every = [finding for group in groups for finding in group]
    return [
        min((one for one in every if one.id == this), key=lambda one: _WORST.index(one.status))
        for this in ids
        if any(one.id == this for one in every)
    ]
