"""Pages of codes as Markdown, the words by which they are found, and the dictionary: whole, and agreeing."""

from __future__ import annotations

import csv
import io
import itertools
import re
from typing import Final

import jsonschema_rs
import msgspec
import pytest

from finsecure_server.app import LIBRARY
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.delivery import Failure
from finsecure_server.core.errors import RULES, TYPES, Code, doc_path
from finsecure_server.help import dictionary, error_pages, explained
from finsecure_server.help.page import Page, sections
from finsecure_server.pages import error_routes
from tests.edge import PUBLIC_URL

PAGES: Final = {page.path: page for page in error_pages.pages()}
CODES: Final = sorted({*Code, *DECLINES, *Failure})
COMMON: Final = 40


def of(code: str) -> Page:
    return PAGES[f"/help/errors/{code}"]


def test_every_code_that_the_api_can_emit_has_a_page() -> None:
    assert set(PAGES) == {"/help/errors", *(f"/help/errors/{code}" for code in CODES)}
    for code in RULES:
        assert doc_path(code.value) in PAGES
    for row in DECLINES.values():
        assert doc_path(row.api_code.value, row.wire_code) in PAGES
    assert set(PAGES) <= set(LIBRARY.pages)


@pytest.mark.parametrize("code", CODES)
def test_a_page_answers_first(code: str) -> None:
    page = of(code)
    headings = [section.heading for section in sections(page) if section.heading]
    assert headings[0] == "What to do"
    assert {"The facts", "Bring it about in test mode", "Related"} <= set(headings)
    assert "{param}" not in page.markdown
    assert (page.kind, page.title) == ("error", code)
    assert page.lead
    assert code in page.identifiers
    assert code.replace("_", " ") in page.aliases
    parts = error_pages.parts(page)
    assert parts.answer.markdown + parts.evidence.markdown == page.markdown


def test_links_lead_to_pages_of_the_library() -> None:
    for page in PAGES.values():
        for target in re.findall(r"\]\((/[^)#]*)", page.markdown):
            assert target in LIBRARY.pages or target in ("/help/errors.json", "/help/errors.schema.json"), target


def test_every_guide_that_a_rule_names_is_there() -> None:
    named = {f"/help/{rule.guide}" for rule in RULES.values()}
    assert named <= set(LIBRARY.pages)


def test_patterns_and_calls_read_as_code() -> None:
    assert "send `*` for everything" in of("event_type_unknown").markdown
    assert "`charge.dispute.*`," in of("event_type_unknown").markdown
    assert "`GET /v1/payment_intents/{id}`" in of("payment_intent_unexpected_state").markdown
    for page in PAGES.values():
        prose = re.sub(r"```.*?```|`[^`]*`|\*\*", "", page.markdown, flags=re.DOTALL)
        assert "*" not in prose, page.path


# -- the words of users ------------------------------------------------------------------------------------------------


def test_the_common_codes_have_words_of_users() -> None:
    words = error_pages.words()
    assert set(words) <= set(CODES)
    assert len(words) >= COMMON
    for code, said in words.items():
        assert said.aliases, code
        assert said.symptoms, code
        assert set(said.aliases) <= set(of(code).aliases)
        assert set(said.symptoms) <= set(of(code).symptoms)
        assert all(len(text) > 2 for text in (*said.aliases, *said.symptoms))


def test_no_two_codes_claim_the_same_words() -> None:
    said = [(text.lower(), code) for code, found in error_pages.words().items() for text in found.aliases]
    for text, group in itertools.groupby(sorted(said), key=lambda pair: pair[0]):
        assert len(list(group)) == 1, text


def test_what_most_declines_say_leads_to_the_general_page_only() -> None:
    message = RULES[Code.CARD_DECLINED].message
    assert [page.path for page in PAGES.values() if message in page.symptoms] == ["/help/errors/card_declined"]


# -- words that are no codes -------------------------------------------------------------------------------------------


def test_types_and_the_words_of_the_help_document_lead_somewhere() -> None:
    names = error_routes.names()
    seed = {"payment_declined", "authentication_error", "invalid_request_error", "rate_limit_error"}
    at_stripe = {"intent_invalid_state", "resource_already_exists", "testmode_charges_only", "token_already_used"}
    assert TYPES | seed | at_stripe <= set(names)
    assert not set(names) & set(CODES)
    anchors = {section.anchor for section in sections(PAGES["/help/errors"])}
    for name, place in names.items():
        path, _, anchor = place.partition("#")
        assert path in LIBRARY.pages, name
        assert not anchor or anchor in anchors, name


# -- the dictionary ----------------------------------------------------------------------------------------------------


def test_the_dictionary_has_every_code_once_and_fits_its_schema() -> None:
    made = dictionary.dictionary(PUBLIC_URL)
    data = msgspec.to_builtins(made)
    assert sorted(entry["code"] for entry in data["errors"]) == CODES
    assert made.count == len(CODES)
    schema = dictionary.json_schema(PUBLIC_URL)
    jsonschema_rs.validator_for(schema).validate(msgspec.json.decode(msgspec.json.encode(made)))
    assert set(schema["$defs"]["Entry"]["required"]) == set(data["errors"][0])


def test_the_schema_refuses_what_is_not_whole() -> None:
    validator = jsonschema_rs.validator_for(dictionary.json_schema(PUBLIC_URL))
    data = msgspec.json.decode(msgspec.json.encode(dictionary.dictionary(PUBLIC_URL)))
    del data["errors"][0]["retryable"]
    data["errors"][1]["side"] = "nobody"
    assert len(list(validator.iter_errors(data))) == 2


def test_the_dictionary_says_what_the_pages_say() -> None:
    for entry in dictionary.dictionary(PUBLIC_URL).errors:
        assert entry.page == f"{PUBLIC_URL}/help/errors/{entry.code}"
        assert entry.meaning == of(entry.code).lead
        assert entry.guide.removeprefix(PUBLIC_URL) in LIBRARY.pages
        found = explained.explain(entry.code, PUBLIC_URL)
        if found is None:
            assert (entry.kind, entry.http_status, entry.type) == ("delivery_failure", None, None)
            continue
        assert (entry.http_status, entry.type, entry.next_steps) == (found.status, found.type, found.next_steps)
        assert entry.masked <= (entry.kind == "decline")


def test_the_table_says_what_the_data_says() -> None:
    rows = list(csv.DictReader(io.StringIO(dictionary.table(PUBLIC_URL), newline="")))
    entries = dictionary.dictionary(PUBLIC_URL).errors
    assert [row["code"] for row in rows] == [entry.code for entry in entries]
    for row, entry in zip(rows, entries, strict=True):
        assert set(row) == set(entry.__struct_fields__)
        assert row["meaning"] == entry.meaning
        assert row["retryable"] == str(entry.retryable).lower()
        assert tuple(filter(None, row["next_steps"].split("\n"))) == entry.next_steps
