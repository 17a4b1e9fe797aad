"""What goes out, over which connection, and what is told of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest

from finsecure_server.core.delivery import Failure, Message, Outcome, Phase
from finsecure_server.net import connection, wire
from finsecure_server.net.outbound import HEADER_BYTES_KEPT, Outbound
from finsecure_server.storage.drive import transaction_open
from tests.net.certificates import Certificates
from tests.net.receivers import Exchange, answers, canary, handshakes, name_server, ok, receiver, records, reply


def message(url: str, *headers: tuple[str, str], body: bytes = b"{}", timeout_s: int = 2) -> Message:
    return Message(url, (("content-type", "application/json; charset=utf-8"), *headers), body, timeout_s, False)


async def test_the_request_is_what_it_was_told_to_be_and_little_more() -> None:
    body = b'{"name":"M\xc3\xbcnze"}'
    async with Outbound(test_loopback=True) as way, receiver(answers(ok())) as there:
        url = there.url("/hooks/a%20b?x=%2F&y=1")
        await way.post(message(url, ("user-agent", "FinSecure/1"), ("X-Own", "1"), ("X-Own", "2"), body=body))
        (request,) = there.requests
    head, _, sent = request.partition(b"\r\n\r\n")
    first, *headers = head.decode().split("\r\n")
    assert first == "POST /hooks/a%20b?x=%2F&y=1 HTTP/1.1"
    assert sent == body
    assert sorted(header.lower() for header in headers) == [
        "accept-encoding: identity",
        "accept: */*",
        f"content-length: {len(body)}",
        "content-type: application/json; charset=utf-8",
        f"host: 127.0.0.1:{there.port}",
        "user-agent: finsecure/1",
        "x-own: 1",
        "x-own: 2",
    ]


async def test_what_an_endpoint_accepts_is_said_once() -> None:
    async with Outbound(test_loopback=True) as way, receiver(answers(ok())) as there:
        await way.post(message(there.url(), ("Accept", "text/plain")))
        (request,) = there.requests
    assert [line for line in request.split(b"\r\n") if line.lower().startswith(b"accept:")] == [b"Accept: text/plain"]


async def test_a_connection_is_used_again_and_its_phases_are_told_once(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    zone = {("hooks.localhost", "A"): records("hooks.localhost", "A", "127.0.0.1")}
    async with (
        name_server(lambda name, kind: zone.get((name, kind), [])) as (_, port),
        Outbound(test_loopback=True, ca_file=certificates.ca_file, nameservers=["127.0.0.1"], dns_port=port) as way,
        receiver(answers(ok(b"hello", "X-A: b")), tls=certificates.good()) as there,
    ):
        first, second = [await way.post(message(there.url(host="localhost"))) for _ in range(2)]
        assert there.connections == 1
    for outcome in (first, second):
        assert (outcome.failure, outcome.phase) == (None, None)
        assert outcome.detail == "Answered 200 OK."
        assert (outcome.status, outcome.body, outcome.truncated) == (200, b"hello", False)
        assert outcome.headers == (("content-length", "5"), ("x-a", "b"))
        assert (outcome.address, outcome.tls_version) == ("127.0.0.1", "TLSv1.3")
        assert not outcome.redialed
    timing = first.timing
    parts = (timing.dns_us, timing.connect_us, timing.tls_us, timing.first_byte_us)
    assert None not in parts
    assert sum(part or 0 for part in parts) <= timing.total_us
    assert not first.reused
    assert second.reused
    assert (second.timing.dns_us, second.timing.connect_us, second.timing.tls_us) == (None, None, None)
    assert 0 < (second.timing.first_byte_us or 0) <= second.timing.total_us


async def test_live_and_test_mode_share_no_connection() -> None:
    async with Outbound() as way:
        assert way._lanes[True].dialer is not way._lanes[False].dialer


async def test_many_at_once_use_a_connection_each_and_then_share_them() -> None:
    async with Outbound(test_loopback=True) as way, receiver(answers(ok())) as there:
        for _ in range(3):
            outcomes = await asyncio.gather(*(way.post(message(there.url())) for _ in range(8)))
            assert {outcome.status for outcome in outcomes} == {200}
        assert there.connections == 8


async def test_no_cookie_is_sent_back() -> None:
    async with Outbound(test_loopback=True) as way, receiver(answers(ok(b"", "Set-Cookie: id=secret"))) as there:
        for _ in range(2):
            await way.post(message(there.url(host="localhost")))
        assert b"secret" not in b"".join(there.requests)


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with canary() as bird:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{bird.port}")
        async with Outbound(test_loopback=True) as way, receiver(answers(ok())) as there:
            assert (await way.post(message(there.url()))).status == 200
        assert bird.connections == 0


async def test_the_network_is_not_reached_for_in_a_transaction() -> None:
    async with Outbound(test_loopback=True) as way, canary() as bird:
        with transaction_open(), pytest.raises(AssertionError, match="inside a transaction"):
            await way.post(message(f"http://127.0.0.1:{bird.port}/"))
        assert bird.connections == 0


# -- dialing again ----------------------------------------------------------------------------------------------------


async def test_a_kept_connection_that_was_closed_in_the_meantime_is_dialed_again_at_once() -> None:
    """All of them are: the receiver was restarted, and each of its old connections is dead."""

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.send(ok(b"first"))
        await exchange.request()  # the second request finds the connection open, and then it is gone

    async with Outbound(test_loopback=True) as way, receiver(behave) as there:
        await asyncio.gather(*(way.post(message(there.url())) for _ in range(4)))
        assert there.connections == 4
        outcome = await way.post(message(there.url()))
        assert (outcome.status, outcome.redialed, outcome.reused) == (200, True, False)
        assert there.connections == 5
        assert len(way._lanes[False].dialer._idle) == 1


async def test_it_is_dialed_again_once_and_no_more() -> None:
    async def behave(exchange: Exchange) -> None:
        await exchange.request()

    async with Outbound(test_loopback=True) as way, receiver(behave) as there:
        outcome = await way.post(message(there.url()))
        assert (outcome.failure, outcome.redialed) == (Failure.CONNECTION, True)
        assert there.connections == 2


@pytest.mark.parametrize(
    ("pause_s", "said", "failure"),
    [(1.1, b"", Failure.CONNECTION), (0, b"HTTP/1.1 200 OK\r\n", Failure.PROTOCOL), (0, reply(500), Failure.HTTP)],
    ids=["it held the request for a second", "it began to answer", "it answered"],
)
async def test_it_is_not_dialed_again_when_the_event_may_have_been_handled(
    pause_s: float, said: bytes, failure: Failure
) -> None:
    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await asyncio.sleep(pause_s)
        await exchange.send(said)

    async with Outbound(test_loopback=True) as way, receiver(behave) as there:
        outcome = await way.post(message(there.url()))
        assert (outcome.failure, outcome.redialed) == (failure, False)
        assert there.connections == 1


async def test_a_bad_certificate_is_not_dialed_again(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    async with Outbound(test_loopback=True) as way, receiver(answers(ok()), tls=certificates.good()) as there:
        outcome = await way.post(message(there.url()))
        assert (outcome.failure, outcome.phase, outcome.redialed) == (Failure.TLS, Phase.TLS, False)
        assert there.connections <= 1
        assert there.requests == []


@pytest.mark.parametrize("presents", ["expired", "wrong_address", "self_signed"])
async def test_a_bad_certificate_gets_no_request_however_closely_it_is_looked_at(tmp_path: Path, presents: str) -> None:
    certificates = Certificates(tmp_path)
    async with (
        Outbound(test_loopback=True, ca_file=certificates.ca_file) as way,
        receiver(answers(ok()), tls=getattr(certificates, presents)()) as there,
    ):
        outcome = await way.post(message(there.url()))
        assert (outcome.failure, outcome.status) == (Failure.TLS, None)
        async with asyncio.timeout(2):
            while there.open_connections:  # noqa: ASYNC110 -- the receiver closes them in its own time
                await asyncio.sleep(0.01)
        assert there.requests == []


async def test_a_certificate_is_not_looked_at_beyond_the_time_limit(tmp_path: Path) -> None:
    """The receiver presents an expired certificate at first, and then nothing at all."""
    certificates = Certificates(tmp_path)
    expired = handshakes(certificates.expired())

    async def behave(exchange: Exchange) -> None:
        if exchange.receiver.connections == 1:
            await expired(exchange)
        await exchange.reader.read()
        await asyncio.Event().wait()

    async with (
        Outbound(test_loopback=True, ca_file=certificates.ca_file) as way,
        receiver(behave, scheme="https") as there,
    ):
        loop = asyncio.get_running_loop()
        began = loop.time()
        outcome = await way.post(message(there.url(), timeout_s=1))
        assert loop.time() - began < 1.5
        assert (outcome.failure, outcome.detail) == (Failure.TLS, "The certificate of 127.0.0.1 has expired.")
        assert there.connections == 2


async def test_one_of_two_addresses_is_enough() -> None:
    """Nobody listens on the IPv6 one; the sentence and the log name the one that answered."""
    zone = {
        ("both.test", "A"): records("both.test", "A", "127.0.0.1"),
        ("both.test", "AAAA"): records("both.test", "AAAA", "::1"),
    }
    async with (
        name_server(lambda name, kind: zone.get((name, kind), [])) as (_, port),
        Outbound(test_loopback=True, nameservers=["127.0.0.1"], dns_port=port) as way,
        receiver(answers(ok())) as there,
    ):
        outcome = await way.post(message(there.url(host="both.test")))
        assert (outcome.status, outcome.address) == (200, "127.0.0.1")


# -- connections that nobody uses -------------------------------------------------------------------------------------


async def test_what_a_receiver_says_unasked_is_not_the_answer_to_the_next_request() -> None:
    said = asyncio.Event()

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.send(ok(b"asked"))
        if exchange.receiver.connections == 1:
            await asyncio.sleep(0.05)
            await exchange.send(reply(500, b"unasked"))
            await exchange.reader.read()
            said.set()
        await asyncio.Event().wait()

    async with Outbound(test_loopback=True) as way, receiver(behave) as there:
        assert (await way.post(message(there.url()))).body == b"asked"
        async with asyncio.timeout(2):
            await said.wait()  # it was hung up on
        outcome = await way.post(message(there.url()))
        assert (outcome.body, outcome.reused) == (b"asked", False)
        assert there.connections == 2


async def test_idle_connections_are_bounded_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "IDLE_MAX", 2)
    async with (
        Outbound(test_loopback=True) as way,
        receiver(answers(ok())) as one,
        receiver(answers(ok())) as two,
        receiver(answers(ok())) as three,
    ):
        for there in (one, two, three):
            assert not (await way.post(message(there.url()))).reused
        async with asyncio.timeout(2):
            await one.nobody_left.wait()
        for there, reused in ((three, True), (two, True), (one, False)):
            assert (await way.post(message(there.url()))).reused is reused
        assert len(way._lanes[False].dialer._idle) == 2


async def test_a_connection_that_nobody_uses_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "KEEP_ALIVE_S", 0.2)
    async with Outbound(test_loopback=True) as way, receiver(answers(ok())) as there:
        assert (await way.post(message(there.url()))).status == 200
        async with asyncio.timeout(10):
            await there.nobody_left.wait()
        assert not way._lanes[False].dialer._idle
        assert (await way.post(message(there.url()))).status == 200
        assert there.connections == 2


async def test_the_deadline_of_a_connection_in_use_is_that_of_its_last_request() -> None:
    """One alarm serves them all: it was set for the first, rings too soon for the second, and is set anew."""

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.send(ok())
        await exchange.request()
        await asyncio.sleep(1.5)
        await exchange.send(ok(b"late, and in time"))
        await exchange.request()
        await asyncio.Event().wait()

    async with Outbound(test_loopback=True) as way, receiver(behave) as there:
        assert (await way.post(message(there.url(), timeout_s=1))).body == b"ok"
        assert (await way.post(message(there.url(), timeout_s=30))).body == b"late, and in time"
        outcome = await way.post(message(there.url(), timeout_s=1))
        assert (outcome.failure, outcome.phase, outcome.reused) == (Failure.TIMEOUT, Phase.HEADERS, True)
        assert there.connections == 1


async def test_a_connection_that_the_receiver_closes_is_forgotten() -> None:
    async with Outbound(test_loopback=True) as way, receiver(answers(ok())) as there:
        await way.post(message(there.url()))
        for writer in there.open_connections:
            writer.close()
        async with asyncio.timeout(2):
            await there.nobody_left.wait()
        assert not (await way.post(message(there.url()))).reused
        assert len(way._lanes[False].dialer._idle) == 1


async def test_a_canceled_attempt_hangs_up_and_says_so_to_nobody() -> None:
    asked = asyncio.Event()

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        asked.set()
        await exchange.reader.read()

    async with Outbound(test_loopback=True) as way, receiver(behave) as there:
        task = asyncio.create_task(way.post(message(there.url())))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(2):
            await there.nobody_left.wait()


async def test_a_receiver_that_never_says_goodbye_is_cut_off_and_not_waited_for(tmp_path: Path) -> None:
    """Closing TLS politely would keep the connection until the receiver agrees."""
    certificates = Certificates(tmp_path)

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        exchange.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a transport that reads
        await asyncio.Event().wait()

    async with (
        Outbound(test_loopback=True, ca_file=certificates.ca_file) as way,
        receiver(behave, tls=certificates.good()) as there,
    ):
        outcome = await way.post(message(there.url(), timeout_s=1))
        assert (outcome.failure, outcome.phase) == (Failure.TIMEOUT, Phase.HEADERS)
        await asyncio.sleep(0.05)  # an aborted transport closes its socket a moment later
        found = psutil.Process().net_connections("tcp")
        assert [held for held in found if held.raddr and held.raddr.port == there.port] == []


# -- what is kept of a reply ------------------------------------------------------------------------------------------


async def test_headers_are_kept_as_text_that_every_database_takes_and_not_without_end() -> None:
    many = [f"X-{number}: {'z' * 1000}" for number in range(25)]
    async with Outbound(test_loopback=True) as way, receiver(answers(ok(b"", "X-Latin: \xfc", *many))) as there:
        outcome = await way.post(message(there.url()))
    assert outcome.status == 200
    assert dict(outcome.headers)["x-latin"].encode()
    assert sum(len(name) + len(value) for name, value in outcome.headers) <= HEADER_BYTES_KEPT
    assert 10 < len(outcome.headers) < 25


async def test_what_is_ours_to_mend_says_so_and_shows_no_secret() -> None:
    """A header that cannot be sent is refused when the endpoint is made; if one comes here all the same, it is told."""
    async with Outbound(test_loopback=True) as way, receiver(answers(ok())) as there:
        outcome = await way.post(message(there.url(), ("X-Key", "secret\r\nHost: elsewhere")))
        assert outcome.failure is Failure.CONNECTION
        assert "FinSecure could not send the request" in outcome.detail
        assert "secret" not in outcome.detail
        assert there.requests == []


@pytest.mark.parametrize("networks", [("10.0.0.1/8",), ("nowhere",)])
def test_a_setting_that_is_no_network_is_told_at_the_start(networks: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=networks[0]):
        Outbound(networks)


def test_a_file_without_certificates_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Outbound(ca_file=str(tmp_path / "nowhere.pem"))


async def test_closing_ends_what_is_in_flight() -> None:
    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.reader.read()

    async with receiver(behave) as there:
        way = Outbound(test_loopback=True)
        await way.open()
        task: asyncio.Task[Outcome] = asyncio.create_task(way.post(message(there.url())))
        while not there.requests:  # noqa: ASYNC110 -- the receiver notes them in its own time
            await asyncio.sleep(0.01)
        await way.close()
        outcome = await task
        assert outcome.failure is not None
