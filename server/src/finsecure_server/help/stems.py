"""The words of a text, and their stems: `payments`, `payment` and `paid for` are asked for in any form.

Stems are those of M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980), with the irregular forms that
readers of these pages use. `pages/assets/find.js` does the same in a browser; a test compares both.

Needs the standard library only: the same module goes into the `finsecure` wheel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

#: Words that say nothing of what is asked.
STOPPED: Final = frozenset(
    """
    a about actually after all also am an and another any anybody anyone anything are as at be because been being but by
    came can cannot cant come comes coming could do does doesnt dont ever every everybody everyone everything for from
    get gets getting go goes got had has have having he her here hers him his how however i if im in into is isnt it its
    itself ive just keep keeps know let like maybe me might my myself need needs no nobody not now of on one only or our
    ours out over please really seem seems she should since so some somebody someone something still than thanks that
    thats the their them then there these they thing things think this those though to too up us use used uses using
    very want wanted wants was way we were what whats when where whether which while who whom whose why will with
    without wont would yet you your yours
    """.split()
)

#: Words of one meaning in the trade. A row with another one of a group counts as well, for less.
ALIKE: Final = (
    "customer client buyer shopper payer purchaser cardholder consumer subscriber",
    "refund reimburse repay",
    "charge bill debit",
    "decline refuse reject deny",
    "webhook hook callback notification",
    "dispute chargeback",
    "payout settlement withdrawal",
    "authorize hold reserve preauthorize",
    "leak expose compromise",
    "zip postcode postal",
    "cvc cvv csc",
    "twice double duplicate",
    "certificate cert tls ssl https",
    "slow latency performance speed",
    "outage downtime unavailable",
    "delete remove erase",
    "live production prod",
    "sandbox test",
    "documentation docs manual",
    "redirect forward",
    "limit quota throttle",
    "retry repeat resend redeliver",
    "approve confirm authenticate",
    "fraud bot attack",
    "colleague employee teammate staff",
    "offline internet network",
    "key credential",
)

WORD: Final = re.compile(r"[^\W_]+")
_C, _V = "[^aeiou][^aeiouy]*", "[aeiouy][aeiou]*"
_MEASURE_0: Final = re.compile(f"(?:{_C})?{_V}{_C}")  # more than 0
_MEASURE_1: Final = re.compile(f"(?:{_C})?{_V}{_C}(?:{_V})?$")  # exactly 1
_MEASURE_2: Final = re.compile(f"(?:{_C})?{_V}{_C}{_V}{_C}")  # more than 1
_VOWEL: Final = re.compile(f"(?:{_C})?[aeiouy]")
_SHORT: Final = re.compile(f"{_C}[aeiouy][^aeiouwxy]$")
_DOUBLE: Final = re.compile(r"([^aeiouylsz])\1$")
_STEP_2: Final = re.compile(
    "(.+?)(ational|tional|enci|anci|izer|bli|alli|entli|eli|ousli|ization|ation|ator|alism|iveness|fulness|ousness"
    "|aliti|iviti|biliti|logi)$"
)
_LESS_2: Final = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble", "logi": "log",
}  # fmt: skip
_STEP_3: Final = re.compile("(.+?)(icate|ative|alize|iciti|ical|ful|ness)$")
_LESS_3: Final = {"icate": "ic", "alize": "al", "iciti": "ic", "ical": "ic"}
_STEP_4: Final = re.compile(
    "(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|(?<=[st])ion|ou|ism|ate|iti|ous|ive|ize)$"
)


def words(text: str) -> list[str]:
    """The words of a text, without accents: `don't` is one word, and a letter by itself is none."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("n't", "nt").lower()
    if not plain.isascii():
        plain = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return [word for word in WORD.findall(plain) if len(word) > 1 or word.isdigit()]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """What the forms of a word have in common."""
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    return _fifth(_fourth(_third(_second(_first(word)))))


def _first(word: str) -> str:
    if word.endswith("s"):
        word = word[:-2] if word.endswith(("sses", "ies")) else word if word.endswith("ss") else word[:-1]
    if word.endswith("eed"):
        word = word[:-1] if _MEASURE_0.match(word[:-3]) else word
    else:
        begins = word.removesuffix("ed") if word.endswith("ed") else word.removesuffix("ing")
        if begins != word and _VOWEL.match(begins):
            word = begins
            if word.endswith(("at", "bl", "iz")) or _SHORT.match(word):
                word += "e"
            elif _DOUBLE.search(word):
                word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and _VOWEL.match(word[:-1]) else word


def _second(word: str) -> str:
    found = _STEP_2.match(word)
    return found[1] + _LESS_2[found[2]] if found and _MEASURE_0.match(found[1]) else word


def _third(word: str) -> str:
    found = _STEP_3.match(word)
    return found[1] + _LESS_3.get(found[2], "") if found and _MEASURE_0.match(found[1]) else word


def _fourth(word: str) -> str:
    found = _STEP_4.match(word)
    return found[1] if found and _MEASURE_2.match(found[1]) else word


def _fifth(word: str) -> str:
    if word.endswith("e"):
        begins = word[:-1]
        if _MEASURE_2.match(begins) or (_MEASURE_1.match(begins) and not _SHORT.match(begins)):
            word = begins
    return word[:-1] if word.endswith("ll") and _MEASURE_2.match(word) else word


@lru_cache(maxsize=1)
def _alike() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for group in ALIKE:
        stems = [stem(word) for word in group.split()]
        for one in stems:
            found.setdefault(one, []).extend(other for other in stems if other != one)
    return found


def alike(stemmed: str) -> Sequence[str]:
    """Stems of words that mean the same in the trade."""
    return _alike().get(stemmed, ())
