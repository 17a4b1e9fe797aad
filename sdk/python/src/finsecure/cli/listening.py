"""What `listen` remembers between two runs: its secret, and where it stopped. Files that only you can read."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from finsecure.cli import places
from finsecure.cli.failures import Stop
from finsecure.cli.follower import Follower
from finsecure.cli.forward import Outcome
from finsecure.cli.output import clock, text_of
from finsecure.cli.session import Session

_OFTEN: Final = 200  # ids: with fewer the cursor is written after every event, else at most once a second


@dataclass(frozen=True)
class Place:
    """Where things are kept for one account, mode and server."""

    account: str
    folder: Path

    def secret(self) -> str:
        """The signing secret: made once, the same for ever."""
        path = self.folder / "secret"
        with places.writing(path):
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True, mode=places.PRIVATE_FOLDER)
                made = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
                try:  # of two that begin at once, one makes it
                    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, places.PRIVATE), "w") as file:
                        file.write(made)
                except FileExistsError:
                    time.sleep(0.1)
            return path.read_text("utf-8").strip()

    def cursor(self, target: str) -> Cursor:
        """The cursor of one address that is forwarded to."""
        name = hashlib.sha256(target.encode()).hexdigest()[:16]
        return Cursor(self.folder / f"cursor-{name}.json", target)


def of(session: Session) -> Place:
    """The place for the account of this key. FinSecureError if the server does not know the key."""
    account = session.get("/v1/account")["id"]
    mode = "live" if session.live else "test"
    name = hashlib.sha256(f"{session.base} {account} {mode}".encode(errors="replace")).hexdigest()[:16]
    return Place(account, places.state() / "listen" / name)


class Cursor:
    """Where one listener stopped, on disk."""

    def __init__(self, path: Path, target: str) -> None:
        self.path = path
        self.target = target
        self._written = 0.0

    def load(self) -> dict[str, Any] | None:
        """`{"anchor", "seen", "at"}`; None if there is none yet, or if it cannot be read."""
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        good = isinstance(found, dict) and isinstance(found.get("seen"), list) and "anchor" in found
        return found if good else None

    def save(self, follower: Follower, *, now: bool = False) -> None:
        """Keep it. With many ids it is written once a second: a crash then sends what it did in that second again."""
        if not now and len(follower.seen) > _OFTEN and time.monotonic() - self._written < 1.0:
            return
        state = {"target": self.target, "anchor": follower.anchor, "seen": sorted(follower.seen), "at": time.time()}
        places.write_private(self.path, json.dumps(state))
        self._written = time.monotonic()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the cursor. Stop if another `listen` has it: both would send every event."""
        try:
            import fcntl  # noqa: PLC0415  because Windows has none
        except ImportError:
            yield
            return
        with places.writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=places.PRIVATE_FOLDER)
            held = self.path.with_suffix(".lock").open("w")
        with held as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Stop(
                    f"Another `finsecure listen` forwards to {self.target} already.",
                    "Stop that one, or forward to another address.",
                ) from error
            yield


def say(session: Session, outcome: Outcome) -> None:
    """One event in a line, or as JSON."""
    event = outcome.event
    about = event.get("data", {}).get("object", {}) if isinstance(event.get("data"), dict) else {}
    if session.flags.json:
        row = {
            "schema": "finsecure.listen/1",
            "event": event["id"],
            "type": event["type"],
            "object": about.get("id"),
            "created": event["created"],
            "status": outcome.status,
            "ms": round(outcome.milliseconds, 1),
            "error": outcome.error or None,
        }
        session.out.json_lines([row])
        return
    look = session.out.look
    line = f"{look.dim(clock(time.time()))}  {event['type']:<38} {event['id']}  {look.dim(text_of(about.get('id')))}"
    if outcome.status is not None:
        line += f"  → {look.status(str(outcome.status))}  {outcome.milliseconds:.0f} ms"
    elif outcome.error:
        line += f"  → {look.bad(outcome.error)}"
    session.out.line(line)
    if outcome.status is not None and not outcome.good and outcome.reply:
        session.out.line(f"          {look.dim(text_of(outcome.reply))}")
