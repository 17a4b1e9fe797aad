"""`finsecure trigger`: bring an event about by doing, in test mode, what causes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from finsecure.cli import values
from finsecure.cli.data_tables import table
from finsecure.cli.failures import SERVER, Stop
from finsecure.cli.flags import command
from finsecure.cli.follower import newest
from finsecure.cli.session import Session, chosen, with_session
from finsecure.cli.stories import IMPOSSIBLE, MOVES_THE_CLOCK, STORIES, Stage

T = TypeVar("T")
PATH: Final = "/v1/events"
_LOOK: Final = 0.25  # seconds between two looks


@command("trigger")
@click.argument("event", required=False)
@click.option("--list", "list_", is_flag=True, help="List what can be triggered.")
@click.option("--amount", type=click.IntRange(1), help="In minor units, 2000 unless you say.")
@click.option("--currency", default="usd", show_default=True)
@click.option("--card", metavar="CARD", help="Another test card than the story's: finsecure cards.")
@click.option("--decline", metavar="CODE", help="Why the bank declines, for payment_failed.")
@click.option("-d", "--data", multiple=True, metavar="KEY=VALUE", help="A parameter more, of the first object.")
@click.option("--advance-clock", is_flag=True, help="Move the clock of test mode, where an event takes days.")
@click.option(
    "--wait", type=click.FloatRange(0), default=20.0, show_default=True, help="Seconds to wait for the event."
)
@with_session
def trigger(session: Session, /, event: str | None, list_: bool, **given: Any) -> None:
    r"""Bring an event about: makes real objects in test mode, says each call, and prints the event.

    \b
    finsecure trigger payment_intent.succeeded --amount 5000
    finsecure trigger payment_intent.payment_failed --decline insufficient_funds
    """
    if list_ or event is None:
        _list(session)
        return
    kind = chosen(event, list(table("events")), "event-type")
    _possible(session, kind, advance=given["advance_clock"])
    before = newest(session.page, PATH, {})

    def wait(look: Callable[[], T]) -> T:
        return _wait(look, given["wait"])

    stage = Stage(session, {**given, "overrides": values.pairs(given["data"]), "wait": wait})
    STORIES[kind](stage)
    found = wait(lambda: _caused(session, kind, before, stage.made))
    if not found:
        raise Stop(
            f"The calls were made, and {kind} has not come within {given['wait']:.0f} s.",
            "Does the worker run? finsecure status says how late its work is.",
            f"finsecure events list --related-object {stage.made[0]}" if stage.made else "finsecure events list",
            code=SERVER,
        )
    _print(session, found[0], stage)


def _wait(look: Callable[[], T], seconds: float) -> T:
    """What `look` finds, as soon as it finds anything, or what it found last."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > until:
            return found
        time.sleep(_LOOK)


def _possible(session: Session, kind: str, *, advance: bool) -> None:
    if session.live:
        raise Stop(
            "This is a live key, and events are triggered in test mode only.", "Give a key that begins with sk_test_."
        )
    if kind in IMPOSSIBLE:
        raise Stop(f"{kind} cannot be brought about by a call.", IMPOSSIBLE[kind])
    if kind in MOVES_THE_CLOCK and not advance:
        raise Stop(
            f"{kind} comes after days: the clock of the account's test mode has to be moved on, for all that is in it.",
            f"finsecure trigger {kind} --advance-clock",
        )


def _caused(session: Session, kind: str, before: str | None, made: list[str]) -> list[dict[str, Any]]:
    """The events of this type since, about one of the objects that were made; of a balance, any."""
    since = {"ending_before": before} if before else {}
    found = session.page(PATH, type=kind, limit=100, **since)["data"]
    return [one for one in found if kind == "balance.available" or _about(one) & set(made)]


def _about(event: dict[str, Any]) -> set[str]:
    about = event["data"]["object"]
    names = ("id", "charge", "payment_intent", "latest_charge")
    return {about[name] for name in names if isinstance(about.get(name), str)}


def _print(session: Session, event: dict[str, Any], stage: Stage) -> None:
    if session.flags.json:
        session.out.json({"schema": "finsecure.trigger/1", "event": event, "calls": stage.calls})
        return
    about = event["data"]["object"].get("id", "")
    waiting = f", {event['pending_webhooks']} deliveries under way" if event["pending_webhooks"] else ""
    session.out.line(f"{session.out.look.good('✓')} {event['type']}  {event['id']}  about {about}{waiting}")
    session.out.note(f"finsecure explain {event['id']}")


def _list(session: Session) -> None:
    rows = [
        {"type": name, "says": says, "possible": name in STORIES, "moves_the_clock": name in MOVES_THE_CLOCK}
        for name, says in table("events").items()
    ]
    if session.flags.json:
        session.out.json({"schema": "finsecure.triggers/1", "events": rows})
        return
    marks = {True: "needs --advance-clock", False: ""}
    cells = [
        [str(row["type"]), marks[bool(row["moves_the_clock"])], str(row["says"])] for row in rows if row["possible"]
    ]
    session.out.table(["type", "note", "when"], cells)
