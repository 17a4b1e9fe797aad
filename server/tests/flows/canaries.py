"""Card numbers and other secrets that are sent everywhere, and a search for them wherever they may have been left."""

from __future__ import annotations

import base64
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

from finsecure_server.core.cards import luhn
from finsecure_server.core.test_cards import CARDS, by_number

CHANCE = random.Random(20261122)
#: How the brands begin, and how long their numbers are.
BRANDS = (("4929", 16), ("5412", 16), ("2720", 16), ("3714", 15), ("6011", 16), ("3569", 16), ("3812", 14))
SEPARATORS = re.compile(rb"[\s\x00\-_./+\xa0]+")
LENGTH_SEEN_MAX = 10  # of a number's digits in a row: first six and last four are what anybody may see


def number(begins: str, length: int) -> str:
    """A card number that no card bears as far as we know, right in form."""
    while True:
        digits = begins + "".join(str(CHANCE.randrange(1, 10)) for _ in range(length - len(begins)))
        if luhn(digits) and by_number(digits) is None:
            return digits


#: Twenty numbers as real ones are. Test mode refuses them, and so does live mode, which has no processor.
REAL = tuple(number(*BRANDS[count % len(BRANDS)]) for count in range(20))
#: The published ones. Nobody is harmed if they leak, but what lets them out would let out the others.
PUBLISHED = tuple(sorted({card.number for card in CARDS}))
ACCOUNTS = tuple("".join(str(CHANCE.randrange(1, 10)) for _ in range(12)) for _ in range(5))
#: Security codes that are none, and so can be told from any other digits in a file.
ODD_CODES = tuple("".join(str(CHANCE.randrange(1, 10)) for _ in range(11)) for _ in range(20))
#: Those that are. They are looked for beside their name only, for any file holds three digits by chance.
CODES = tuple(f"{CHANCE.randrange(100, 999)}" for _ in range(20))
_CODE = re.compile(rb"cvc[\"'\]=: %\\0-9A-F]{1,12}?(?:" + "|".join(CODES).encode() + rb")(?![0-9])", re.IGNORECASE)


def grouped(digits: str, separator: str) -> str:
    """As it is printed on a card."""
    return separator.join(re.findall(r"\d{1,4}", digits))


def _parts(digits: str) -> list[bytes]:
    """What must not be found of a number: any run of more of its digits than may be seen."""
    return [digits[at : at + LENGTH_SEEN_MAX + 1].encode() for at in range(len(digits) - LENGTH_SEEN_MAX)]


_PLAIN = [part for digits in (*REAL, *ODD_CODES) for part in _parts(digits)]
_PLAIN += [digits.encode() for digits in (*PUBLISHED, *ACCOUNTS)]
#: In base 64, wherever it begins in what is encoded.
_ENCODED = [
    base64.b64encode(b"\0" * shift + digits.encode()).rstrip(b"=")[4:-4]
    for digits in (*REAL, *ACCOUNTS)
    for shift in range(3)
]


def found_in(content: bytes) -> str | None:
    """What was found of a canary; None when it is clean."""
    seen = next((part for part in _ENCODED if part in content), None)
    if seen is not None:
        return f"{seen.decode()} (base 64)"
    for text in {content, unquote_to_bytes(content)} if b"%" in content else {content}:
        digits = SEPARATORS.sub(b"", text)
        seen = next((part for part in _PLAIN if part in digits), None)
        if seen is not None:
            return seen.decode()
        match = _CODE.search(text)
        if match is not None:
            return match[0].decode("latin-1")
    return None


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file in a folder, and what is packed in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        yield f"{path.name}:{name}", archive.read(name)
