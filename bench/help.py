"""The help center: search beside bare FTS5 in one run, pages over HTTP, and what a first view weighs.

    python -m bench.help           prints figures, and fails if one is above its aim

Questions are the labelled ones of `help/search/queries.toml`. The sides take turns on one core, and every
answer counts, in each of the rounds. Bare FTS5 is what SQLite needs for the words of a question joined by OR, over the
same rows: no names, no spelling, no snippets, no grouping by page.
"""

from __future__ import annotations

import gzip
import http.client
import os
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bench import servers
from finsecure_server.app import LIBRARY
from finsecure_server.help.rows import Rows
from finsecure_server.help.search import Search
from tools.search_score import queries

ROUNDS = 7
CALLS = 200
WORDS_P99_MS, MEANING_P99_MS, PAGE_MS, VIEW_KB = 5.0, 40.0, 5.0, 80.0
PAGES = ("/help", "/help/troubleshooting/payment-issues", "/help/errors/insufficient_funds", "/docs/api")
WITH_IT = re.compile(rb"""(?:href|src)="(/(?:assets|help/diagrams)/[^"]+)\"""")


def search(failed: list[str]) -> None:
    """Latency of a question, in milliseconds."""
    print("## Search: one question, one core\n")
    asked = [query.query for query in queries()]
    began = time.perf_counter()
    words = Search(LIBRARY, by_meaning=False)
    pages, rows = len(LIBRARY.pages), len(words.index.rows)
    built = time.perf_counter() - began
    meaning = Search(LIBRARY)
    _ = meaning.index
    fts5 = in_fts5(words.index.rows)
    sides: dict[str, Callable[[str], object]] = {
        "bare FTS5": lambda question: bare(fts5, question),
        "words": words.find,
        "words and meaning": meaning.find,
    }
    times: dict[str, list[list[float]]] = {side: [[] for _ in asked] for side in sides}
    for turn in range(ROUNDS + 1):
        for side, ask in sides.items():
            for number, question in enumerate(asked):
                start = time.perf_counter()
                ask(question)
                if turn:
                    times[side][number].append((time.perf_counter() - start) * 1000)
    print(f"{pages} pages, {rows} rows, {len(asked)} questions; read and indexed in {built:.2f} s\n")
    for side, samples in times.items():
        each = sorted(milliseconds for sample in samples for milliseconds in sample)
        p99 = at(each, 0.99)
        print(f"{side:20} p50 {at(each, 0.5):6.2f} ms   p95 {at(each, 0.95):6.2f} ms   p99 {p99:6.2f} ms")
        aim = {"words": WORDS_P99_MS, "words and meaning": MEANING_P99_MS}.get(side)
        if aim is not None and p99 > aim:
            failed.append(f"search by {side}: p99 {p99:.2f} ms, aim {aim:.0f}")
    print(f"(aim: p99 {WORDS_P99_MS:.0f} ms by words, {MEANING_P99_MS:.0f} ms by meaning)\n")


def in_fts5(rows: Rows) -> sqlite3.Connection:
    """The very same rows as SQLite's FTS5 has them."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(
        "CREATE VIRTUAL TABLE found USING fts5(title, heading, aliases, body, content='', tokenize='porter unicode61')"
    )
    db.execute("INSERT INTO found (found, rank) VALUES ('rank', 'bm25(3.0, 4.0, 6.0, 2.0)')")
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO found (rowid, title, heading, aliases, body) VALUES (?, ?, ?, ?, ?)",
        ((number, *row.columns) for number, row in enumerate(rows)),
    )
    db.execute("COMMIT")
    return db


def bare(db: sqlite3.Connection, question: str) -> object:
    """What FTS5 alone needs."""
    terms = dict.fromkeys(re.findall(r"[a-z0-9]+", question.lower()[:8000]))
    match = " OR ".join(f'"{word}"' for word in list(terms)[:32]) or '"help"'
    return db.execute("SELECT rowid FROM found WHERE found MATCH ? ORDER BY rank LIMIT 10", (match,)).fetchall()


def at(ordered: Sequence[float], share: float) -> float:
    """A quantile."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def over_http(failed: list[str]) -> None:
    """A page from a running server, beside its health, and the weight of a first view."""
    print("## Pages: one reader, one kept connection, server on one core\n")
    with tempfile.TemporaryDirectory(prefix="finsecure-bench-") as folder:
        place = Path(folder)
        with servers.finsecure(place, f"sqlite://{place}/data/finsecure.db") as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port)
            health = statistics.median(took(connection, "/health") for _ in range(CALLS))
            print(f"{'/health':45} {health:6.2f} ms")
            for path in (*PAGES, "/help/search?q=charged+twice", "/help/search.json?q=webhok+signature"):
                took(connection, path)  # made once
                samples = sorted(took(connection, path) for _ in range(CALLS))
                line = f"{path:45} {at(samples, 0.5):6.2f} ms   p99 {at(samples, 0.99):6.2f} ms"
                if path not in PAGES:
                    print(line)
                    continue
                kilobytes = weight(connection, path) / 1000
                print(f"{line}   first view {kilobytes:5.1f} KB")
                if at(samples, 0.5) > PAGE_MS:
                    failed.append(f"{path}: {at(samples, 0.5):.2f} ms, aim {PAGE_MS:.0f}")
                if kilobytes > VIEW_KB:
                    failed.append(f"{path}: first view {kilobytes:.1f} KB, aim {VIEW_KB:.0f}")
    print(f"(aim: {PAGE_MS:.0f} ms a page, {VIEW_KB:.0f} KB compressed)\n")


def fetch(connection: http.client.HTTPConnection, path: str) -> bytes:
    """A reply as it came over the wire."""
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == 200, (path, reply.status, body[:200])
    return body


def took(connection: http.client.HTTPConnection, path: str) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    fetch(connection, path)
    return (time.perf_counter() - start) * 1000


def weight(connection: http.client.HTTPConnection, path: str) -> int:
    """Bytes of a page and of all that it loads."""
    body = fetch(connection, path)
    text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    parts = {urlsplit(found.decode())._replace(fragment="").geturl() for found in WITH_IT.findall(text)}
    return len(body) + sum(len(fetch(connection, part)) for part in parts if not part.endswith(".md"))


def main() -> None:
    """Both parts."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    failed: list[str] = []
    search(failed)
    over_http(failed)
    if failed:
        sys.exit("; ".join(failed))


if __name__ == "__main__":
    main()
