"""Search by meaning, where the extra `finsecure-server[semantic]` is installed: sentence embeddings beside the words.

The model lies in the wheel of `wordllama`: 32,000 word pieces, each with a vector of 256 numbers. A sentence is the
mean of its pieces, where rare ones count more, so a question costs a fraction of a millisecond, and nothing is fetched.
The files are read here, because that package looks for its tokenizer in another place than its wheel has it, and would
fetch it.

A question's words still count: a page's score is what its words earn, plus what its nearest row means
(decision 0013; measured by `server/tests/help/test_search_quality.py`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any, Final, NamedTuple

from finsecure_server.help.index import Index, Ranked
from finsecure_server.help.page import Page

MODEL: Final = "wordllama/weights/l2_supercat_256.safetensors"
PIECES: Final = "wordllama/tokenizers/l2_supercat_tokenizer_config.json"
NEAREST: Final = 60  # rows that may add a page
MEANT_LETTERS: Final = 1_000  # of a question: taking a long one apart costs more than all the rest
NEAR_ENOUGH: Final = 0.4  # to be found by meaning alone; words of other matters come to 0.3
PIECE_LETTERS: Final = 2.5  # of words that mean something; `zzqx` falls into single letters, which mean anything
WEIGHT: Final = 18.0  # what a row of the very same meaning is worth, in points of bm25


class Model(NamedTuple):
    """Word pieces with their vectors."""

    pieces: Callable[[Sequence[str]], list[list[int]]]
    vectors: Any  # a float32 row a piece
    summed: Callable[[Sequence[int], Sequence[float]], Any]  # the sum of pieces, each times its weight


def load() -> Model | None:
    """The model, or None where the extra is not installed."""
    try:
        files = distribution("wordllama")
    except PackageNotFoundError:
        return None
    import numpy as np  # noqa: PLC0415  because these belong to the extra
    from safetensors.numpy import load_file  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    (vectors,) = load_file(str(files.locate_file(MODEL))).values()
    tokenizer = Tokenizer.from_file(str(files.locate_file(PIECES)))
    begin = tokenizer.token_to_id("<s>")

    def pieces(texts: Sequence[str]) -> list[list[int]]:
        encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [[piece for piece in one.ids if piece != begin] for one in encoded]

    vectors = vectors.astype(np.float32)

    def summed(some: Sequence[int], weights: Sequence[float]) -> Any:
        return np.asarray(weights, np.float32) @ vectors[list(some)]

    return Model(pieces, vectors, summed)


class MeaningIndex(Index):
    """An index that knows what its rows mean as well."""

    def __init__(self, pages: Sequence[Page], prepared: Mapping[str, Any] | None = None, *, model: Model) -> None:
        super().__init__(pages, prepared)
        self.model = model
        # A piece that many rows have says little: it counts with the logarithm of how rare it is.
        pieces = self.model.pieces([self.said(rowid) for rowid in range(len(self.rows))])
        uses = Counter(piece for row in pieces for piece in set(row))
        rows = len(pieces) + 1
        self._pieces = {piece: math.log(rows / (count + 1)) for piece, count in uses.items()}
        self._rarest = math.log(rows)
        vectors = self.model.vectors
        self._meanings = vectors[: len(pieces)] * 0
        for number, row in enumerate(pieces):
            self._meanings[number] = self._meaning(row)

    def _meaning(self, pieces: Sequence[int]) -> Any:
        """The direction of a text: the weighted mean of its pieces, of length one."""
        if not pieces:
            return self.model.vectors[0] * 0
        meaning = self.model.summed(pieces, [self._pieces.get(piece, self._rarest) for piece in pieces])
        length = float((meaning @ meaning) ** 0.5)
        return meaning / length if length else meaning

    def scored(self, words: Sequence[str], question: str) -> dict[str, Ranked]:
        """Pages by their words and by their meaning."""
        pages = super().scored(words, question)
        (pieces,) = self.model.pieces([question[:MEANT_LETTERS]])
        nearness = self._meanings @ self._meaning(pieces)
        letters = sum(map(str.isalnum, question[:MEANT_LETTERS]))
        enough = NEAR_ENOUGH if letters >= PIECE_LETTERS * len(pieces) else 1.0
        seen: set[str] = set()
        for rowid in map(int, nearness.argsort()[::-1][:NEAREST]):
            path = self.rows[rowid].page.path
            if path not in seen and (path in pages or nearness[rowid] >= enough):
                seen.add(path)
                pages.setdefault(path, Ranked(rowid)).score += WEIGHT * float(nearness[rowid])
        return pages
