"""A list call: cursors, `created`, filters, and the page as it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import UNSET

from finsecure_server.core import ids
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, NoSuch, Refused
from finsecure_server.storage.database import Reader, Row
from finsecure_server.storage.pages import Listing
from finsecure_server.web import render
from finsecure_server.web.params import ListParams, Range

_MICROSECONDS: Final = 1_000_000
_TIME_MAX: Final = 1 << 39  # seconds; far beyond what an id can say


def page(
    reader: Reader,
    env: Env,
    listing: Listing,
    prefix: str,
    url: str,
    params: ListParams,
    filters: Mapping[str, object] | None = None,
    *,
    show: Callable[[str], str] = str,
) -> bytes:
    """One page. `filters` may hold UNSET for what was not asked; `show` turns a stored doc into what is shown of it.

    Raises resource_missing for an unknown cursor.
    """
    rows, more = select(reader, env, listing, prefix, params, filters)
    return render.listed((show(row["doc"]) for row in rows), url, more)


def select(
    reader: Reader,
    env: Env,
    listing: Listing,
    prefix: str,
    params: ListParams,
    filters: Mapping[str, object] | None = None,
) -> tuple[Sequence[Row], bool]:
    """The rows of one page, for a table that keeps no doc, and whether there are more beyond them."""
    given = {name: value for name, value in (filters or {}).items() if value is not UNSET}
    after, before = _window(params, prefix)
    backwards = False
    if params.starting_after is not UNSET and params.ending_before is not UNSET:
        raise Refused(
            Code.PARAMETERS_EXCLUSIVE,
            "You may only specify one of these: ending_before, starting_after.",
            param="ending_before",
        )
    if isinstance(params.starting_after, str):
        before = min(before, _cursor(reader, env, listing, params.starting_after, "starting_after"))
    elif isinstance(params.ending_before, str):
        after = max(after, _cursor(reader, env, listing, params.ending_before, "ending_before"))
        backwards = True
    return listing.page(
        reader,
        env.account,
        env.livemode,
        limit=params.limit,
        after=after,
        before=before,
        backwards=backwards,
        filters=given,
    )


def _cursor(reader: Reader, env: Env, listing: Listing, cursor: str, param: str) -> str:
    row = reader.one(listing.cursor(), account=env.account, livemode=int(env.livemode), id=cursor)
    if row is None:
        raise NoSuch(listing.singular(), cursor, param=param)
    return cursor


def _window(params: ListParams, prefix: str) -> tuple[str, str]:
    """`created` as bounds on the id, which begins with the time."""
    created = params.created
    if created is UNSET:
        return "", "~"
    if isinstance(created, int):
        created = Range(gte=created, lte=created)
    assert isinstance(created, Range)
    low, high = 0, _TIME_MAX
    if isinstance(created.gte, int):
        low = max(low, created.gte)
    if isinstance(created.gt, int):
        low = max(low, created.gt + 1)
    if isinstance(created.lte, int):
        high = min(high, created.lte + 1)
    if isinstance(created.lt, int):
        high = min(high, created.lt)
    return _edge(prefix, low), _edge(prefix, high)


def _edge(prefix: str, seconds: int) -> str:
    return f"{prefix}_{ids.moment(min(max(seconds, 0), _TIME_MAX) * _MICROSECONDS)}"
