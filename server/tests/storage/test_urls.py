from __future__ import annotations

from pathlib import Path

import pytest

from finsecure_server.storage.engines import engine_of
from finsecure_server.storage.urls import is_postgres, shown, sqlite_path, sqlite_url


@pytest.mark.parametrize(
    ("url", "engine"),
    [
        ("sqlite:///data/finsecure.db", "sqlite"),
        ("postgresql://me@db/finsecure", "postgresql"),
        ("postgres:///finsecure?host=/run", "postgresql"),
    ],
)
def test_the_scheme_names_the_engine(url: str, engine: str) -> None:
    assert is_postgres(url) == (engine == "postgresql")
    assert engine_of(url).name == engine


@pytest.mark.parametrize("url", ["", "finsecure.db", "mysql://db/finsecure", "postgresqlx://db"])
def test_no_other_scheme_is_known(url: str) -> None:
    with pytest.raises(ValueError, match="a database is named"):
        engine_of(url)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/finsecure.db", "/data/finsecure.db"),
        ("sqlite:////data/finsecure.db", "/data/finsecure.db"),
        ("sqlite:///a%20b/%3F%25.db", "/a b/?%.db"),
    ],
)
def test_a_file_is_named_by_its_path(url: str, path: str) -> None:
    assert sqlite_path(url) == Path(path)
    assert sqlite_path(sqlite_url(Path(path))) == Path(path)


@pytest.mark.parametrize("url", ["sqlite://host/file.db", "sqlite://", "sqlite:///", "postgresql:///file.db"])
def test_a_file_without_a_path_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="a SQLite database is named"):
        sqlite_path(url)


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("sqlite:///data/a:b@c.db", "sqlite:///data/a:b@c.db"),
        ("postgresql://db/finsecure", "postgresql://db/finsecure"),
        ("postgresql://me@db/finsecure", "postgresql://me@db/finsecure"),
        ("postgresql://me:hunter2@db:5432/finsecure?host=/run", "postgresql://me@db:5432/finsecure?host=/run"),
        ("postgresql://me:a%40b:c@db/finsecure", "postgresql://me@db/finsecure"),
        ("postgresql:///f?password=hunter2&host=/run", "postgresql:///f?password=...&host=/run"),
        ("postgresql://me@/f?host=/run&sslpassword=hunter2", "postgresql://me@/f?host=/run&sslpassword=..."),
    ],
)
def test_a_password_is_never_shown(url: str, seen: str) -> None:
    assert shown(url) == seen
