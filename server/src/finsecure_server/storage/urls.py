"""How a database is named: `sqlite:///absolute/path.db` or `postgresql://user:password@host/name`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

_SECRET: Final = re.compile(r"(?<=://)([^/:@]*):[^/@]*(?=@)|((?<=[?&])(?:ssl)?password)=[^&#]*")


def is_postgres(url: str) -> bool:
    """Whether PostgreSQL is meant; ValueError if neither engine is."""
    scheme = url.partition(":")[0]
    if scheme in {"postgresql", "postgres"}:
        return True
    if scheme == "sqlite":
        return False
    raise ValueError("a database is named sqlite:///absolute/path.db or postgresql://user@host/name")


def sqlite_path(url: str) -> Path:
    """The file behind a `sqlite:` URL. Three slashes or four, the path is absolute."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    if parts.scheme != "sqlite" or parts.netloc or not path:
        raise ValueError("a SQLite database is named sqlite:///absolute/path.db")
    return Path("/", path)


def sqlite_url(path: Path) -> str:
    """The URL of a file, the inverse of `sqlite_path`."""
    return f"sqlite://{quote(path.absolute().as_posix())}"


def shown(url: str) -> str:
    """The URL without its password, for logs and for people."""
    return _SECRET.sub(lambda match: match[1] or f"{match[2]}=...", url)
