"""What readers of the help center say, as it comes in."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from finsecure_server.web.params import Secret

TEXT_LETTERS_MAX: Final = 1_000
QUESTION_LETTERS_MAX: Final = 5_000

#: What somebody types may hold a card number or a key. It is neither logged nor refused, and kept without them.
Words = Annotated[str, Meta(max_length=QUESTION_LETTERS_MAX), Secret]


class Feedback(Struct, kw_only=True):
    """Whether a page helped, and what did. What is too long is cut: nobody writes it twice."""

    path: Annotated[str, Meta(max_length=500)]
    solved: Literal["yes", "no"]
    text: Words = ""
