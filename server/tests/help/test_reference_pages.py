"""docs/ in the help center: each page is one, its names lead to it, and its links lead to pages."""

from __future__ import annotations

import re

import pytest

from finsecure_server.core.event_types import TYPES
from finsecure_server.core.money import CURRENCIES
from finsecure_server.core.test_cards import CARDS
from finsecure_server.help import reference_pages
from finsecure_server.help.index import Index
from finsecure_server.help.page import Page, excerpt, plain, sections
from finsecure_server.settings import defaults_text
from tests.tidy import ROOT

PAGES = {page.path.rpartition("/")[2]: page for page in reference_pages.pages()}
INDEX = Index(list(PAGES.values()))
CHECKS = re.findall(r"^\| `([a-z._]+)` \|", (ROOT / "docs" / "doctor.md").read_text("utf-8"), re.MULTILINE)


def test_which_there_are() -> None:
    wanted = "events currencies doctor command settings webhooks test-cards ledger migration-notes"
    assert set(PAGES) == set(wanted.split())


@pytest.mark.parametrize("page", PAGES.values(), ids=list(PAGES))
def test_a_page_has_what_pages_have(page: Page) -> None:
    assert page.kind == "reference"
    assert 0 < len(page.title) <= 60
    assert 20 < len(page.lead) <= 2 * reference_pages.LEAD_LETTERS_MAX
    assert page.aliases
    assert page.symptoms
    assert page.owner
    assert page.markdown.endswith("\n")
    prose = re.sub(r"^```.*?^```$", "", page.markdown, flags=re.DOTALL | re.MULTILINE)
    assert not re.findall(r"^# ", prose, re.MULTILINE)
    assert re.findall(r"<(?!!-- aliases)[a-z!/][^>]*>", re.sub(r"`[^`]*`", "", prose)) == []
    assert "](../" not in prose
    assert re.findall(r"\]\((?!/help/|#|https?://)", prose) == []


def test_links_between_them_lead_to_sections_that_are_there() -> None:
    places = {page.path for page in PAGES.values()}
    places |= {f"{page.path}#{section.anchor}" for page in PAGES.values() for section in sections(page)}
    for page in PAGES.values():
        for link in re.findall(r"\]\((/help/reference/[^)]+|#[^)]+)\)", page.markdown):
            assert (page.path + link if link.startswith("#") else link) in places, (page.path, link)


def led(question: str) -> str:
    found = INDEX.search(question)
    assert found.matched
    assert found.results[0].why, question
    return found.results[0].path


@pytest.mark.parametrize("name", TYPES)
def test_a_type_of_event_leads_to_its_section(name: str) -> None:
    anchor = name.replace(".", "")
    assert led(name) == f"/help/reference/events#{anchor}"


def test_a_setting_leads_to_its_section() -> None:
    names = re.findall(r"^(\w+) = ", defaults_text(), re.MULTILINE)
    assert len(names) > 10
    for name in names:
        assert led(f"FINSECURE_{name.upper()}").startswith("/help/reference/settings#"), name
    assert led("FINSECURE_REDIS_URL_FILE").startswith("/help/reference/settings#")
    assert led("webhook_test_loopback") == "/help/reference/settings#webhooks"


def test_a_check_leads_to_its_section() -> None:
    assert len(CHECKS) > 30
    assert {led(name) for name in CHECKS} == {"/help/reference/doctor#the-checks"}


def test_a_test_card_leads_to_its_section() -> None:
    for card in CARDS:
        assert led(card.number).startswith("/help/reference/test-cards#"), card.number
        assert led(card.name).startswith("/help/reference/test-cards#"), card.name
    assert led("4000 0025 0000 3155") == "/help/reference/test-cards#3-d-secure"


def test_a_currency_leads_to_the_table() -> None:
    assert {led(code) for code in CURRENCIES} == {"/help/reference/currencies#every-currency"}
    assert led("JPY") == "/help/reference/currencies#every-currency"
    assert INDEX.search("try again later").results[0].why == ""  # the lira is no name in a sentence


def test_what_a_table_folds_away_can_be_linked_to() -> None:
    (section,) = (one for one in sections(PAGES["events"]) if one.heading == "charge.refunded")
    assert section.text.startswith(TYPES["charge.refunded"].says)
    shown = excerpt(PAGES["events"], section.anchor)
    assert shown is not None
    assert '"object": "event"' in shown


def test_code_in_a_sentence_keeps_its_signs() -> None:
    assert plain("**Not** `refund.*`, *but* `sk_test_…` of [`x_`](y.md)") == "Not refund.*, but sk_test_… of x_"
