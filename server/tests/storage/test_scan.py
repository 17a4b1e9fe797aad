"""Whole tables in the order of a key: every row once, whatever the size of a page."""

from __future__ import annotations

import pytest

from finsecure_server.storage import scan as module
from finsecure_server.storage.database import Database, Reader
from finsecure_server.storage.scan import scan, together

ADD = "INSERT INTO accounts (id, created_us, clock_offset_us, clock_moved_us, doc) VALUES (:id, :n, 0, 0, '')"
BY_ID = "SELECT id FROM accounts WHERE id > :after_id AND created_us >= :least ORDER BY id LIMIT :limit"
BY_TWO = """
SELECT clock_moved_us, id FROM accounts WHERE (clock_moved_us, id) > (:after_clock_moved_us, :after_id)
ORDER BY clock_moved_us, id LIMIT :limit"""


@pytest.fixture
async def ids(database: Database) -> list[str]:
    ids = [f"acct_{n:02}" for n in range(7)]
    for n, account in enumerate(ids):
        await database.write(lambda tx, account=account, n=n: tx.run(ADD, id=account, n=n))  # type: ignore[misc]
    return ids


@pytest.mark.parametrize("page", [1, 2, 3, 6, 7, 8])
async def test_every_row_once(database: Database, ids: list[str], page: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", page)
    told: list[int] = []

    def look(reader: Reader) -> list[str]:
        return [row["id"] for row in scan(reader, BY_ID, {"id": ""}, told.append, least=0)]

    assert await database.read(look) == ids
    assert sum(told) == len(ids)


async def test_parameters_of_its_own(database: Database, ids: list[str]) -> None:
    found = await database.read(lambda reader: [row["id"] for row in scan(reader, BY_ID, {"id": ""}, least=5)])
    assert found == ids[5:]


async def test_a_key_of_two_columns(database: Database, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    start: dict[str, str | int] = {"clock_moved_us": -1, "id": ""}
    assert await database.read(lambda reader: [row["id"] for row in scan(reader, BY_TWO, start)]) == ids


def test_what_belongs_together_comes_together() -> None:
    streams = {
        "one": ([{"id": "a", "n": 1}, {"id": "c", "n": 2}], "id"),
        "two": ([{"of": "a", "n": 3}, {"of": "a", "n": 4}, {"of": "b", "n": 5}], "of"),
        "none": ([], "id"),
    }
    found = [
        (key, {name: [row["n"] for row in rows] for name, rows in parts.items()}) for key, parts in together(streams)
    ]
    assert found == [("a", {"one": [1], "two": [3, 4]}), ("b", {"two": [5]}), ("c", {"one": [2]})]
