"""What happens to a webhook, whatever the framework: verify, leave out what was handled before, hand on, answer.

200: handled, or nothing to do. 400: not to be trusted, with the cause. 503: the same event is being handled at this
moment. 500: a handler failed. FinSecure sends again whatever is not answered with 2xx.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from finsecure._core import environment
from finsecure.errors import ConfigurationError, SignatureVerificationError
from finsecure.webhooks import TOLERANCE, Webhook

if TYPE_CHECKING:
    from finsecure._generated.objects import Event

__all__ = ["Answer", "SeenEvents", "Webhooks"]

_LOG: Final = logging.getLogger("finsecure.webhooks")
BODY_MAX: Final = 1 << 20  # bytes; an event is far smaller

Handler = Callable[["Event"], object]
H = TypeVar("H", bound=Callable[[Any], Any])
#: (HTTP status, text)
Answer = tuple[int, str]


class SeenEvents:
    """Which events were handled, in this process: an event may come more than once. Share one of your own between many.

    `claim` → `done` or `release`. Threads may share it.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._state: OrderedDict[str, bool] = OrderedDict()  # id → whether it is done

    def claim(self, event_id: str) -> str:
        """new: handle it; busy: somebody does; done: somebody has."""
        with self._lock:
            state = self._state.get(event_id)
            if state is not None:
                return "done" if state else "busy"
            self._state[event_id] = False
            while len(self._state) > self._most:
                self._state.popitem(last=False)
            return "new"

    def done(self, event_id: str) -> None:
        """It need not be handled again."""
        with self._lock:
            self._state[event_id] = True

    def release(self, event_id: str) -> None:
        """Handling it failed: it is new again."""
        with self._lock:
            self._state.pop(event_id, None)


class Webhooks:
    """The handlers of one endpoint, by type of event; `*` takes every type, `payment_intent.*` those of an object."""

    def __init__(
        self,
        secret: str | Sequence[str] | None = None,
        *,
        tolerance: int = TOLERANCE,
        seen: SeenEvents | None = None,
        now: Callable[[], float] | None = None,
    ) -> None:
        """`secret`: the endpoint's, or several; else FINSECURE_WEBHOOK_SECRET, with commas between several."""
        self._secret = secret
        self._tolerance = tolerance
        self._seen = SeenEvents() if seen is None else seen
        self._now = now
        self._handlers: dict[str, list[Handler]] = {}

    def on(self, *types: str) -> Callable[[H], H]:
        """`@hooks.on("payment_intent.succeeded")` over a function of one event."""

        def register(handler: H) -> H:
            for one in types:
                self._handlers.setdefault(one, []).append(handler)
            return handler

        return register

    def handle(self, body: bytes | str, headers: Mapping[str, str]) -> Answer:
        """One delivery, for frameworks that block. TypeError if a handler of its type is async."""
        verified = self._verify(body, headers)
        if not isinstance(verified, tuple):
            with self._claimed(verified["id"]) as answer:
                if answer is not None:
                    return answer
                return self._run(verified)
        return verified

    async def handle_async(self, body: bytes | str, headers: Mapping[str, str], threads: Threads) -> Answer:
        """One delivery, for event loops. `threads` runs a handler that blocks beside the loop."""
        verified = self._verify(body, headers)
        if not isinstance(verified, tuple):
            with self._claimed(verified["id"]) as answer:
                if answer is not None:
                    return answer
                return await self._await(verified, threads)
        return verified

    def _run(self, event: Event) -> Answer:
        for handler in self._of(event["type"]):
            if inspect.iscoroutinefunction(handler):
                raise TypeError(f"{handler.__name__} is async, and this framework's handlers are not")
            handler(event)
        return 200, "OK"

    async def _await(self, event: Event, threads: Threads) -> Answer:
        for handler in self._of(event["type"]):
            if inspect.iscoroutinefunction(handler):
                await handler(event)
            else:
                await threads(handler, event)
        return 200, "OK"

    def _of(self, type: str) -> list[Handler]:
        names = dict.fromkeys(("*", f"{type.rpartition('.')[0]}.*", type))
        return [handler for name in names for handler in self._handlers.get(name, ())]

    def _verify(self, body: bytes | str, headers: Mapping[str, str]) -> Event | Answer:
        if len(body) > BODY_MAX:
            return 413, f"A webhook has at most {BODY_MAX} bytes."
        try:
            event = Webhook.construct_event(
                body, headers, self._secrets(), self._tolerance, now=self._now() if self._now else None
            )
        except SignatureVerificationError as error:
            _LOG.warning("webhook refused (%s): %s", error.cause, error)
            return 400, f"{error.cause}: {error}"
        if not isinstance(event.get("id"), str) or not isinstance(event.get("type"), str):
            return 400, "payload_no_event: the body is signed, and is no event."
        return event

    def _secrets(self) -> str | Sequence[str]:
        if self._secret is not None:
            return self._secret
        found = environment.variable("FINSECURE_WEBHOOK_SECRET")
        if found is None:
            raise ConfigurationError("no webhook secret: set FINSECURE_WEBHOOK_SECRET, or give Webhooks(secret)")
        return [one.strip() for one in found.split(",") if one.strip()]

    @contextmanager
    def _claimed(self, event_id: str) -> Iterator[Answer | None]:
        """None while this event is ours to handle; else the answer. A handler that fails makes it new again."""
        state = self._seen.claim(event_id)
        if state != "new":
            yield (200, "OK: handled before") if state == "done" else (503, "This event is being handled.")
            return
        try:
            yield None
        except BaseException:
            self._seen.release(event_id)
            raise
        self._seen.done(event_id)


#: Runs a function that blocks beside the event loop.
Threads = Callable[[Handler, "Event"], Awaitable[object]]
