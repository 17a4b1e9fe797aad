"""`finsecure logs tail`: requests as they are answered."""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable
from typing import Any, Final

import click

from finsecure import errors
from finsecure.cli import values
from finsecure.cli.failures import Stop
from finsecure.cli.flags import command
from finsecure.cli.follower import Follower, Patience, newest
from finsecure.cli.output import clock, flat
from finsecure.cli.session import USER_AGENT, Session, with_session

PATH: Final = "/v1/request_logs"
_CONDITION: Final = re.compile(r"\s*([a-z_][a-z0-9_.]*)\s*(!=|>=|<=|=|>|<|~)\s*(.*)", re.DOTALL)
_SAME: Final = {"=": operator.eq, "!=": operator.ne}
_SIZE: Final = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_FIELDS: Final = (
    "status, method, path, error_code, object_id, api_key, ip, user_agent, duration_us, request.…, response.error.…"
)


@command("tail")
@click.option(
    "--where", multiple=True, metavar="FIELD=VALUE", help="Only these; also != > >= < <=, and ~ for contains."
)
@click.option("--status", metavar="4xx", help="Only this status, or this class of them.")
@click.option("--since", metavar="TIME", help="Begin with those since: 10m, 2h, or a date.")
@click.option("--no-follow", is_flag=True, help="End when all that is there is shown.")
@click.option("--own", is_flag=True, help="Also what this command and listen ask.")
@click.option(
    "--interval", type=click.FloatRange(0.1), default=1.0, show_default=True, help="Seconds between two looks."
)
@with_session
def tail(session: Session, /, where: tuple[str, ...], status: str | None, since: str | None, **more: Any) -> None:
    r"""Follow the request log: what was asked, what was answered, how long it took.

    \b
    finsecure logs tail --status 4xx
    finsecure logs tail --where path~/refunds --where duration_us>=50000 --since 1h --no-follow
    """
    wanted = [_condition(one) for one in where] + ([_status(status)] if status else [])
    anchor = newest(session.page, PATH, {}, None if since is None else values.moment(since))
    follower = Follower(session.page, PATH, {}, anchor)
    patience = Patience(session.out.note)
    if not more["no_follow"]:
        session.out.note(session.out.notes.dim(f"Following {session.base}{PATH}; Ctrl-C ends it."))
    while True:
        try:
            for log in follower.new():
                if (more["own"] or not _ours(log)) and all(one(log) for one in wanted):
                    _print(session, log)
                follower.mark(log["id"])
            patience.well()
        except errors.FinSecureError as error:
            patience.failed(error)
            continue
        if more["no_follow"]:
            return
        time.sleep(more["interval"])


def _ours(log: dict[str, Any]) -> bool:
    return log["method"] == "GET" and log["path"] in {PATH, "/v1/events"} and log["user_agent"] == USER_AGENT


def _condition(text: str) -> Callable[[dict[str, Any]], bool]:
    """A test of a log from `field=value`. Numbers are compared as numbers. Stop if it cannot be read."""
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise Stop(f"--where takes field=value, and {text!r} is not that.", f"Fields: {_FIELDS}")
    name, sign, value = found.groups()
    if name.partition(".")[0] not in _NAMES:
        raise Stop(f"A request in the log has no field {name!r}.", f"Fields: {_FIELDS}")
    if sign == "~":
        return lambda log: value.lower() in flat(log, name).lower()
    if sign in _SAME:
        same = _SAME[sign]
        return lambda log: bool(same(flat(log, name), value))
    number = values.whole(value)
    if number is None:
        raise Stop(f"{sign} compares numbers, and {value[:60]!r} is none.")
    compare, limit = _SIZE[sign], number

    def matches(log: dict[str, Any]) -> bool:
        found = values.whole(flat(log, name))
        return found is not None and bool(compare(found, limit))

    return matches


_NAMES: Final = frozenset(
    "id api_key api_version created duration_us error_code idempotency_key ip livemode method object_id path request"
    " response status user_agent".split()
)


def _status(text: str) -> Callable[[dict[str, Any]], bool]:
    if re.fullmatch(r"[1-5]xx", text):
        return lambda log: str(log["status"]).startswith(text[0])
    if re.fullmatch(r"[1-5]\d\d", text):
        return lambda log: str(log["status"]) == text
    raise Stop(f"{text!r} is no status.", "Say 402, or 4xx for all that begin with 4.")


def _print(session: Session, log: dict[str, Any]) -> None:
    if session.flags.json:
        session.out.json_lines([log])
        return
    look = session.out.look
    status = look.status(str(log["status"]))
    took = f"{log['duration_us'] / 1000:.1f} ms"
    code = f"  {log['error_code']}" if log["error_code"] else ""
    about = f"  {log['object_id']}" if log["object_id"] else ""
    call = f"{status}  {log['method']:<6} {log['path']}"
    session.out.line(f"{look.dim(clock(log['created']))}  {call}  {took}{code}{about}  {look.dim(log['id'])}")
