"""Whatever answers, a caller gets a view or a FinSecureError: twenty thousand replies that no server should give."""

from __future__ import annotations

import json
import random
from typing import Final

import pytest

import finsecure
from finsecure._core.call import Request, Response, TransportFault

STATUSES: Final = (100, 200, 201, 204, 301, 400, 401, 402, 403, 404, 408, 409, 429, 500, 502, 503, 999)
BODIES: Final = (
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b"[" * 50_000,
    b"9" * 5_000,
    b'{"error":null}',
    b'{"error":"x"}',
    b'{"error":{"message":7,"type":[],"code":{},"decline_code":[],"next_steps":"x","recovery":[],"param":1}}',
    b'{"error":{"message":"m","next_steps":[1,null,"x"],"recovery":{"options":7}}}',
    b'{"object":"list"}',
    b'{"object":"list","data":{}}',
    b'{"object":"list","data":[],"has_more":false,"url":"/"}',
    b'{"object":{"a":1},"id":[1],"status":{"x":2}}',
    json.dumps({"error": {"type": "card_error", "code": "processing_error", "message": "m" * 5_000}}).encode(),
)
HEADERS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"retry-after": "soon"},
    {"retry-after": "-5"},
    {"retry-after": "Mon, 99 Foo 2023"},
    {"retry-after": "Tue, 14 Nov 99999 22:13:27 GMT"},
    {"retry-after": "9" * 400},
    {"retry-after": "1.5.2"},
    {"finsecure-should-retry": "maybe", "idempotent-replayed": "perhaps"},
    {"request-id": "", "content-type": ""},
)


class Anything:
    """Answers with anything, or not at all."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def send(self, request: Request) -> Response:
        if self.chance.random() < 0.1:
            raise TransportFault(self.chance.choice(("dns", "tls", "reset", "timeout", "proxy")), "gone", sent=True)
        return Response(self.chance.choice(STATUSES), self.chance.choice(HEADERS), self.chance.choice(BODIES))

    def close(self) -> None: ...


def outcome(client: finsecure.Client, number: int) -> object:
    """What one call ends with."""
    try:
        if number % 3 == 0:
            return client.payment_intents.create(amount=1, currency="usd")
        return client.customers.list() if number % 3 == 1 else client.customers.delete("cus_1")
    except finsecure.FinSecureError as error:
        return error


@pytest.mark.parametrize("seed", range(10))
def test_a_view_or_an_error_of_ours(seed: int) -> None:
    slept: list[float] = []
    client = finsecure.Client("sk_test_1", transport=Anything(seed), sleep=slept.append, deadline=None)
    outcomes = set()
    for number in range(2_000):
        found = outcome(client, number)
        assert repr(found)
        if isinstance(found, finsecure.FinSecureError):
            assert str(found)
            assert all(isinstance(option, str) for option in found.recovery_options)
            assert isinstance(found.code, str | None)
        outcomes.add(type(found).__name__)
    assert len(outcomes) > 8
    assert all(0 <= seconds <= 60 for seconds in slept)
