"""The test of an endpoint from our side, against real receivers: good ones, careless ones, slow ones, none at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, get_args

import msgspec
import pytest
import standardwebhooks
import stripe
from aiohttp import web

from finsecure_server import __version__
from finsecure_server.core import endpoint_check
from finsecure_server.core.delivery import Message, Outcome, Phase
from finsecure_server.storage.drive import assert_no_open_transaction
from finsecure_server.webhooks import endpoint_trial, endpoint_types
from tests.edge import PUBLIC_URL, SECOND, Got
from tests.receiver import Received, receiving
from tests.webhooks.test_endpoints import ALL, PATH, PLAIN, say
from tests.world import World, good

IDS = ["reachable", "tls", "redirect", "time", "signature_accepted", "duplicate", "signature_refused"]


@pytest.fixture
async def shop(world: World) -> AsyncIterator[World]:
    """A world whose way out is open, and whose clock shows the real time."""
    world.wall = time.time_ns() // 1000
    await world.outbound.open()
    yield world
    await world.outbound.close()


def careful(secret: list[str]) -> Any:
    """Answers as a good receiver does."""

    def answer(received: Received) -> int:
        try:
            stripe.WebhookSignature.verify_header(
                received.body.decode(), received.headers["finsecure-signature"], secret[0], 300
            )
        except stripe.SignatureVerificationError:
            return 400
        return 200

    return answer


async def trial_of(shop: World, endpoint: str, **more: str) -> dict[str, Any]:
    shown = good(await shop.post(f"{PATH}/{endpoint}/test", **more))
    assert [check["id"] for check in shown["checks"]] == IDS
    return shown


def statuses(shown: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["status"] for check in shown["checks"]}


def test_the_words_are_those_of_core() -> None:
    assert get_args(endpoint_types.CheckId) == tuple(endpoint_check.CheckId) == tuple(IDS)
    assert get_args(endpoint_types.CheckStatus) == tuple(endpoint_check.CheckStatus)


async def test_a_good_receiver_passes(shop: World) -> None:
    secret: list[str] = []
    async with receiving(careful(secret)) as receiver:
        made = await say(shop, PATH, {**ALL, "url": receiver.url, "payload": "snapshot", "api_version": None})
        secret.append(made["secret"])
        shown = await trial_of(shop, made["id"])
    assert statuses(shown) == {**dict.fromkeys(IDS, "pass"), "tls": "warn"}
    assert (shown["object"], shown["webhook_endpoint"], shown["url"], shown["passed"], shown["livemode"]) == (
        "webhook_endpoint_test", made["id"], receiver.url, True, False,
    )  # fmt: skip
    assert all(isinstance(check["timing_ms"], int) for check in shown["checks"] if check["id"] != "tls")
    first, again, forged = receiver.got
    assert (first.body, first.event) == (again.body, again.event)
    assert first.event != forged.event
    assert [received.headers["finsecure-attempt"] for received in receiver.got] == ["1", "2", "1"]
    for received in (first, again):
        received.verified(made["secret"])
        assert received.headers["x-shop-token"] == "open sesame"
        assert received.headers["user-agent"] == f"FinSecure/{__version__} (+{PUBLIC_URL})"
        assert received.headers["finsecure-delivery"].startswith(f"dlv_{first.event.removeprefix('evt_')}_")
    assert (first.json["type"], first.json["data"]["object"]["id"]) == ("webhook_endpoint.test", made["id"])
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(made["secret"]).verify(forged.body, forged.headers)


async def test_what_was_sent_can_be_looked_up_and_counts_for_nothing(shop: World) -> None:
    async with receiving() as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url})
        await trial_of(shop, made["id"])
    genuine, _, forged = receiver.events
    assert (await shop.seen(f"/v1/events/{genuine}"))["type"] == "webhook_endpoint.test"
    assert (await shop.get(f"/v1/events/{forged}")).code == "resource_missing"
    listed = (await shop.seen("/v1/events"))["data"]
    assert [event["type"] for event in listed] == ["webhook_endpoint.created"]
    health = (await shop.seen(f"{PATH}/{made['id']}"))["health"]
    assert (health["state"], health["pending"]) == ("healthy", 0)


async def test_who_says_yes_to_everything_is_told_to_verify(shop: World) -> None:
    async with receiving() as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url})
        shown = await trial_of(shop, made["id"])
    assert (shown["passed"], statuses(shown)["signature_refused"]) == (False, "fail")
    assert shown["checks"][6]["fix"].startswith("Verify the signature")
    assert shown["verdict"].startswith("Failed: It answered 200 to an event whose signature is wrong")


async def test_who_fails_at_a_repeat(shop: World) -> None:
    async with receiving(lambda received: 200 if received.headers["finsecure-attempt"] == "1" else 409) as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url})
        shown = await trial_of(shop, made["id"])
    assert statuses(shown)["duplicate"] == "fail"
    assert len(receiver.got) == 3


@pytest.mark.parametrize(
    ("status", "failed"), [(401, "signature_accepted"), (500, "signature_accepted"), (302, "redirect")]
)
async def test_who_refuses_a_good_signature_is_asked_once(shop: World, status: int, failed: str) -> None:
    async with receiving(lambda _: web.Response(status=status, headers={"Location": "http://[::1]:1/"})) as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url})
        shown = await trial_of(shop, made["id"])
    assert len(receiver.got) == 1
    found = statuses(shown)
    assert [name for name, came in found.items() if came == "fail"] == [failed]
    assert (found["duplicate"], found["signature_refused"]) == ("skipped", "skipped")


async def test_nobody_there(shop: World) -> None:
    async with receiving() as receiver:
        pass
    made = await say(shop, PATH, {**PLAIN, "url": receiver.url})
    shown = await trial_of(shop, made["id"])
    assert statuses(shown) == {**dict.fromkeys(IDS, "skipped"), "reachable": "fail", "tls": "warn"}
    assert shown["passed"] is False


async def test_who_does_not_answer_in_time(shop: World) -> None:
    gone = asyncio.Event()

    async def never(_: Received) -> int:
        await gone.wait()
        return 200

    async with receiving(never) as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url, "timeout": 1})
        began = time.monotonic()
        shown = await trial_of(shop, made["id"])
        took = time.monotonic() - began
        gone.set()
    assert statuses(shown)["time"] == "fail"
    assert 1 <= took < 2


async def test_a_disabled_endpoint_is_tested_before_it_is_enabled(shop: World) -> None:
    async with receiving() as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url, "disabled": True})
        await trial_of(shop, made["id"])
    assert len(receiver.got) == 3


async def test_a_deleted_one_is_not(shop: World) -> None:
    made = await say(shop, PATH, PLAIN)
    good(await shop.call("DELETE", f"{PATH}/{made['id']}"))
    assert (await shop.post(f"{PATH}/{made['id']}/test")).code == "resource_missing"


async def test_thin_and_older_events_are_sent_as_they_would_be(shop: World) -> None:
    async with receiving() as receiver:
        made = await say(shop, PATH, {**ALL, "url": receiver.url})
        await trial_of(shop, made["id"])
    for received in receiver.got:
        assert "data" not in received.json
        assert (received.json["api_version"], received.json["related_object"]["id"]) == (ALL["api_version"], made["id"])


async def test_all_secrets_that_are_active_sign(shop: World) -> None:
    async with receiving() as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url})
        rolled = await say(shop, f"{PATH}/{made['id']}/roll_secret", {})
        await trial_of(shop, made["id"])
    for secret in (made["secret"], rolled["secret"]):
        receiver.got[0].verified(secret)


# -- time and repeats --------------------------------------------------------------------------------------------------


class Slow:
    """A way out on which every attempt takes as long as it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
        self.now = 1000.0
        self.sent: list[Message] = []
        self._share = share
        monkeypatch.setattr(endpoint_trial, "seconds", lambda: self.now)

    def check_url(self, text: str, livemode: bool) -> str:
        return text

    async def post(self, message: Message) -> Outcome:
        assert_no_open_transaction()
        self.sent.append(message)
        self.now += message.timeout_s * self._share
        return Outcome(None, "", Phase.HEADERS, 200)


@pytest.mark.parametrize(
    ("patience", "share", "timeouts", "skipped"),
    [
        (1, 1.0, [1, 1, 1], []),
        (6, 1.0, [6, 6, 6], []),
        (10, 0.9, [10, 10, 1], []),
        (10, 1.0, [10, 9], ["signature_refused"]),
        (30, 1.0, [19], ["duplicate", "signature_refused"]),
        (30, 0.1, [19, 17, 15], []),
    ],
)
async def test_it_takes_twenty_seconds_at_most(
    shop: World, monkeypatch: pytest.MonkeyPatch, patience: int, share: float, timeouts: list[int], skipped: list[str]
) -> None:
    slow = Slow(monkeypatch, share)
    made = await say(shop, PATH, {**PLAIN, "timeout": patience})
    monkeypatch.setattr(shop, "_poster", slow)
    began = slow.now
    shown = await trial_of(shop, made["id"])
    assert [message.timeout_s for message in slow.sent] == timeouts
    assert slow.now - began + 0.5 <= endpoint_trial.SECONDS_MAX
    assert [name for name, came in statuses(shown).items() if came == "skipped"] == skipped
    stamps = [int(dict(message.headers)["webhook-timestamp"]) for message in slow.sent]
    assert stamps == sorted(stamps)
    assert stamps[0] == shop.wall // SECOND


async def test_a_repeat_of_the_call_shows_the_first_result(shop: World) -> None:
    async with receiving() as receiver:
        made = await say(shop, PATH, {**PLAIN, "url": receiver.url})
        first = await trial_of(shop, made["id"], idempotency_key="once")
        assert await trial_of(shop, made["id"], idempotency_key="once") == first
    assert len(receiver.got) == 3


async def test_a_test_that_a_crash_cut_short(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await say(shop, PATH, PLAIN)

    class Crash(BaseException):
        pass

    async def crash(message: Message) -> Outcome:
        raise Crash

    monkeypatch.setattr(shop.outbound, "post", crash)
    with pytest.raises(Crash):
        await shop.post(f"{PATH}/{made['id']}/test", idempotency_key="once")
    shop.wall += 60 * SECOND
    got = await shop.post(f"{PATH}/{made['id']}/test", idempotency_key="once")
    assert (got.status, got.json["passed"], got.json["checks"]) == (200, False, [])
    assert "cut short" in got.json["verdict"]


async def test_no_secret_is_in_what_it_shows(shop: World) -> None:
    async def got(**answer: Any) -> Got:
        async with receiving(lambda _: web.Response(**answer)) as receiver:
            made = await say(shop, PATH, {**ALL, "url": receiver.url})
            shown = await shop.post(f"{PATH}/{made['id']}/test")
            assert made["secret"].encode() not in shown.body
            return shown

    for answer in (
        {"status": 200},
        {"status": 500, "text": "open sesame"},
        {"status": 302, "headers": {"Location": "x"}},
    ):
        assert b"sesame" not in (await got(**answer)).body


async def test_a_server_without_a_way_out_says_so(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await say(shop, PATH, PLAIN)
    monkeypatch.setattr(shop, "_poster", None)
    got = await shop.post(f"{PATH}/{made['id']}/test")
    assert (got.status, got.code) == (500, "internal_error")
    assert msgspec.json.decode(got.body)["error"]["message"] == "This server has no way out."
