"""F22: whatever a URL, a name server or a reply says, no connection goes to an address that was not vetted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Final

import pytest

from finsecure_server.core.delivery import Failure, Message, Outcome, Phase
from finsecure_server.net.connection import Origin
from finsecure_server.net.outbound import Outbound, _Target
from tests.net.receivers import Exchange, Said, Zone, canary, name_server, ok, receiver, records, reply
from tests.net.test_guard import BAD, GOOD

NXDOMAIN: Final = 3
SERVFAIL: Final = 2
REFUSED: Final = 5

#: Ways to write a host of loopback, or to hide one. `{p}` is the canary's port.
SPELLINGS: Final = (
    "http://127.0.0.1:{p}/",
    "http://127.0.0.1.:{p}/",
    "http://127.1:{p}/",
    "http://127.0.1:{p}/",
    "http://127.000.000.001:{p}/",
    "http://0177.0.0.1:{p}/",
    "http://0177.0.0.01:{p}/",
    "http://0x7f.0.0.1:{p}/",
    "http://0x7f.1:{p}/",
    "http://0x7f000001:{p}/",
    "http://0X7F000001:{p}/",
    "http://017700000001:{p}/",
    "http://2130706433:{p}/",
    "http://02130706433:{p}/",
    "http://0:{p}/",
    "http://0.0.0.0:{p}/",
    "http://127.0.0.1%00.example.com:{p}/",
    "http://%31%32%37.0.0.1:{p}/",
    "http://127%2e0%2e0%2e1:{p}/",
    "http://①②⑦.⓪.⓪.①:{p}/",
    "http://１２７.0.0.1:{p}/",
    "http://127。0。0。1:{p}/",
    "http://[::1]:{p}/",
    "http://[0:0:0:0:0:0:0:1]:{p}/",
    "http://[0000::1]:{p}/",
    "http://[::]:{p}/",
    "http://[::127.0.0.1]:{p}/",
    "http://[::ffff:127.0.0.1]:{p}/",
    "http://[::ffff:7f00:1]:{p}/",
    "http://[::FFFF:127.0.0.1]:{p}/",
    "http://[::ffff:0:127.0.0.1]:{p}/",
    "http://[64:ff9b::127.0.0.1]:{p}/",
    "http://[2002:7f00:1::]:{p}/",
    "http://[::1%25lo]:{p}/",
    "http://[::1%lo]:{p}/",
    "http://localhost:{p}/",
    "http://LOCALHOST:{p}/",
    "http://localhost.:{p}/",
    "http://api.localhost:{p}/",
    "http://ⓛocalhost:{p}/",
    "http://loc\talhost:{p}/",
    "http://loc%61lhost:{p}/",
    "http://user@127.0.0.1:{p}/",
    "http://example.com@127.0.0.1:{p}/",
    "http://example.com:80@127.0.0.1:{p}/",
    "http://example.com\\@127.0.0.1:{p}/",
    "http://127.0.0.1:{p}\\@example.com/",
    "http://127.0.0.1:{p}#@example.com/",
    "http://example.com#@127.0.0.1:{p}/",
    "http:\\\\127.0.0.1:{p}/",
    "http:/127.0.0.1:{p}/",
    "http:127.0.0.1:{p}/",
    "http:///127.0.0.1:{p}/",
    "//127.0.0.1:{p}/",
    " http://127.0.0.1:{p}/",
    "http://127.0.0.1 :{p}/",
    "http://\u200b127.0.0.1:{p}/",
    "ftp://127.0.0.1:{p}/",
    "ws://127.0.0.1:{p}/",
)


def message(url: str, *, timeout_s: int = 2, livemode: bool = False) -> Message:
    return Message(url, (("content-type", "application/json"),), b"{}", timeout_s, livemode)


@asynccontextmanager
async def outbound(*networks: str, zone: Zone = lambda *_: NXDOMAIN, loopback: bool = False) -> AsyncIterator[Outbound]:
    """The way out, asking a name server of ours."""
    async with (
        name_server(zone) as (_, port),
        Outbound(networks, test_loopback=loopback, nameservers=["127.0.0.1"], dns_port=port) as made,
    ):
        yield made


def blocked(outcome: Outcome) -> bool:
    return outcome.failure is Failure.BLOCKED and outcome.status is None and outcome.detail.endswith(".")


@pytest.mark.parametrize("livemode", [False, True])
async def test_no_spelling_of_a_url_reaches_loopback(livemode: bool) -> None:
    async with canary() as bird, outbound() as way:
        urls = [spelling.format(p=bird.port) for spelling in SPELLINGS]
        outcomes = await asyncio.gather(*(way.post(message(url, livemode=livemode)) for url in urls))
        assert {url: outcome for url, outcome in zip(urls, outcomes, strict=True) if not blocked(outcome)} == {}
        assert bird.connections == 0


async def test_no_address_of_a_bad_network_is_dialed_wherever_a_name_server_sends_us() -> None:
    addresses = {f"n{number}.test": text for number, text in enumerate(BAD) if "%" not in text and is_address(text)}

    def zone(name: str, kind: str) -> Said:
        address = ip_address(addresses[name])
        return records(name, kind, str(address)) if kind == ("A" if address.version == 4 else "AAAA") else []

    assert len(addresses) >= 57
    async with canary() as bird, outbound(zone=zone) as way:
        outcomes = await asyncio.gather(*(way.post(message(f"http://{name}:{bird.port}/")) for name in addresses))
        for text, outcome in zip(addresses.values(), outcomes, strict=True):
            assert blocked(outcome), (text, outcome)
            assert outcome.phase is Phase.DNS
            assert outcome.address is None
        assert bird.connections == 0


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


#: Answers that mix good and bad, or take a way round, by name.
ANSWERS: Final = {
    "mixed.test": {"A": records("mixed.test", "A", GOOD[0], "127.0.0.1")},
    "mixed-first.test": {"A": records("mixed-first.test", "A", "127.0.0.1", GOOD[0])},
    "families.test": {
        "A": records("families.test", "A", GOOD[0]),
        "AAAA": records("families.test", "AAAA", "::1"),
    },
    "aaaa-only.test": {"AAAA": records("aaaa-only.test", "AAAA", "::1")},
    "mapped.test": {"AAAA": records("mapped.test", "AAAA", "::ffff:127.0.0.1")},
    "cname.test": {
        "A": [*records("cname.test", "CNAME", "inside.test."), *records("inside.test", "A", "127.0.0.1")],
        "AAAA": records("cname.test", "CNAME", "inside.test."),
    },
    "chain.test": {
        "A": [
            *records("chain.test", "CNAME", "one.test."),
            *records("one.test", "CNAME", "two.test."),
            *records("two.test", "A", GOOD[0], "10.0.0.1"),
        ],
    },
    "many.test": {"A": records("many.test", "A", *(f"9.0.0.{number}" for number in range(1, 25)), "127.0.0.1")},
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_one_bad_address_in_an_answer_and_all_of_it_is_refused(name: str) -> None:
    async with canary() as bird, outbound(zone=lambda name, kind: ANSWERS.get(name, {}).get(kind, [])) as way:
        outcome = await way.post(message(f"http://{name}:{bird.port}/"))
        assert blocked(outcome), outcome
        assert outcome.phase is Phase.DNS
        assert bird.connections == 0


@pytest.mark.parametrize(
    ("said", "failure", "words"),
    [
        (NXDOMAIN, Failure.DNS, "does not exist"),
        (SERVFAIL, Failure.DNS, "SERVFAIL"),
        (REFUSED, Failure.DNS, "refused"),
        ([], Failure.DNS, "has no address"),
        (None, Failure.TIMEOUT, "not resolved within 1 s"),
    ],
)
async def test_what_a_name_server_does_wrong(said: Said, failure: Failure, words: str) -> None:
    async with outbound(zone=lambda *_: said) as way:
        outcome = await way.post(message("https://hooks.test/", timeout_s=1, livemode=True))
        assert (outcome.failure, outcome.phase) == (failure, Phase.DNS)
        assert words in outcome.detail
        assert "hooks.test" in outcome.detail
        assert outcome.timing.dns_us is not None
        assert outcome.timing.total_us < 1_500_000


async def test_no_name_server_at_all() -> None:
    async with Outbound(nameservers=["127.0.0.1"], dns_port=1) as way:
        outcome = await way.post(message("https://hooks.test/"))
        assert (outcome.failure, outcome.phase) == (Failure.DNS, Phase.DNS)


async def test_a_silent_name_server_holds_up_nobody_else() -> None:
    def zone(name: str, kind: str) -> Said:
        return None if name.startswith("silent") else records(name, "A", "127.0.0.2") if kind == "A" else []

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.send(ok(b"", "Connection: close"))

    async with receiver(behave, host="127.0.0.2") as there, outbound("127.0.0.2/32", zone=zone) as way:
        silent = [asyncio.create_task(way.post(message(f"http://silent{n}.test/"))) for n in range(100)]
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(20):
            outcome = await way.post(message(f"http://good{number}.test:{there.port}/"))
            assert outcome.status == 200, outcome
        assert loop.time() - began < 1.5
        assert not any(task.done() for task in silent)
        for outcome in await asyncio.gather(*silent):
            assert (outcome.failure, outcome.phase) == (Failure.TIMEOUT, Phase.DNS)


async def test_a_name_that_leads_elsewhere_at_every_question_never_reaches_the_inside() -> None:
    """DNS rebinding: 127.0.0.2 is let through and stands for a public host, 127.0.0.1 is the inside."""
    turn = 0

    def zone(name: str, kind: str) -> Said:
        nonlocal turn
        if kind != "A":
            return []
        turn += 1
        return records(name, "A", "127.0.0.2" if turn % 2 else "127.0.0.1", ttl=0)

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.send(ok(b"", "Connection: close"))

    async with (
        canary() as bird,
        receiver(behave, host="127.0.0.2", port=bird.port) as there,
        outbound("127.0.0.2/32", zone=zone) as way,
    ):
        outcomes = [await way.post(message(f"http://rebind.test:{bird.port}/")) for _ in range(1000)]
        assert {outcome.failure for outcome in outcomes} == {None, Failure.BLOCKED}
        assert sum(outcome.failure is None for outcome in outcomes) == there.connections == 500
        assert {outcome.address for outcome in outcomes} == {None, "127.0.0.2"}
        assert bird.connections == 0


async def test_a_name_is_asked_for_again_at_each_dial_and_its_answer_vetted_again() -> None:
    """What was public when the endpoint was made, and at the last delivery, is of no account now."""
    where = "127.0.0.2"

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.send(ok(b"", "Connection: close"))

    async with (
        canary() as bird,
        receiver(behave, host="127.0.0.2", port=bird.port),
        outbound("127.0.0.2/32", zone=lambda name, kind: records(name, "A", where) if kind == "A" else []) as way,
    ):
        assert (await way.post(message(f"http://moves.test:{bird.port}/"))).failure is None
        where = "127.0.0.1"
        assert blocked(await way.post(message(f"http://moves.test:{bird.port}/")))
        assert bird.connections == 0


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 306, 307, 308])
async def test_a_redirect_to_the_inside_is_not_followed(status: int) -> None:
    async with canary() as bird, outbound("127.0.0.2/32") as way:
        answer = reply(status, b"moved", f"Location: http://127.0.0.1:{bird.port}/?token=secret")

        async def behave(exchange: Exchange) -> None:
            await exchange.request()
            await exchange.send(answer)

        async with receiver(behave, host="127.0.0.2") as there:
            outcome = await way.post(message(there.url()))
        assert (outcome.failure, outcome.status) == (Failure.REDIRECT, status)
        assert f"http://127.0.0.1:{bird.port}/" in outcome.detail
        assert "secret" not in outcome.detail
        assert bird.connections == 0


async def test_live_mode_goes_to_loopback_never_and_test_mode_only_where_it_may() -> None:
    async with canary() as bird, outbound(loopback=True) as way:
        assert blocked(await way.post(message("https://127.0.0.1/", livemode=True)))
        assert bird.connections == 0
        assert not blocked(await way.post(message(f"http://127.0.0.1:{bird.port}/")))
        assert bird.connections > 0


async def test_an_address_that_slips_past_every_check_is_refused_as_it_is_dialed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The socket is the last place to say no."""
    async with canary() as bird, outbound() as way:
        url = f"http://127.0.0.1:{bird.port}/"
        slipped = _Target(Origin("127.0.0.1", bird.port, tls=False), "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        monkeypatch.setattr("finsecure_server.net.outbound._checked", lambda *_: slipped)
        outcome = await way.post(message(url))
        assert blocked(outcome), outcome
        assert "loopback" in outcome.detail
        assert bird.connections == 0
