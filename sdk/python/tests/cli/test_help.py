"""`finsecure help`: the help center in the terminal, without a server."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from finsecure._generated.help.page import sections
from finsecure.cli import help_pages, main
from finsecure.cli.data_tables import table
from finsecure.cli.explained_objects import _PAGES
from fixtures.shell import Shell

GUIDE = "/help/troubleshooting/webhook-issues"


@pytest.mark.parametrize("path", help_pages.pages())
def test_every_page_is_found_by_its_name_its_path_and_its_address(path: str) -> None:
    assert help_pages.find(help_pages.topic(path)) == path
    for said in (path, f"{path}.md", f"https://pay.example{path}", f"http://127.0.0.1:4242{path}.json"):
        assert help_pages.find(said) == path, said


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("webhook-issues", GUIDE),
        ("webhook_issues", GUIDE),
        ("troubleshooting/webhook-issues", GUIDE),
        ("help/troubleshooting/webhook-issues", GUIDE),
        ("events#refundcreated", "/help/reference/events#refundcreated"),
        ("refund.created", "/help/reference/events#refundcreated"),
        ("FINSECURE_PORT", "/help/reference/settings#where-it-listens"),
        ("4000000320000021", "/help/reference/test-cards#payments-that-succeed-by-country"),
        ("card_declined", "/help/errors/card_declined"),
        ("card-declined", "/help/errors/card_declined"),
        ("payment_intents/create", "/docs/api/payment_intents/create"),
        ("payment-intents/create", "/docs/api/payment_intents/create"),
        ("payments create", "/docs/api/payment_intents/create"),
        ("payments get", "/docs/api/payment_intents/retrieve"),
        ("nothing of the kind", None),
        ("", None),
    ],
)
def test_what_a_topic_may_be(said: str, path: str | None) -> None:
    assert help_pages.find(said) == path


def test_every_code_has_a_page() -> None:
    assert [code for code in table("errors") if help_pages.find(code) != f"/help/errors/{code}"] == []


def test_the_pages_that_explain_leads_to_are_there() -> None:
    for path in _PAGES.values():
        page, _, anchor = path.partition("#")
        assert anchor in {section.anchor for section in sections(help_pages.pages()[page])}, path
    assert help_pages.of_url(f"http://x{help_pages.event_type('charge.refunded')}")


def test_a_page_into_a_pipe_is_plain_text(bare: Shell) -> None:
    done = bare.good("help", "webhook-issues")
    page = help_pages.pages()[GUIDE]
    assert done.out.startswith(f"{page.title}\n{'=' * len(page.title)}\n\n")
    assert "\x1b" not in done.out
    assert "<!--" not in done.out
    assert done.out.rstrip().endswith(f"http://127.0.0.1:4242{GUIDE}")
    assert done.err == ""


def test_the_address_is_that_of_your_server(bare: Shell) -> None:
    done = bare.good("help", "webhook-issues", "--api-base", "https://pay.example")
    assert done.out.rstrip().endswith(f"https://pay.example{GUIDE}")
    assert "http://127.0.0.1:4242" not in bare.good("help", "getting-started", "--api-base", "https://pay.example").out


def test_help_is_there_when_the_settings_are_at_fault(bare: Shell) -> None:
    assert bare.good("help", "webhook-issues", "--profile", "none").out
    assert bare.good("help", "search", "card", env={"FINSECURE_API_BASE": "nonsense"}).out


def test_a_section_alone(bare: Shell) -> None:
    done = bare.good("help", "reference/webhooks#limits")
    assert done.out.startswith("Limits\n------\n")
    assert "Addresses" not in done.out
    done = bare.run("help", "reference/webhooks#nonsense")
    assert done.code == 3
    assert "finsecure help reference/webhooks" in done.err


def test_a_page_as_data(bare: Shell) -> None:
    found = bare.good("help", "webhook-issues", "--json").json
    assert set(found) == {"schema", "path", "title", "lead", "markdown"}
    assert (found["schema"], found["path"]) == ("finsecure.help/1", GUIDE)
    assert "## " in found["markdown"]
    assert "<!--" not in found["markdown"]
    assert " hidden" not in found["markdown"]


def test_an_example_of_a_secret_is_shown_whole(bare: Shell) -> None:
    assert (
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" in bare.good("help", "reference/webhooks#signatures").out
    )


def test_on_a_terminal_it_is_marked_and_paged(bare: Shell) -> None:
    seen = bare.terminal("help", "webhook-issues", env={"PAGER": "cat"}).out
    assert seen.startswith(f"\x1b[1m{help_pages.pages()[GUIDE].title}\x1b[0m")
    assert "`" not in seen.replace("```", "").splitlines()[2]
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b[" not in bare.terminal("help", "webhook-issues", env={"PAGER": "cat", **env}).out
    told = {"PAGER": "sed s/^/paged:/", "LINES": "10"}
    assert bare.terminal("help", "webhook-issues", env=told).out.startswith("paged:")
    assert "paged:" not in bare.terminal("help", "webhook-issues", "--no-input", env=told).out
    assert "paged:" not in bare.terminal("help", "reference/events#refundcreated", env={**told, "LINES": "900"}).out


def test_a_topic_that_is_none(bare: Shell) -> None:
    done = bare.run("help", "webhok-isues")
    assert (done.code, done.out) == (3, "")
    assert "finsecure help troubleshooting/webhook-issues" in done.err
    assert "finsecure help search webhok-isues" in done.err
    for line in done.err.splitlines():
        if "finsecure help " in line and "search" not in line:
            assert help_pages.find(line.rpartition(" ")[2])


def test_an_id_is_no_topic(bare: Shell) -> None:
    request = "req_01k0xc5ycsc5xgbpt6r2w2psbakh"
    done = bare.run("help", request)
    assert (done.code, done.out) == (3, "")
    assert f"finsecure explain {request}" in done.err
    assert bare.good("help", "req_").out.startswith("Debugging tools")


def test_no_topic(bare: Shell) -> None:
    done = bare.good("help")
    assert done.out.startswith(main.first_page())
    assert "finsecure help search WORDS" in done.out
    listed = bare.good("help", "list").out
    for page in help_pages.pages().values():
        if page.kind in {"guide", "reference"}:
            assert f"  {help_pages.topic(page.path)} " in listed
    found = bare.good("help", "--json").json
    assert found == bare.good("help", "list", "--json").json
    assert [row["path"] for row in found["pages"]] == list(help_pages.pages())


def test_what_holds_for_every_command(bare: Shell) -> None:
    for name in ("exit-codes", "environment", "output"):
        assert bare.good("help", name).out
        assert bare.good("help", name, "--json").json["schema"].startswith("finsecure.")


def test_a_command_that_is_no_page(bare: Shell) -> None:
    assert bare.good("help", "payments").out.startswith("Usage: finsecure payments")
    assert bare.good("help", "webhook-endpoints").out.startswith("Usage: finsecure webhooks")


def test_a_page_is_opened_at_your_server(bare: Shell) -> None:
    base = ("--api-base", "https://pay.example")
    assert bare.good("help", "card_declined", "--open", *base).out == "https://pay.example/help/errors/card_declined\n"
    assert bare.good("help", "--open", *base).out == "https://pay.example/help\n"
    assert bare.good("open", "help", *base).out == "https://pay.example/help\n"


def test_completion(bare: Shell) -> None:
    env = {"_FINSECURE_COMPLETE": "bash_complete", "COMP_WORDS": "finsecure help webh", "COMP_CWORD": "2"}
    assert "plain,search" in bare.good(env={**env, "COMP_WORDS": "finsecure help "}).out
    env["COMP_WORDS"] = "finsecure help reference/e"
    assert bare.good(env=env).out == "plain,reference/events\n"


def test_what_explain_ends_with(bare: Shell) -> None:
    out = bare.good("explain", "lost_card").out
    title = help_pages.pages()["/help/errors/lost_card"].title
    assert out.endswith(
        f"Read on\n  {title}: finsecure help lost_card\n\nhttps://api.finsecure.com/help/errors/lost_card\n"
    )
    page = bare.good("explain", "402", "--json").json["page"]
    assert help_pages.find(page["command"].removeprefix("finsecure help ")) == page["path"]
    pasted = json.dumps({"error": {"type": "card_error", "code": "card_declined", "decline_code": "stolen_card"}})
    assert bare.good("explain", given=pasted).out.count("finsecure help stolen_card") == 1
    assert bare.good("explain", "charge.refunded", "--json").json["page"]["path"].endswith("#chargerefunded")


def test_the_first_page_is_as_fast_as_it_was() -> None:
    code = "import sys; from finsecure.cli import main; print([n for n in sys.modules if 'help' in n or 'sqlite' in n])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_page_loads_no_search() -> None:
    code = (
        "import atexit, sys; sys.argv = ['finsecure', 'help', 'card_declined']\n"
        "atexit.register(lambda: print('sqlite3' in sys.modules, file=sys.stderr))\n"
        "from finsecure.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "False"
