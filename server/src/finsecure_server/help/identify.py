"""What a question names exactly: codes, ids, statuses, headers, calls. It is answered before anything is ranked.

A question may be a single code, or a whole reply, traceback or log line that somebody pasted: then the code that says
most is taken first (`decline_code` before `code` before `type`).

Needs the standard library only: the same module goes into the `finsecure` wheel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

from finsecure_server.help.page import Page, sections
from finsecure_server.help.spelling import Spelling

#: Which kind of page answers for a name that several pages claim.
_FIRST: Final = {"error": 0, "guide": 1, "reference": 2, "api": 3}

OBJECT_ID: Final = re.compile(r"(?<![\w-])([a-z]{2,8})_(?:test_|live_)?[0-9A-Za-z]{12,}(?:_[0-9A-Za-z]{12,})?(?![\w-])")
_ID_IN_PATH: Final = re.compile(r"[a-z]{2,8}_(?:[^\W\d]*\d\w*|…)")  # as people shorten them: cus_123, pi_…
_SECRET: Final = re.compile(r"(?<![\w-])((?:sk|rk|pk)_(?:test|live)_|whsec_)\w*")
_IN_JSON: Final = re.compile(
    r"""["']?\b(decline_?[cC]ode|failure_?[cC]ode|error_?[cC]ode|code|type)\b["']?\s*(?::|=>?)\s*["']([\w.-]+)["']"""
)
_IN_JSON_ORDER: Final = ("decline_code", "failure_code", "error_code", "code", "type")
_RAISED: Final = re.compile(
    r"^[^\S\n]*(?:\w+\.)*(\w*(?:[Ee]rror|Exception|Timeout|Refused|Interrupt)\w*)\b", re.MULTILINE
)
_CALL: Final = re.compile(r"(?:\b(GET|POST|DELETE|PUT|PATCH|HEAD)\s+)?(?:https?://[^\s/]+)?(/[\w{}./-]*)")
#: A question about a call, not a message that mentions one.
_ASKED: Final = re.compile(r"(?:curl\b|(?:GET|POST|DELETE|PUT|PATCH|HEAD)\s|[^\s/]*/\S*$)", re.IGNORECASE)
_STATUS: Final = re.compile(
    r"(?:\bHTTP(?:/[\d.]+)?|\bstatus(?:[ _]code)?|\berror|\bcode)\W{0,4}([1-5]\d\d)\b", re.IGNORECASE
)
_BARE_STATUS: Final = re.compile(r"(?:HTTP\s*)?([1-5]\d\d)(?:\s+[A-Za-z ]{2,40})?", re.IGNORECASE)
_CARD: Final = re.compile(r"(?<!\d)(?:\d[ -]?){12,19}(?!\d)")
_CURL: Final = re.compile(r"\bcurl: ?\((\d+)\)")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD: Final = re.compile(r"[A-Za-z][\w.-]*\w")
#: What is longer is no name, and is not taken apart to look for one.
NAME_LETTERS_MAX: Final = 200
#: Words with an underline that are compared with every code. Whoever mistypes more of them has not typed them.
MENDED_MAX: Final = 12
#: A message of more words says what happened.
MESSAGE_WORDS: Final = 8
#: Somebody pasted this rather than typing it.
PASTED: Final = re.compile(r"[{\n]|Traceback|\w(?:[Ee]rror|Exception): ")


class Hit(NamedTuple):
    """A place that a question names. `name` is what in the question names it, as the pages write it."""

    path: str
    name: str
    corrected: str | None = None  # the question's own spelling, when that was no name


class Identifiers:
    """Knows which place answers for which name."""

    def __init__(
        self,
        pages: Iterable[Page],
        prepared: tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]] | None = None,
    ) -> None:
        """`prepared` is what `as_prepared` gave for the very same pages."""
        pages = list(pages)
        self._paths = {page.path for page in pages}
        self._names, self._phrases = (_named(pages), _called(pages)) if prepared is None else prepared

    def as_prepared(self) -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
        """Every name and every phrase, with the place that answers for it and how it is written."""
        return self._names, self._phrases

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(name for name in self._names if re.fullmatch(r"[a-z]+(?:_[a-z0-9]+)+", name))

    def find(self, question: str) -> list[Hit]:
        """The places that a question names, the best first, each once."""
        found: dict[str, Hit] = {}
        for hit in self._hits(question.strip()):
            found.setdefault(hit.path, hit)
        return list(found.values())

    def knows(self, word: str) -> bool:
        """Whether it is a name, and so never misspelt."""
        return _folded(word) in self._names

    def _hits(self, question: str) -> Iterator[Hit]:
        whole = _folded(question)
        if whole in self._names:
            yield Hit(*self._names[whole])
        if status := _BARE_STATUS.fullmatch(question):
            yield from self._named(status[1])
        asks_for_a_call = _ASKED.match(question) is not None
        if asks_for_a_call:
            yield from self._calls(question)
        yield from self._codes(question)
        if whole in self._phrases:
            yield Hit(*self._phrases[whole])
        yield from self._ids(question)
        for status in _STATUS.finditer(question):
            yield from self._named(status[1])
        for number in _CURL.findall(question):
            yield from self._named(f"curl: ({number})")
        for digits in _CARD.findall(question):
            yield from self._named(re.sub(r"\D", "", digits))
        if not asks_for_a_call and len(question.split()) <= MESSAGE_WORDS:
            # an address in a message is where it happened, not what: in a long one it says nothing
            yield from self._calls(question)

    def _named(self, name: str) -> Iterator[Hit]:
        """The place of a name, in either of two spellings: paymentIntents.confirm and payment_intents.confirm.

        Where there is none, of what follows its first dot: finsecure.CardError.
        """
        if len(name) > NAME_LETTERS_MAX:
            return
        while name:
            hit = self._names.get(_folded(name)) or self._names.get(_folded(_CAMEL.sub("_", name)))
            if hit is not None:
                yield Hit(*hit)
                return
            name = name.partition(".")[2]

    def _calls(self, question: str) -> Iterator[Hit]:
        for method, run in dict.fromkeys(_CALL.findall(question)):
            path = run.rstrip("{./-")
            if not path:
                continue
            if path in self._paths:
                yield Hit(path, path)
            shape = _shape(path)
            if method:
                yield from self._named(f"{method} {shape}")
            yield from self._named(shape)

    def _codes(self, question: str) -> Iterator[Hit]:
        """Codes in what was pasted: those of members first, then the exception, then any other."""
        members = [(re.sub("Code$", "_code", member), value) for member, value in _IN_JSON.findall(question)]
        for wanted in _IN_JSON_ORDER[:-1]:
            for member, value in members:
                if member == wanted:
                    yield from self._named(value)
        words = _WORD.findall(question)
        short = len(words) == 1
        known = {word: tuple(self._named(word)) for word in dict.fromkeys(words) if short or _is_name(word)}
        named = [hit for word in words for hit in known.get(word, ())]
        # What stands last in a message says most: "card_declined, do_not_honor".
        yield from reversed([hit for hit in named if "/errors/" in hit.path])
        for raised in reversed(_RAISED.findall(question)):
            yield from self._named(raised)
        for member, value in members:
            if member == _IN_JSON_ORDER[-1]:
                yield from self._named(value)
        yield from named
        yield from self._misspelt(question)

    def _misspelt(self, question: str) -> Iterator[Hit]:
        """Codes with a slip. A word of a path is part of an address, and left alone."""
        found = (match for match in _WORD.finditer(question) if question[match.start() - 1 : match.start()] != "/")
        words = (word for word in dict.fromkeys(match[0] for match in found) if "_" in word and not self.knows(word))
        strange = (word for word in words if not OBJECT_ID.fullmatch(word) and not _SECRET.match(word))
        for word in islice(strange, MENDED_MAX):
            meant = self._spelling.nearest(word.lower())
            if meant is not None:
                yield Hit(*self._names[meant])._replace(corrected=word)

    def _ids(self, question: str) -> Iterator[Hit]:
        for secret in _SECRET.findall(question):
            yield from self._named(secret)
        for match in OBJECT_ID.finditer(question):
            if match[1] == "req":
                yield Hit(f"/help/requests/{match[0]}", match[0])
            yield from self._named(match[1] + "_")


def _named(pages: Sequence[Page]) -> dict[str, tuple[str, str]]:
    """By every exact name: the place that answers for it, and how it is written."""
    names: dict[str, tuple[str, str]] = {}
    for page in sorted(pages, key=lambda page: _FIRST[page.kind]):
        for name in page.identifiers:
            if page.kind == "api" and "/v1/" in name:  # who names a call wants its reference
                names[_folded(name)] = page.path, name
            names.setdefault(_folded(name), (page.path, name))
        for section in sections(page)[1:]:
            for phrase in section.aliases:
                if phrase in section.names or _is_name(phrase) or _CARD.fullmatch(phrase):
                    names.setdefault(_folded(phrase), (f"{page.path}#{section.anchor}", phrase))
    return names


def _called(pages: Sequence[Page]) -> dict[str, tuple[str, str]]:
    """The same by every title and alias, guides first."""
    phrases: dict[str, tuple[str, str]] = {}
    for page in sorted(pages, key=lambda page: page.kind != "guide"):
        for phrase in (page.title, *page.aliases):
            phrases.setdefault(_folded(phrase), (page.path, phrase))
        for section in sections(page)[1:]:
            for phrase in section.aliases:
                phrases.setdefault(_folded(phrase), (f"{page.path}#{section.anchor}", phrase))
    return phrases


def _folded(name: str) -> str:
    """A name as it is compared: a place in a path that is for an id is empty, case does not count."""
    name = " ".join(name.split())
    if "/" in name:
        method, space, path = name.rpartition(" ")
        name = method + space + _shape(path)
    return name.lower()


def _shape(path: str) -> str:
    """A path with its ids left out: /v1/refunds/{refund} and /v1/refunds/re_1… are the same."""
    parts = (re.sub(r"\{[^{}]*\}", "{}", part) for part in path.rstrip("/").split("/"))
    return "/".join("{}" if _ID_IN_PATH.fullmatch(part) else part for part in parts)


def _is_name(word: str) -> bool:
    """Whether a word is a name by its looks: card_declined, Idempotency-Key, payment_intent.succeeded, CardError."""
    return bool(
        re.search(r"[A-Za-z]_[A-Za-z]|\w\.\w", word)
        or re.fullmatch(r"[A-Z][a-z]+(?:-[A-Z][A-Za-z0-9]+)+", word)
        or re.fullmatch(r"(?:[A-Z][a-z0-9]+){2,}|[A-Z][A-Z0-9]{4,}", word)
    )
