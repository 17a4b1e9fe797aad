"""`finsecure events resend`: one event once more, to its endpoints or to an address on this machine."""

from __future__ import annotations

from typing import Any

import click

from finsecure.cli import forward, listening, told
from finsecure.cli.failures import NO_REPLY, OK, UNEXPECTED
from finsecure.cli.flags import command
from finsecure.cli.session import Session, with_session


@command("resend")
@click.argument("event", nargs=-1, required=True)
@click.option("--webhook-endpoint", metavar="WE", help="Only to this endpoint, whatever its filter.")
@click.option("--forward-to", metavar="URL", help="To this address instead, signed as listen does.")
@with_session
def resend(session: Session, event: tuple[str, ...], webhook_endpoint: str | None, forward_to: str | None) -> None:
    """Send events again: to every endpoint that was to hear of them, or wants their type by now."""
    if forward_to:
        click.get_current_context().exit(_here(session, event, forward_to))
    made: list[dict[str, Any]] = []
    for one in event:
        asked = {"webhook_endpoint": webhook_endpoint} if webhook_endpoint else {}
        found = session.post(f"/v1/events/{one}/resend", **asked)
        made += told.page(found, f"POST /v1/events/{one}/resend")["data"] if found["object"] == "list" else [found]
    if session.flags.json:
        session.out.json({"object": "list", "url": "/v1/webhook_deliveries", "data": made})
        return
    cells = [[row["id"], row["status"], row["event_type"], str(row["webhook_endpoint"])] for row in made]
    session.out.table(["id", "status", "event_type", "webhook_endpoint"], cells, status="status")
    session.out.note("How one fares: finsecure explain dlv_…")


def _here(session: Session, events: tuple[str, ...], forward_to: str) -> int:
    """The exit code: whether every one was answered with 2xx."""
    where = listening.of(session)
    code = OK
    with forward.Forwarder(forward.address(forward_to), where.secret(), session.base) as sender:
        for one in events:
            outcome = sender.send(session.get(f"/v1/events/{one}"))
            listening.say(session, outcome)
            if outcome.status is None:
                code = NO_REPLY
            elif not outcome.good:
                code = code or UNEXPECTED
    return code
