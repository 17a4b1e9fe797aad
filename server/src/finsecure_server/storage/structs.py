"""Structs are learned by one thread, before a database has several.

msgspec looks at the annotations of a Struct when it first decodes one, and keeps what it has found on the class before
that is complete. A second thread that decodes the same Struct in that moment reads what is not there yet, and the
process dies of a segmentation fault (msgspec 0.22.0). Ops decode rows on the threads of a database, so none may be the
first.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

_learned: set[type[msgspec.Struct]] = set()


def learn_structs() -> None:
    """Have msgspec look at every Struct that there is by now: some 20 ms, and the next time only those that are new."""
    for struct in _structs(msgspec.Struct):
        if struct not in _learned:
            msgspec.json.Decoder(struct)
            _learned.add(struct)


def _structs(above: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for struct in above.__subclasses__():
        yield struct
        yield from _structs(struct)
