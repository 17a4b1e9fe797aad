"""A page for every code as Markdown, made from what `explained.py` and `explained_failures.py` say of it.

The answer comes first: what to do, what to tell the payer. The evidence follows: whose side it is on, how it is brought
about, what the reply looks like. Pages in the browser put a reader's own occurrences between the two.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from finsecure_server.core import error_codes
from finsecure_server.help import explained, explained_failures
from finsecure_server.help.explained import Explained
from finsecure_server.help.explained_failures import ExplainedFailure
from finsecure_server.help.library import ADDRESS, guides
from finsecure_server.help.page import Page
from finsecure_server.help.reproduce import Reproduction

FOLDER: Final = "/help/errors"
INDEX: Final = "Errors and declines"
#: Where the answer ends and the evidence begins.
EVIDENCE: Final = "## The facts"
RELATED_GUIDES: Final = "developer-support/error-codes"

#: Who answers for what a guide is about.
OWNERS: Final = {
    error_codes.PAYMENT_ISSUES: "payments",
    error_codes.BILLING: "payments",
    error_codes.WEBHOOK_ISSUES: "webhooks",
    error_codes.AUTH_ERRORS: "security",
    error_codes.COMPLIANCE: "security",
    error_codes.PERFORMANCE: "platform",
    error_codes.SERVICE_STATUS: "platform",
    error_codes.ACCOUNT_MANAGEMENT: "platform",
}
OTHERS: Final = "developer-experience"

_SAY_NO_MORE: Final = (
    "> **Careful.** Say no more than that: whoever holds the card may not be its owner. Replies to publishable keys "
    "read `generic_decline`."
)
_CALL: Final = re.compile(r"(?<!`)\b((?:GET|POST|DELETE) /v1/[\w/{}?=]+)(?!`)")
_STARRED: Final = re.compile(r"(?<![`\w])([\w.-]*\*)(?!`)")


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """What people call a code who have not read it."""

    aliases: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()


class Parts(NamedTuple):
    """A page cut in two."""

    answer: Page
    evidence: Page


@cache
def words() -> dict[str, Words]:
    """What error_words.toml says, by code."""
    text = (resources.files("finsecure_server.help") / "error_words.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Words])


def pages() -> Iterator[Page]:
    """The page of every code, in the order of the tables, and the list of all of them."""
    yield index()
    for code in explained.all_codes():
        found = explained.explain(code, ADDRESS)
        if found is not None:
            yield _page_of(found)
            continue
        failure = explained_failures.explain(code, ADDRESS)
        assert failure is not None, code
        yield _page_of_failure(failure)


def parts(page: Page) -> Parts:
    """The answer and the evidence, each a page by itself."""
    answer, heading, evidence = page.markdown.partition(EVIDENCE)
    assert heading, page.path
    return Parts(replace(page, markdown=answer), replace(page, markdown=heading + evidence))


def index() -> Page:
    """The list of every code, by what it is about."""
    groups = explained.groups()
    lines = [
        "Switch on `type` and `code` in your program, never on `message`. After a decline, `decline_code` says why.",
        "",
        f"The same as data: [errors.json]({FOLDER}.json), as [errors.schema.json]({FOLDER}.schema.json) describes it.",
        "",
    ]
    for group in groups:
        lines += [f"## {group.title}", "", group.means, "", *_code_list(group.codes), ""]
    return Page(
        FOLDER,
        INDEX,
        f"{len(explained.all_codes())} codes. Each page says what happened, whose side it is on, and what to do.",
        "\n".join(lines),
        kind="reference",
        aliases=("error codes", "decline codes", "error list", "all errors", "error dictionary", "error reference"),
        symptoms=("I have an error code and want to know what it means",),
        identifiers=("error.code", "decline_code", "doc_url"),
        owner=OTHERS,
        related=(RELATED_GUIDES,),
    )


# -- one page ----------------------------------------------------------------------------------------------------------


def _page_of(found: Explained) -> Page:
    said = words().get(found.code, Words())
    network = () if found.network_decline_code is None else (found.network_decline_code,)
    lines = ["## What to do", "", *_steps(found.next_steps)]
    if found.payer_message is not None:
        lines += ["## What to tell the payer", "", f"> “{found.payer_message}”", ""]
        lines += [_SAY_NO_MORE, ""] if found.masked else []
    lines += [EVIDENCE, "", *_facts(found), "", "## Bring it about in test mode", "", *_reproduced(found.reproduce)]
    lines += _cards(found)
    example = json.dumps(found.example, indent=2, ensure_ascii=False)
    lines += ["## Example reply", "", "```json", example, "```", ""]
    lines += _related(found.related, found.guide)
    return Page(
        f"{FOLDER}/{found.code}",
        found.code,
        found.meaning,
        "\n".join(lines),
        kind="error",
        aliases=(found.code.replace("_", " "), *said.aliases),
        symptoms=(*said.symptoms, *_heard(found)),
        identifiers=(found.code, *network, *(() if found.on_wire else (found.type,))),
        owner=_owner(found.guide),
        related=(found.guide.removeprefix("/help/"),),
    )


def _page_of_failure(found: ExplainedFailure) -> Page:
    said = words().get(found.code, Words())
    lines = ["## What to do", "", *_steps(found.next_steps), EVIDENCE, ""]
    lines += [
        f"- **Likely cause:** {_md(found.cause)}",
        f"- **Whose side:** {found.side_in_words}",
        f"- **Trying again:** {found.again_in_words}",
        "- **Arrives as:** `error.code` of an attempt, with the phase, the times, the address and the reply",
        "",
    ]
    if found.variants:
        lines += ["## More precisely", ""]
    for variant in found.variants:
        lines += [f"### If it failed {variant.when}", "", f"{_md(variant.meaning)} {_md(variant.cause)}", ""]
        lines += [*_steps(variant.next_steps), f"**Whose side:** {variant.side_in_words}", ""]
    lines += ["## Find the attempts", "", "```sh", found.command, "```", ""]
    lines += ["## Bring it about in test mode", "", *_reproduced(found.reproduce)]
    lines += _related(found.related, found.guide)
    return Page(
        f"{FOLDER}/{found.code}",
        found.code,
        found.meaning,
        "\n".join(lines),
        kind="error",
        aliases=(found.code.replace("_", " "), *said.aliases),
        symptoms=(*said.symptoms, *(f"{variant.meaning} {variant.cause}" for variant in found.variants)),
        identifiers=(found.code,),
        owner=_owner(found.guide),
        related=(found.guide.removeprefix("/help/"),),
    )


def _heard(found: Explained) -> tuple[str, ...]:
    """What a reply, or the payer who read it, says. Words that fit many codes are those of `card_declined` only."""
    heard = [found.payer_message, found.example["error"]["message"]]
    general = explained.GENERAL_MESSAGE
    return tuple(dict.fromkeys(text for text in heard if text and (found.code == "card_declined" or text != general)))


def _facts(found: Explained) -> list[str]:
    arrives = f"HTTP {found.status} · `{found.type}`"
    if found.arrives_as != found.code:
        arrives += f" · code `{found.arrives_as}`, decline_code `{found.code}`"
    if not found.on_wire:
        arrives += " · without a `code`, as at Stripe"
    lines = [
        f"- **Whose side:** {found.side_in_words}",
        f"- **Sending it again:** {found.again_in_words}",
        f"- **Arrives as:** {arrives}",
    ]
    if found.advice_code is not None:
        lines.append(f"- **Advice:** `{found.advice_code}`")
    if found.network_decline_code is not None:
        lines.append(f"- **Network code:** `{found.network_decline_code}`")
    return lines


def _reproduced(how: Reproduction) -> list[str]:
    lines: list[str] = []
    if how.cannot is not None:
        lines += [how.cannot, ""]
    if how.note is not None:
        lines += [how.note, ""]
    if how.curl is not None:
        lines += ["```sh", how.curl, "```", ""]
    if how.finsecure is not None:
        lines += ["The same by the `finsecure` command:", "", "```sh", how.finsecure, "```", ""]
    return lines


def _cards(found: Explained) -> list[str]:
    if not found.cards:
        return []
    rows = [f"| `{card.name}` | `{card.number}` | {_md(card.behaviour)} |" for card in found.cards]
    return ["| Test card | Number | What happens |", "|---|---|---|", *rows, ""]


def _related(codes: Sequence[str], guide: str) -> list[str]:
    lines = ["## Related", "", *_code_list(codes)]
    titles = _titles()
    paths = dict.fromkeys((guide, f"/help/{RELATED_GUIDES}"))
    lines += [f"- [{titles[path]}]({path})" for path in paths if path in titles]
    return [*lines, f"- [Every error and decline code]({FOLDER})", ""]


def _code_list(codes: Sequence[str]) -> list[str]:
    return [f"- [`{code}`]({FOLDER}/{code})" for code in codes]


def _steps(sentences: Sequence[str]) -> list[str]:
    return [*(f"{number}. {_md(sentence)}" for number, sentence in enumerate(sentences, 1)), ""]


def _md(sentence: str) -> str:
    """A sentence of a table as Markdown: calls and patterns with a star read as code, where they are not yet."""
    outside = sentence.split("`")
    outside[::2] = [_STARRED.sub(r"`\1`", _CALL.sub(r"`\1`", text)).replace("<", "&lt;") for text in outside[::2]]
    return "`".join(outside)


def _owner(guide: str) -> str:
    return OWNERS.get(guide.removeprefix("/help/"), OTHERS)


@cache
def _titles() -> dict[str, str]:
    return {page.path: page.title for page in guides()}
