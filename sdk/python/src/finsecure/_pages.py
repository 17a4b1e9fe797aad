"""Pages of a list, and walking through all of them: one page at a time is asked for, when it is needed.

Iterating a page gives the objects of that page, as at Stripe; `auto_paging_iter()` goes on to the end. A list that was
asked for with `ending_before` is walked the other way, from old to new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Generic, Self, TypeVar

from finsecure._core.call import Call, Reply
from finsecure._view import FinSecureObject, Kinds, view_of

T = TypeVar("T")


class _Page(FinSecureObject, Generic[T]):
    """What both kinds of page share: everything but the asking."""

    __slots__ = ("_call", "_kinds", "_send")

    _call: Call | None
    _send: Callable[[Call], Any] | None
    _kinds: Kinds

    def __init__(
        self,
        data: dict[str, Any],
        reply: Reply | None = None,
        kinds: Kinds = (),
        call: Call | None = None,
        send: Callable[[Call], Any] | None = None,
    ) -> None:
        super().__init__(data, reply)
        object.__setattr__(self, "_kinds", kinds)
        object.__setattr__(self, "_call", call)
        object.__setattr__(self, "_send", send)

    @property
    def data(self) -> list[T]:
        """The objects of this page, newest first."""
        return [view_of(one, self._kinds) for one in self._data["data"]]  # type: ignore[misc]  # kinds are what T is

    @property
    def has_more(self) -> bool:
        """Whether there is more in the direction that was asked for."""
        return bool(self._data["has_more"])

    @property
    def url(self) -> str:
        """Where the list is."""
        return str(self._data["url"])

    def __getitem__(self, name: str) -> Any:
        return self.data if name == "data" else super().__getitem__(name)

    def __len__(self) -> int:
        """How many objects are on this page."""
        return len(self._data["data"])

    def __bool__(self) -> bool:
        return bool(self._data["data"])

    def __repr__(self) -> str:
        more = ", more to come" if self.has_more else ""
        return f"<{type(self).__name__} of {self.url}: {len(self)} objects{more}>"

    def __reduce__(self) -> tuple[type[Self], tuple[Any, ...]]:
        return type(self), (self._data, self._reply, self._kinds)

    @property
    def _backwards(self) -> bool:
        return self._call is not None and self._call.params.get("ending_before") is not None

    def _in_order(self) -> list[T]:
        return self.data[::-1] if self._backwards else self.data

    def _older(self) -> Call | None:
        """The call for the page after this one; None if this is the last."""
        return self._asking("starting_after", -1, "ending_before") if self.has_more or self._backwards else None

    def _newer(self) -> Call | None:
        """The call for the page before this one. What came first when it was read need not be first now."""
        return self._asking("ending_before", 0, "starting_after") if self.has_more or not self._backwards else None

    def _onward(self) -> Call | None:
        """The call for the next page in the direction that this one was asked for."""
        if not self.has_more:
            return None
        return self._newer() if self._backwards else self._older()

    def _asking(self, cursor: str, which: int, other: str) -> Call | None:
        if not self._data["data"]:
            return None
        if self._call is None:
            raise RuntimeError("this page was unpickled or made by hand: it knows no client to ask for another")
        return self._call.with_params({cursor: self._data["data"][which]["id"]}, without=(other,))


class Page(_Page[T]):
    """One page of a list, from a `Client`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[T]:  # type: ignore[override]  # a page is iterated by its objects, not its members
        return iter(self.data)

    def next_page(self) -> Page[T] | None:
        """The older objects; None if there are none."""
        return self._page(self._older())

    def previous_page(self) -> Page[T] | None:
        """The newer objects; None if there are none."""
        return self._page(self._newer())

    def pages(self) -> Iterator[Page[T]]:
        """This page and all that follow in its direction."""
        page: Page[T] | None = self
        while page is not None:
            yield page
            page = self._page(page._onward())  # noqa: SLF001  because it is one of us

    def auto_paging_iter(self) -> Iterator[T]:
        """Every object from here to the end, asking for pages as they are needed."""
        for page in self.pages():
            yield from page._in_order()  # noqa: SLF001  because it is one of us

    def to_list(self, limit: int) -> list[T]:
        """The first `limit` objects from here, over as many pages as it takes."""
        found: list[T] = []
        for one in self.auto_paging_iter():
            if len(found) >= limit:
                break
            found.append(one)
        return found

    def _page(self, call: Call | None) -> Page[T] | None:
        if call is None or self._send is None:
            return None
        page: Page[T] = self._send(call)
        return page or None


class AsyncPage(_Page[T]):
    """One page of a list, from an `AsyncClient`."""

    __slots__ = ()

    def __iter__(self) -> Iterator[T]:  # type: ignore[override]  # a page is iterated by its objects, not its members
        return iter(self.data)

    async def next_page(self) -> AsyncPage[T] | None:
        """The older objects; None if there are none."""
        return await self._page(self._older())

    async def previous_page(self) -> AsyncPage[T] | None:
        """The newer objects; None if there are none."""
        return await self._page(self._newer())

    async def pages(self) -> AsyncIterator[AsyncPage[T]]:
        """This page and all that follow in its direction."""
        page: AsyncPage[T] | None = self
        while page is not None:
            yield page
            page = await self._page(page._onward())  # noqa: SLF001  because it is one of us

    async def auto_paging_iter(self) -> AsyncIterator[T]:
        """Every object from here to the end, asking for pages as they are needed."""
        async for page in self.pages():
            for one in page._in_order():  # noqa: SLF001  because it is one of us
                yield one

    async def to_list(self, limit: int) -> list[T]:
        """The first `limit` objects from here, over as many pages as it takes."""
        found: list[T] = []
        async for one in self.auto_paging_iter():
            if len(found) >= limit:
                break
            found.append(one)
        return found

    async def _page(self, call: Call | None) -> AsyncPage[T] | None:
        if call is None or self._send is None:
            return None
        answer: Awaitable[AsyncPage[T]] = self._send(call)
        return await answer or None
