"""`finsecure webhooks replay`: send an endpoint again what it missed, at a steady rate, and watch it."""

from __future__ import annotations

import sys
import time
from typing import Any, Final

import click

from finsecure import errors
from finsecure.cli.failures import Stop
from finsecure.cli.flags import command
from finsecure.cli.follower import Patience
from finsecure.cli.output import lasting
from finsecure.cli.session import Session, with_session

PATH: Final = "/v1/webhook_replays"
STATES: Final = ("canceled", "delivered", "exhausted", "held", "missing")
_LOOK: Final = 0.5  # seconds between two looks at how far it is
_BAR: Final = 30  # letters


@command("replay")
@click.argument("webhook_endpoint")
@click.option("--since", metavar="TIME", help="Events from this time on: 10m, 2h, 3d, or a date.")
@click.option("--until", metavar="TIME", help="Events before this time.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(STATES), help="Default: exhausted and held; again for more."
)
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only these types or families; again for more.")
@click.option("--related-object", metavar="ID", help="Only events about this object.")
@click.option("--rate", type=click.IntRange(1, 1000), help="Deliveries a second.")
@click.option("--dry-run", is_flag=True, help="Count what it would send, and send nothing.")
@click.option("--detach", is_flag=True, help="Do not wait for the end.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_session
def replay(session: Session, /, webhook_endpoint: str, **given: Any) -> None:
    r"""Count what matches, ask, send it again, and show how far it is. Ctrl-C offers to cancel.

    \b
    finsecure webhooks replay we_… --since 2h --dry-run
    finsecure webhooks replay we_… --since 2026-11-22 --state exhausted --rate 50
    """
    asked = _params(session, webhook_endpoint, given)
    preview = session.post(PATH, **asked, dry_run="true")
    if given["dry_run"] or not preview["total"]:
        _preview(session, preview)
        return
    if not given["yes"]:
        least = "at least " if preview["total_is_at_least"] else ""
        count, span = f"{least}{preview['total']} deliveries", lasting(preview["seconds"])
        session.ask_or_stop(f"{count} are sent again to {webhook_endpoint} in about {span}. Go on?", "--yes")
    made = session.post(PATH, **asked)
    if not given["detach"]:
        made = _watch(session, made)
    if session.flags.json:
        session.out.json(made)
        return
    done = made["progress"]
    session.out.line(
        f"{made['id']} {made['status']}: {done['delivered']} arrived, {done['pending']} pending, "
        f"{done['exhausted']} given up, {done['canceled'] + done['held']} not sent"
    )
    if done["exhausted"] or done["pending"]:
        session.out.note(f"Why: finsecure attempts list --webhook-endpoint {webhook_endpoint} --status failed")


def _params(session: Session, endpoint: str, given: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {"webhook_endpoint": endpoint}
    for edge, name in (("created[gte]", "since"), ("created[lt]", "until")):
        if given[name]:
            asked[edge] = session.moment(given[name])
    for name in ("states", "types"):
        if given[name]:
            asked[name] = list(given[name])
    for name in ("related_object", "rate"):
        if given[name]:
            asked[name] = given[name]
    if "missing" in given["states"] and not given["since"]:
        raise Stop("--state missing needs --since.", "What is past its retention counts as missing, too.")
    return asked


def _preview(session: Session, preview: dict[str, Any]) -> None:
    if session.flags.json:
        session.out.json(preview)
        return
    if not preview["total"]:
        states = ", ".join(preview["filter"]["states"])
        session.out.line(f"Nothing matches: no deliveries to {preview['webhook_endpoint']} are {states}.")
        return
    least = "at least " if preview["total_is_at_least"] else ""
    count, span = f"{least}{preview['total']} deliveries", lasting(preview["seconds"])
    session.out.line(f"It would send {count} at {preview['rate']} a second, in about {span}.")


def _watch(session: Session, made: dict[str, Any]) -> dict[str, Any]:
    """Look until it has ended. Ctrl-C asks whether to cancel it; it goes on without us if not."""
    patience = Patience(session.out.note)
    try:
        while made["status"] in {"running", "canceling"}:
            _draw(session, made)
            time.sleep(_LOOK)
            try:
                made = session.get(f"{PATH}/{made['id']}")
                patience.well()
            except errors.FinSecureError as error:
                patience.failed(error)
    except KeyboardInterrupt:
        _draw(session, made, last=True)
        return _interrupted(session, made)
    _draw(session, made, last=True)
    return made


def _interrupted(session: Session, made: dict[str, Any]) -> dict[str, Any]:
    asks = sys.stdin.isatty() and sys.stderr.isatty() and not session.flags.no_input
    if asks and click.confirm("Cancel it? What was not tried goes back to where it stood.", default=True, err=True):
        return session.post(f"{PATH}/{made['id']}/cancel")
    session.out.note(f"It goes on without this command: finsecure replays get {made['id']}")
    session.out.note(f"To cancel it: finsecure replays cancel {made['id']}")
    raise KeyboardInterrupt


def _draw(session: Session, made: dict[str, Any], *, last: bool = False) -> None:
    """The bar, on a terminal."""
    if not sys.stderr.isatty() or session.flags.quiet:
        return
    done = made["progress"]
    full = _BAR * made["percent"] // 100
    bar = "█" * full + "░" * (_BAR - full)
    counts = f"{done['delivered']} arrived, {done['untried']} to go, {done['exhausted']} given up"
    line = f"{bar} {made['percent']:>3} %  {counts}"
    click.echo(f"\r\x1b[K{line}" if not last else f"\r\x1b[K{line}\n", nl=False, err=True)
