"""Search by meaning, where the extra `finsecure-server[semantic]` is installed: sentence embeddings beside the words.

The model lies in the wheel of `wordllama`: 32,000 word pieces, each with a vector of 256 numbers. A sentence is the
mean of its pieces, so a question costs a fraction of a millisecond, and nothing is fetched. The files are read here,
because that package looks for its tokenizer in another place than its wheel has it, and would fetch it.

A question's words still count: a page's score is what its words earn, plus what its nearest row means
(decision 0013; measured by `server/tests/help/test_search_quality.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any, Final

from finsecure_server.help.index import Index, Ranked

MODEL: Final = "wordllama/weights/l2_supercat_256.safetensors"
PIECES: Final = "wordllama/tokenizers/l2_supercat_tokenizer_config.json"
NEAREST: Final = 60  # rows that may add a page

#: Texts into unit vectors, a row a text.
Embed = Callable[[Sequence[str]], Any]


def load() -> Embed | None:
    """The model, or None where the extra is not installed."""
    try:
        files = distribution("wordllama")
    except PackageNotFoundError:
        return None
    import numpy as np  # noqa: PLC0415  because these belong to the extra
    from safetensors.numpy import load_file  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    (vectors,) = load_file(str(files.locate_file(MODEL))).values()
    pieces = Tokenizer.from_file(str(files.locate_file(PIECES)))
    first = pieces.token_to_id("<s>")

    def embed(texts: Sequence[str]) -> Any:
        means = np.zeros((len(texts), vectors.shape[1]), np.float32)
        for number, encoded in enumerate(pieces.encode_batch(list(texts), add_special_tokens=False)):
            ids = [piece for piece in encoded.ids if piece != first]
            if ids:
                means[number] = vectors[ids].astype(np.float32).mean(axis=0)
        lengths = np.linalg.norm(means, axis=1, keepdims=True)
        return means / np.where(lengths > 0, lengths, 1)

    return embed


@dataclass(eq=False)
class MeaningIndex(Index):
    """An index that knows what its rows mean as well."""

    embed: Embed = field(kw_only=True)
    weight: float = 30.0  # what a row of the very same meaning is worth, in points of bm25
    _meanings: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._meanings = self.embed([self.said(rowid) for rowid in range(len(self.rows))])

    def scored(self, words: Sequence[str], question: str) -> dict[str, Ranked]:
        """Pages by their words and by their meaning."""
        pages = super().scored(words, question)
        nearness = (self._meanings @ self.embed([question]).T)[:, 0]
        order = nearness.argsort()[::-1][:NEAREST]
        seen: set[str] = set()
        for rowid in map(int, order):
            path = self.rows[rowid].page.path
            if path in seen:
                continue
            seen.add(path)
            ranked = pages.setdefault(path, Ranked(0.0, rowid))
            ranked.score += self.weight * float(nearness[rowid])
        return pages
