"""`finsecure status`: does the server answer, is it well, what may this key do, and how do webhooks fare."""

from __future__ import annotations

import time
from typing import Any

import click

from finsecure import errors
from finsecure.cli.failures import OK, SERVER
from finsecure.cli.flags import command
from finsecure.cli.masking import masked
from finsecure.cli.output import lasting
from finsecure.cli.session import Session, with_session


@command("status")
@with_session
def status(session: Session) -> None:
    """Is the server well, what may this key do, and what went wrong of late. Ends with 0 if all is well."""
    began = time.monotonic()
    health = session.call("GET", "/health", {"ready": "1"})
    milliseconds = (time.monotonic() - began) * 1000
    found = {
        "schema": "finsecure.status/1",
        "api_base": session.base,
        "server": {
            "status": health.data["status"],
            "version": health.data["version"],
            "work_late_seconds": health.data.get("work_late_seconds"),
            "reply_ms": round(milliseconds, 1),
        },
        "key": _key(session),
        "requests": _requests(session),
        "webhooks": _webhooks(session),
    }
    if session.flags.json:
        session.out.json(found)
    else:
        _say(session, found)
    code = OK if health.data["status"] == "ready" else SERVER
    click.get_current_context().exit(code)


def _key(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = {"key": masked(session.key), "mode": "live" if session.live else "test"}
    try:
        answer = session.call("GET", "/v1/account")
    except errors.PermissionError:
        return {**found, "account": None}  # a restricted key that may not read the account
    limits = answer.reply.headers
    return {
        **found,
        "account": answer.data["id"],
        "rate_limit": limits.get("x-ratelimit-limit"),
        "rate_limit_remaining": limits.get("x-ratelimit-remaining"),
    }


def _requests(session: Session) -> dict[str, Any] | None:
    """Of the last hundred requests, how many failed and with which codes."""
    try:
        rows = session.page("/v1/request_logs", limit=100)["data"]
    except errors.PermissionError:
        return None
    failed: dict[str, int] = {}
    for row in rows:
        if row["status"] >= 400:
            code = row["error_code"] or f"HTTP {row['status']}"
            failed[code] = failed.get(code, 0) + 1
    since = min((row["created"] for row in rows), default=None)
    times = sorted(row["duration_us"] for row in rows)
    return {
        "count": len(rows),
        "since": since,
        "failed": dict(sorted(failed.items(), key=lambda one: -one[1])),
        "median_ms": round(times[len(times) // 2] / 1000, 1) if times else None,
    }


def _webhooks(session: Session) -> list[dict[str, Any]] | None:
    try:
        rows = session.page("/v1/webhook_endpoints", limit=100)["data"]
    except errors.PermissionError:
        return None
    return [
        {
            "id": row["id"],
            "url": row["url"],
            "state": row["health"]["state"],
            "pending": row["health"]["pending"],
            "held": row["health"]["held"],
        }
        for row in rows
    ]


def _say(session: Session, found: dict[str, Any]) -> None:
    out, look = session.out, session.out.look
    server, key = found["server"], found["key"]
    late = server["work_late_seconds"]
    mark = look.good("✓") if server["status"] == "ready" else look.bad("✗")
    took = f"{server['reply_ms']} ms"
    out.line(f"{mark} server    {server['status']}, version {server['version']}, {took}, {found['api_base']}")
    if late and late > 5:
        out.line(f"{look.warn('!')} work      the oldest is {lasting(late)} late: is a worker running?")
    mode = look.bad("LIVE") if key["mode"] == "live" else "test"
    account = key["account"] or "not readable by this key"
    out.line(f"{look.good('✓')} key       {key['key']}, {mode} mode, account {account}")
    if key.get("rate_limit"):
        out.line(
            f"{look.good('✓')} limits    {key['rate_limit_remaining']} of {key['rate_limit']} calls a second are left"
        )
    requests = found["requests"]
    if requests and requests["count"]:
        _say_requests(session, requests)
    for row in found["webhooks"] or ():
        good = row["state"] == "healthy"
        waiting = f", {row['pending']} pending" if row["pending"] else ""
        held = f", {row['held']} held" if row["held"] else ""
        out.line(f"{look.good('✓') if good else look.warn('!')} webhook   {row['url']} {row['state']}{waiting}{held}")
        if not good:
            out.line(f"            finsecure explain {row['id']}")


def _say_requests(session: Session, requests: dict[str, Any]) -> None:
    look = session.out.look
    failed = sum(requests["failed"].values())
    span = lasting(time.time() - requests["since"])
    mark = look.good("✓") if not failed else look.warn("!")
    counts = f"{failed} of the last {requests['count']} failed ({span})"
    session.out.line(f"{mark} requests  {counts}; half took {requests['median_ms']} ms or less")
    for code, count in list(requests["failed"].items())[:3]:
        session.out.line(f"            {count} times {code}: finsecure explain {code}")
