"""What of a text from outside may be repeated in an error or written into a log: no card number, and no secret of ours.

People paste a key where an id belongs, and software puts one into an address. Whoever reads the log must not be able to
use it.
"""

from __future__ import annotations

import re
from typing import Final

from finsecure_server.core.cards import mask

#: API keys that are secret (accounts/key_text.py), client secrets of intents, and signing secrets of endpoints, which
#: are in base 64. The first letters say what it was.
_SECRET: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:((?:sk|rk)_(?:test|live)_|(?:pi|seti)_[0-9a-z]{20,40}_secret_)[0-9A-Za-z]+"
    r"|(whsec_)[0-9A-Za-z+/_-]+=*)"
)


def disclosed(text: str) -> str:
    """The text, with card numbers shown by their last four digits and secrets by how they begin."""
    text = mask(text)
    return _SECRET.sub(r"\1\2****", text) if "_" in text else text
