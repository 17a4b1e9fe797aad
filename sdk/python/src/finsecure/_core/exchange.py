"""One call from its request to its reply, without I/O: retries, waits, the deadline, and which error comes of it.

`exchange` is a generator. It yields a Request and is sent a Response or thrown a TransportFault; it yields a Wait and
is resumed after so many seconds; it returns the Response and what is known about it, or raises a FinSecureError. The
two clients are two loops around it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from finsecure import errors
from finsecure._core import backoff
from finsecure._core.backoff import Backoff, RetryBudget
from finsecure._core.call import Attempt, Reply, Request, Response, TransportFault


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class World:
    """What time and chance are: handed in, so that tests can set them."""

    monotonic: Callable[[], float]  # seconds; only differences mean anything
    now: Callable[[], float]  # seconds since 1970 UTC
    chance: Callable[[], float]  # in [0, 1)


@dataclass(frozen=True, slots=True)
class Policy:
    """How often a call is tried, and for how long."""

    max_retries: int
    deadline: float | None  # seconds for the whole call; None: no end but that of the retries
    backoff: Backoff
    budget: RetryBudget


Exchange = Generator[Request | Wait, Response | None, tuple[Response, Reply]]

#: Less than this is no time to try anything in.
_LEAST: Final = 0.01


def exchange(request: Request, key: str | None, policy: Policy, world: World) -> Exchange:
    """Send until there is an answer to return or a reason to stop. `key` is the idempotency key that `request` has."""
    return _Talk(request, key, policy, world).run()


class _Talk:
    """The state of one call."""

    def __init__(self, request: Request, key: str | None, policy: Policy, world: World) -> None:
        self.request = request
        self.key = key
        self.policy = policy
        self.world = world
        self.began = world.monotonic()
        self.tries: list[Attempt] = []

    def run(self) -> Exchange:
        while True:
            began = self.world.monotonic()
            try:
                response = yield self.timed(began)
            except TransportFault as fault:
                self.note(began, fault.kind)
                error: errors.FinSecureError = self.of_fault(fault)
                again = fault.kind != "tls"
                asked = None
            else:
                assert response is not None
                self.note(began, f"HTTP {response.status}")
                if 200 <= response.status < 300:
                    self.policy.budget.give()
                    return response, Reply(response.status, response.headers, self.key, tuple(self.tries))
                envelope = errors.envelope(response)
                asked = backoff.retry_after(response.headers, self.world.now())
                code = envelope.get("code")
                again = backoff.should_retry(response.status, code if isinstance(code, str) else None, response.headers)
                error = self.of_response(response, envelope, again, asked)
                if response.status < 500:
                    self.policy.budget.give()
            wait = self.next_wait(asked) if again else None
            if wait is None:
                raise error
            yield Wait(wait)

    def note(self, began: float, outcome: str) -> None:
        self.tries.append(Attempt(len(self.tries) + 1, self.world.monotonic() - began, outcome))

    def left(self, now: float) -> float | None:
        return None if self.policy.deadline is None else self.policy.deadline - (now - self.began)

    def timed(self, now: float) -> Request:
        left = self.left(now)
        if left is None:
            return self.request
        left = max(left, _LEAST)
        if left >= self.request.read_timeout + self.request.connect_timeout:
            return replace(self.request, total_timeout=left)
        connect, read = min(self.request.connect_timeout, left), min(self.request.read_timeout, left)
        return replace(self.request, total_timeout=left, connect_timeout=connect, read_timeout=read)

    def next_wait(self, asked: float | None) -> float | None:
        """Seconds until the next try; None if there shall be none."""
        retry = len(self.tries)
        if retry > self.policy.max_retries:
            return None
        wait = self.policy.backoff.wait(retry, asked, self.world.chance())
        left = self.left(self.world.monotonic())
        if left is not None and wait + _LEAST >= left:
            return None
        return wait if self.policy.budget.take() else None

    def of_response(
        self, response: Response, envelope: Mapping[str, object], retryable: bool, asked: float | None
    ) -> errors.FinSecureError:
        return errors.of_response(
            response,
            envelope,
            idempotency_key=self.key,
            attempts=tuple(self.tries),
            retryable=retryable,
            retry_after=asked,
        )

    def of_fault(self, fault: TransportFault) -> errors.APIConnectionError:
        cls = errors.APITimeoutError if fault.kind == "timeout" else errors.APIConnectionError
        # Of an earlier attempt too nobody knows what became of it.
        sent = fault.sent or len(self.tries) > 1
        return cls(fault.message, kind=fault.kind, sent=sent, idempotency_key=self.key, attempts=tuple(self.tries))
