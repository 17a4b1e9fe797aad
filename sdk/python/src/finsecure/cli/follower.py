"""Follow a list of the API from where you stopped, missing nothing.

Ids sort by the time at which their request came in, and some requests take longer than others: an object can appear
*behind* one that you have seen. So the cursor is in two parts: an anchor, before which nothing appears any more, and
the ids after it that you have seen. The anchor moves to an object once that was seen OVERLAP seconds ago, which is
longer than any request takes; what is of long ago is settled at once. Looking is cheap: mostly only behind the newest,
and behind the anchor now and then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from finsecure import errors

OVERLAP: Final = 120.0  # seconds; the longest answer of the simulator takes 60
LONG_AGO: Final = 3600.0  # seconds; nothing appears before an id that is older, whatever this clock is off by
_STEP: Final = 500  # objects after which it is seen which are settled
RECHECK: Final = 5.0  # seconds between two looks behind the anchor
PAGE: Final = 100
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_LETTERS: Final = 12

#: (path, parameters) → a page of a list.
Get = Callable[..., dict[str, Any]]


class Follower:
    """One list, followed. `anchor` None: from the beginning of all time."""

    def __init__(
        self,
        get: Get,
        path: str,
        params: Mapping[str, Any],
        anchor: str | None,
        seen: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`seen`: ids after the anchor that are known; they count as seen now."""
        self._wall = wall
        self._marked = 0
        self._get = get
        self._path = path
        self._params = dict(params)
        self._clock = clock
        self._checked = float("-inf")
        self.anchor = anchor
        self.seen = dict.fromkeys(seen, clock())

    def new(self) -> Iterator[dict[str, Any]]:
        """What is new, from old to new. Say `mark` of each when you are done with it. Raises what a call may raise."""
        now = self._clock()
        behind = now - self._checked >= RECHECK
        start = self.anchor if behind or not self.seen else max(self.seen)
        for one in self._after(start):
            if one["id"] not in self.seen:
                yield one
        if behind:
            self._checked = now
        self._settle()

    def mark(self, identifier: str) -> None:
        """It is seen, and will not come again."""
        self.seen[identifier] = self._clock()
        self._marked += 1
        if self._marked % _STEP == 0:
            self._settle()

    def _settle(self) -> None:
        """Move the anchor to the newest that has been known for long enough, or is of long ago."""
        now, old = self._clock(), self._wall() - LONG_AGO
        settled = max((one for one, at in self.seen.items() if now - at >= OVERLAP or second(one) < old), default=None)
        if settled is not None:
            self.anchor = settled
            self.seen = {one: at for one, at in self.seen.items() if one > settled}

    def _after(self, cursor: str | None) -> Iterator[dict[str, Any]]:
        if cursor is None:
            yield from self._everything({})
            return
        more = True
        while more:
            try:
                page = self._get(self._path, **self._params, ending_before=cursor, limit=PAGE)
            except errors.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise
                # It is too old to be kept, or the server has other data now: what is newer comes all the same.
                newer = self._everything({"created[gte]": second(cursor)})
                yield from (one for one in newer if one["id"] > cursor)
                return
            found = page["data"]
            yield from reversed(found)
            more = page["has_more"] and bool(found)
            cursor = found[0]["id"] if found else cursor

    def _everything(self, bound: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        params = {**self._params, **bound}
        more = True
        while more:
            page = self._get(self._path, **params, limit=PAGE)
            found += page["data"]
            more = page["has_more"] and bool(page["data"])
            if more:
                params["starting_after"] = page["data"][-1]["id"]
        yield from reversed(found)


def second(identifier: str) -> int:
    """The second since 1970 that an id was made in: it begins with microseconds, in Crockford's base 32."""
    letters = identifier.partition("_")[2][:_TIME_LETTERS]
    microseconds = 0
    for letter in letters:
        microseconds = microseconds << 5 | max(_ALPHABET.find(letter), 0)
    return microseconds // 1_000_000


def newest(get: Get, path: str, params: Mapping[str, Any], before: int | None = None) -> str | None:
    """The id of the newest object, or of the newest before a time (seconds since 1970); None if there is none."""
    bound = {} if before is None else {"created[lt]": before}
    found = get(path, **params, **bound, limit=1)["data"]
    return str(found[0]["id"]) if found else None


class Patience:
    """How to go on when the server does not answer: wait a little longer each time, and say so once."""

    def __init__(self, note: Callable[[str], None], sleep: Callable[[float], None] = time.sleep) -> None:
        self._note = note
        self._sleep = sleep
        self._failures = 0

    def failed(self, error: errors.FinSecureError) -> None:
        """Wait, if it may pass by itself; else raise it."""
        if not isinstance(
            error, (errors.APIConnectionError, errors.ServerError, errors.RateLimitError, errors.ConflictError)
        ):
            raise error
        if isinstance(error, errors.APIConnectionError) and error.kind == "tls":
            raise error
        if self._failures == 0:
            self._note(f"The server does not answer ({error.message}) Trying again until it does; nothing is missed.")
        self._failures += 1
        self._sleep(min(0.5 * 2 ** min(self._failures, 4), 5.0))

    def well(self) -> None:
        """It answers."""
        if self._failures:
            self._note("The server answers again.")
        self._failures = 0
