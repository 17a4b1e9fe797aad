"""`finsecure listen`: events as they happen, forwarded to an address on this machine, and none missed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

import click

from finsecure import errors
from finsecure.cli import forward, listening
from finsecure.cli.data_tables import table
from finsecure.cli.failures import NO_REPLY, Stop
from finsecure.cli.flags import command
from finsecure.cli.follower import Follower, Patience, newest
from finsecure.cli.forward import Forwarder, Outcome
from finsecure.cli.output import ago
from finsecure.cli.session import Session, with_session

PATH: Final = "/v1/events"
_TYPES_MAX: Final = 20  # that the API takes at once
_WAIT_MAX: Final = 5.0  # seconds between two tries to reach an application that is not there


@command("listen")
@click.option(
    "--forward-to", metavar="URL", help="For instance localhost:8000/webhook. Without it events are only shown."
)
@click.option(
    "--events", multiple=True, metavar="TYPE", help="Only these: payment_intent.succeeded, refund.*; again for more."
)
@click.option(
    "--since", metavar="TIME", help="Begin with those since: 10m, 2h, a date; now: leave out what was missed."
)
@click.option("-H", "--header", multiple=True, metavar="NAME: VALUE", help="A header of yours, with every event.")
@click.option("--insecure", is_flag=True, help="Take any certificate of the address.")
@click.option("--print-secret", is_flag=True, help="Print the signing secret, and end.")
@click.option("--once", is_flag=True, help="End when all that is there is forwarded.")
@click.option(
    "--interval", type=click.FloatRange(0.1), default=1.0, show_default=True, help="Seconds between two looks."
)
@with_session
def listen(
    session: Session, /, forward_to: str | None, events: tuple[str, ...], since: str | None, **more: Any
) -> None:
    """Forward events to your application while you write it.

    It goes on where it stopped, so what happens while it does not run, or while the server is away, comes when it is
    back. Each event is signed as the server signs, with a secret that stays the same; it is printed first. An event
    that your application refuses is shown and not sent again: finsecure events resend evt_… --forward-to URL.
    """
    place = listening.of(session)
    if more["print_secret"]:
        click.echo(place.secret())
        return
    url = forward.address(forward_to) if forward_to else ""
    params = _types(events)
    cursor = place.cursor(url or "nowhere")
    with contextlib.ExitStack() as stack:
        stack.enter_context(cursor.alone())
        sender = None
        if url:
            headers = dict(_header(one) for one in more["header"])
            made = Forwarder(url, place.secret(), session.base, headers=headers, insecure=more["insecure"])
            sender = stack.enter_context(made)
        follower = _begin(session, cursor, params, since)
        _greet(session, place, url)
        listener = Listener(session, follower, cursor, sender, once=more["once"])
        stack.callback(cursor.save, follower, now=True)
        listener.run(more["interval"])


def _types(events: tuple[str, ...]) -> dict[str, Any]:
    wanted = [one for text in events for one in text.split(",") if one]
    families = {name.rpartition(".")[0] + ".*" for name in table("events")} | {
        f"{name.partition('.')[0]}.*" for name in table("events")
    }
    for one in wanted:
        if one != "*" and one not in table("events") and one not in families:
            raise Stop(
                f"There is no type of event {one!r}.", "finsecure event-types list; families end in .*, as refund.*"
            )
    if not wanted or "*" in wanted:
        return {}
    if len(wanted) > _TYPES_MAX:
        raise Stop(f"At most {_TYPES_MAX} types at once.", "Name families, such as refund.*, or leave --events out.")
    return {"types": wanted}


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise Stop(f"-H takes 'Name: value', and {text!r} is not that.")
    return name.strip(), value.strip()


def _begin(session: Session, cursor: listening.Cursor, params: dict[str, Any], since: str | None) -> Follower:
    """Where it stopped; else at `since`; else now."""
    known = cursor.load()
    if known is not None and since is None:
        stopped = ago(known["at"], time.time())
        session.out.note(f"Going on where it stopped {stopped}; --since now leaves out what was missed.")
        return Follower(session.page, PATH, params, known["anchor"], known["seen"])
    before = None if since in {None, "now"} else session.moment(str(since))
    return Follower(session.page, PATH, params, newest(session.page, PATH, {}, before))


def _greet(session: Session, place: listening.Place, url: str) -> None:
    mode = "live" if session.live else "test"
    if session.flags.json:
        ready = {
            "schema": "finsecure.listen/1",
            "ready": True,
            "account": place.account,
            "mode": mode,
            "forward_to": url or None,
        }
        if url:
            ready["secret"] = place.secret()
        click.echo(_json(ready))
        return
    look = session.out.look
    click.echo(f"Listening to {place.account}, {mode} mode, at {session.base}", color=True)
    if url:
        click.echo(f"Forwarding to {url}\nSigning secret {look.strong(place.secret())}", color=True)
    session.out.note(session.out.notes.dim("Ctrl-C ends it; it then goes on where it stopped."))


def _json(value: Any) -> str:
    import json  # noqa: PLC0415  because only --json needs it

    return json.dumps(value)


class Listener:
    """The loop."""

    def __init__(
        self,
        session: Session,
        follower: Follower,
        cursor: listening.Cursor,
        sender: Forwarder | None,
        *,
        once: bool,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.session = session
        self.follower = follower
        self.cursor = cursor
        self.sender = sender
        self.once = once
        self.sleep = sleep
        self.patience = Patience(session.out.note, sleep)

    def run(self, interval: float) -> None:
        """Until it is stopped, or once."""
        while True:
            try:
                for event in self.follower.new():
                    self.take(event)
                    self.follower.mark(event["id"])
                    self.cursor.save(self.follower)
                self.cursor.save(self.follower)
                self.patience.well()
            except errors.FinSecureError as error:
                self.patience.failed(error)
                continue
            if self.once:
                return
            self.sleep(interval)

    def take(self, event: dict[str, Any]) -> None:
        """Forward one event; wait for the application if nobody listens there."""
        if self.sender is None:
            listening.say(self.session, Outcome(event, None, 0.0))
            return
        wait = 0.5
        outcome = self.sender.send(event)
        if outcome.waits and self.once:
            raise Stop(
                f"Nobody listens at {self.sender.url}; {event['id']} was not taken.",
                "Start it, and run this again.",
                code=NO_REPLY,
            )
        if outcome.waits:
            self.session.out.note(
                f"Nobody listens at {self.sender.url}: waiting with {event['id']} until somebody does."
            )
        while outcome.waits:
            self.sleep(wait)
            wait = min(wait * 2, _WAIT_MAX)
            outcome = self.sender.send(event)
        listening.say(self.session, outcome)
