"""The file of an embedded database as its file system sees it: whether it is still there, and how much it may grow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

from finsecure_server.storage.database import Reader, Unavailable
from finsecure_server.storage.troubles import Trouble

#: A batch of payments in the write-ahead log takes a few hundred kilobytes; with less room the next one may not fit.
ROOM_BYTES: Final = 1 << 20

_PAGES_LEFT: Final = """
SELECT (SELECT max_page_count FROM pragma_max_page_count) - (SELECT page_count FROM pragma_page_count)
    + (SELECT freelist_count FROM pragma_freelist_count) AS pages, (SELECT page_size FROM pragma_page_size) AS size
"""


class Identity(NamedTuple):
    """Which file it is, under whatever name."""

    device: int
    inode: int


def identity(path: str) -> Identity | None:
    """The file that a path names now; None if there is none, or its disk does not answer."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return Identity(found.st_dev, found.st_ino)


def require_room(path: str, reader: Reader) -> None:
    """Raises Unavailable if the next writes may not fit: onto the disk, or below the database's own limit."""
    try:
        disk = os.statvfs(path)
    except OSError as error:
        raise Unavailable(str(error), Trouble.IO_ERROR) from error
    free = disk.f_bfree if os.geteuid() == 0 else disk.f_bavail
    if disk.f_blocks and free * disk.f_frsize < ROOM_BYTES:  # some file systems do not tell how large they are
        raise Unavailable(f"the disk of {path} has {free * disk.f_frsize:,} bytes left", Trouble.DISK_FULL)
    left = reader.one(_PAGES_LEFT)
    assert left is not None
    if left["pages"] * left["size"] < ROOM_BYTES:
        raise Unavailable(f"{path} may grow by {left['pages']} pages only", Trouble.DISK_FULL)
