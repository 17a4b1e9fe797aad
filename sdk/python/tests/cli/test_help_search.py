"""`finsecure help search`: finds without a server, and always leads somewhere."""

from __future__ import annotations

import pytest

from finsecure.cli import help_pages
from fixtures.shell import Shell

REPLY = """HTTP/1.1 402 Payment Required
Request-Id: req_01k0vgvqhyqr7d32jdyh3t4ar9bx

{"error": {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}}
"""
TRACEBACK = """Traceback (most recent call last):
  File "app.py", line 3, in <module>
    retry = Retry(total=3, method_whitelist=["GET"])
TypeError: Retry.__init__() got an unexpected keyword argument 'method_whitelist'
"""


def test_it_prints_where_to_look(bare: Shell) -> None:
    done = bare.good("help", "search", "signature", "does", "not", "match")
    blocks = done.out.strip().split("\n\n")
    assert 1 <= len(blocks) <= 5
    for block in blocks:
        title, *_, command = block.splitlines()
        assert not title.startswith(" ")
        path = help_pages.find(command.strip().removeprefix("finsecure help "))
        assert path is not None, command
        assert bare.good("help", help_pages.topic(path)).out


def test_what_matched_is_marked_where_there_are_colours(bare: Shell) -> None:
    words = ("help", "search", "master", "key", "vault")
    assert "\x1b[1m" in bare.good(*words, "--color", "always").out
    assert "\x1b" not in bare.good(*words).out
    assert "\x02" not in bare.good(*words).out + bare.good(*words, "--json").out


def test_as_data_it_is_what_the_server_gives(bare: Shell) -> None:
    found = bare.good("help", "search", "card declined", "--json", "--api-base", "https://pay.example").json
    assert found.keys() == {"schema", "object", "query", "corrected", "matched", "took_ms", "results"}
    assert (found["schema"], found["object"], found["query"]) == (
        "finsecure.help_search/1",
        "help_search",
        "card declined",
    )
    assert found["results"]
    for row in found["results"]:
        assert row.keys() == {"path", "title", "section", "snippet", "score", "kind", "why", "url"}
        assert row["url"] == "https://pay.example" + row["path"]


@pytest.mark.parametrize(
    ("given", "path"),
    [(REPLY, "/help/errors/lost_card"), (TRACEBACK, "/help/developer-support/migration")],
)
def test_what_is_pasted(bare: Shell, given: str, path: str) -> None:
    first = bare.good("help", "search", "--json", given=given).json["results"][0]
    assert first["path"].partition("#")[0] == path
    assert bare.good("help", "search", "-", given=given).out == bare.good("help", "search", given=given).out


def test_a_request_is_explained(bare: Shell) -> None:
    out = bare.good("help", "search", "req_01k0vgvqhyqr7d32jdyh3t4ar9bx").out
    assert "finsecure explain req_01k0vgvqhyqr7d32jdyh3t4ar9bx" in out


def test_a_slip_is_put_right(bare: Shell) -> None:
    done = bare.good("help", "search", "webhok", "singature")
    assert "Searched for: webhook signature" in done.err
    assert "webhooks" in done.out.lower()


def test_it_is_never_empty(bare: Shell) -> None:
    for words in (["qqqqxyzzy"], ["the"], ["?"], ["—"]):
        done = bare.good("help", "search", *words)
        assert "finsecure help " in done.out, words
    assert "Nothing matches." in bare.good("help", "search", "qqqqxyzzy").err
    assert bare.good("help", "search", given="").out


def test_how_many(bare: Shell) -> None:
    assert len(bare.good("help", "search", "payment", "--json").json["results"]) == 10
    assert len(bare.good("help", "search", "payment", "--json", "--limit", "3").json["results"]) == 3
    assert bare.run("help", "search", "payment", "--limit", "0").code == 2


def test_a_secret_that_is_pasted_is_not_printed(bare: Shell) -> None:
    secret = "sk_test_8dd04b99c691525d75ac435e189fe674f548b6464b7731e8"
    done = bare.good("help", "search", "invalid", "api", "kye", secret)
    assert secret not in done.out + done.err
    assert secret not in bare.good("help", "search", "invalid", "api", "key", secret, "--json").out
