"""One process owns an embedded database: a lock of the kernel's, held as long as the process lives.

The lock is `flock` on a file beside the database. Whoever is killed lets go of it in that moment, so there is no stale
one; what the file says is only read while somebody holds it. Programs that look, copy or add a key go by the locks of
SQLite itself and need no leave.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from finsecure_server.storage.admin import Unfit

SUFFIX: Final = ".lock"
SAID_BYTES_MAX: Final = 2_000


class Owner:
    """The lock, held."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def say(self, wall_us: int, *, doing: str) -> None:
        """Tell whoever comes next who has it. `doing` reads as in "process 7 on shop, serving on http://…"."""
        said = {"pid": os.getpid(), "host": socket.gethostname(), "since_us": wall_us, "doing": doing}
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(said).encode(), 0)


@contextlib.contextmanager
def owned(database: Path) -> Iterator[Owner]:
    """Own the database at this path, whose folder is there. Raises Unfit if somebody else does, or nobody can."""
    path = database.resolve()  # two names of one file are one database
    descriptor = os.open(path.with_name(path.name + SUFFIX), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unfit(_taken(path, descriptor)) from None
        except OSError as error:
            raise Unfit(
                f"{path.parent} cannot be locked ({error.strerror}), so two servers might write there at once. "
                "Keep the database on a disk of this machine, or use PostgreSQL"
            ) from error
        yield Owner(descriptor)
    finally:
        os.close(descriptor)


def _taken(path: Path, descriptor: int) -> str:
    who = "another server"
    stop = "Stop that one"
    with contextlib.suppress(ValueError, KeyError, TypeError, OverflowError):  # it has only just begun
        said = json.loads(os.pread(descriptor, SAID_BYTES_MAX, 0))
        since = datetime.fromtimestamp(said["since_us"] // 1_000_000, UTC)
        who = f"process {said['pid']} on {said['host']}, {said['doing']} since {since:%Y-%m-%d %H:%M:%S} UTC"
        stop = f"Stop that one (kill {said['pid']})"
    return (
        f"{path} is in use by {who}. One process owns an embedded database. "
        f"{stop}, give this one a folder of its own (--data, or DATA= with make), or use PostgreSQL, which many share."
    )
