"""A card's security code, which may be sent to the bank and must never be kept.

PCI DSS 3.3.1.2 forbids storing it after authorization, encrypted or not, and 3.3.2 asks that it never reach a disk
before. So it is a type of its own that no serializer takes and no message shows.
"""

from __future__ import annotations

from typing import NoReturn

_MASK = "•••"


class Cvc:
    """Holds the code in memory, for as long as the call that brought it lasts."""

    __slots__ = ("_code",)

    def __init__(self, code: str) -> None:
        self._code = code

    def reveal(self) -> str:
        """The code itself: for whoever sends it to the bank, and for the check of its shape. Nobody else calls this."""
        return self._code

    def __repr__(self) -> str:
        return f"Cvc({_MASK})"

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return format(_MASK, spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a security code is never written down")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a security code is never written down")
