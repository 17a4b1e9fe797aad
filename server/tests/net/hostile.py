"""Receivers that do all there is to do wrong, and what must come of each (F14)."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from finsecure_server.core.delivery import REPLY_BYTES_MAX, Failure, Outcome, Phase
from finsecure_server.core.delivery_failures import TlsFault
from tests.net.receivers import Behaviour, Exchange, Receiver, answers, ok, reply

TIMEOUT_S: Final = 2  # where the class does not depend on it


@dataclass(frozen=True)
class Case:
    """What a receiver does, and what must come of it."""

    behaviour: Behaviour
    failure: Failure | None
    phase: Phase | None = None
    status: int | None = None
    tls: str = ""  # a method of Certificates
    alerts: bool = False  # it tells why the handshake fails
    scheme: str = ""  # by which it is called, whatever it speaks
    listens: Callable[[], AbstractAsyncContextManager[Receiver]] | None = None  # instead of `behaviour`
    host: str = "127.0.0.1"  # as it is called
    body: bytes = b"{}"
    timeout_s: int = TIMEOUT_S
    check: Callable[[Outcome], object] = bool  # of a tuple that is never empty: anything goes
    words: str = ""  # in the sentence
    fault: TlsFault | None = None


# -- who listens -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def never_accepts() -> AsyncIterator[Receiver]:
    """A socket that listens and whose queue is full: the kernel drops whoever else comes."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for queued in waiting:
            queued.setblocking(False)
            with suppress(BlockingIOError):
                queued.connect(listener.getsockname())
        yield Receiver(port=listener.getsockname()[1])
        for queued in waiting:
            queued.close()


@asynccontextmanager
async def never_reads() -> AsyncIterator[Receiver]:
    """The kernel makes the connection and takes a few bytes; nobody ever looks at it."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", 0))
        listener.listen(100)
        yield Receiver(port=listener.getsockname()[1])


@asynccontextmanager
async def nobody() -> AsyncIterator[Receiver]:
    """A port that nothing listens on: it is bound, so nobody else gets it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield Receiver(port=bound.getsockname()[1])


# -- what they do -----------------------------------------------------------------------------------------------------


async def silent(exchange: Exchange) -> None:
    await exchange.request()
    await asyncio.Event().wait()


def late(seconds: float) -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await asyncio.sleep(seconds)
        await exchange.send(ok())

    return behave


def drip(head: bytes, drop: bytes, every_s: float) -> Behaviour:
    """Begins at once, and then a little at a time, without end."""

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        await exchange.send(head)
        while True:
            await exchange.send(drop)
            await asyncio.sleep(every_s)

    return behave


def pours(head: bytes, flood: bytes) -> Behaviour:
    """As fast as it goes, without end."""
    return drip(head, flood, 0)


def says(*parts: bytes, pause_s: float = 0.05, then: str = "close") -> Behaviour:
    """Answers one request with these bytes, each on its own, and then ends it: close, reset or wait."""

    async def behave(exchange: Exchange) -> None:
        await exchange.request()
        for number, part in enumerate(parts):
            if number:
                await asyncio.sleep(pause_s)
            await exchange.send(part)
        if then == "wait":
            await asyncio.Event().wait()
        elif then == "reset":
            await asyncio.sleep(pause_s)
            exchange.reset()

    return behave


async def closes_at_once(exchange: Exchange) -> None:
    exchange.writer.close()


async def resets_at_once(exchange: Exchange) -> None:
    exchange.reset()


async def closes_after_the_request(exchange: Exchange) -> None:
    await exchange.request()


async def resets_after_the_request(exchange: Exchange) -> None:
    await exchange.request()
    exchange.reset()


async def answers_to_anything(exchange: Exchange) -> None:
    await exchange.reader.read(16)
    await exchange.send(reply(400, b"This is an http port."))
    await asyncio.Event().wait()


async def breaks_the_handshake(exchange: Exchange) -> None:
    await exchange.reader.read(16)


async def resets_the_handshake(exchange: Exchange) -> None:
    await exchange.reader.read(16)
    exchange.reset()


async def talks_before_it_is_asked(exchange: Exchange) -> None:
    await exchange.send(reply(500, b"hasty"))
    await asyncio.Event().wait()


CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSED: Final = b"HTTP/1.1 200 OK\r\n\r\n"
BOMB: Final = gzip.compress(bytes(100_000_000))


def truncated(outcome: Outcome) -> bool:
    return outcome.truncated and len(outcome.body) <= REPLY_BYTES_MAX


def full(outcome: Outcome) -> bool:
    return outcome.truncated and len(outcome.body) == REPLY_BYTES_MAX


def retry_after(value: str) -> Case:
    return Case(
        answers(reply(429, b"slow down", f"Retry-After: {value}")),
        Failure.HTTP,
        status=429,
        check=lambda outcome: ("retry-after", value) in outcome.headers and outcome.body == b"slow down",
    )


CASES: Final[dict[str, Case]] = {
    # too slow
    "accepts and is silent": Case(silent, Failure.TIMEOUT, Phase.HEADERS, words="did not answer within 2 s"),
    "never reads the request": Case(silent, Failure.TIMEOUT, Phase.HEADERS, listens=never_reads, body=b"x" * 1_000_000),
    "headers before the end": Case(late(TIMEOUT_S - 1), None, status=200),
    "headers a little after the end": Case(late(TIMEOUT_S + 0.1), Failure.TIMEOUT, Phase.HEADERS),
    "headers a byte at a time": Case(
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"z", 0.1), Failure.TIMEOUT, Phase.HEADERS, words="began to answer"
    ),
    "a body of a byte a second": Case(
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", b"z", 1), None, status=200, check=truncated
    ),
    "a chunked body without end": Case(drip(CHUNKED, b"1\r\nz\r\n", 0.2), None, status=200, check=truncated),
    "a failure with a body without end": Case(
        drip(b"HTTP/1.1 500 No\r\n\r\nOops", b"z", 0.5),
        Failure.HTTP,
        status=500,
        check=lambda outcome: truncated(outcome) and outcome.body.startswith(b"Oops"),
    ),
    # not HTTP, or hardly
    "HTTP/0.9": Case(says(b"<h1>It works</h1>"), Failure.PROTOCOL, Phase.HEADERS, words="not HTTP"),
    "HTTP/2": Case(says(b"HTTP/2 200\r\n\r\n"), Failure.PROTOCOL, Phase.HEADERS),
    "SSH": Case(says(b"SSH-2.0-OpenSSH_9.9\r\n", then="wait"), Failure.PROTOCOL, Phase.HEADERS),
    "a length that is no number": Case(
        says(b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n"), Failure.PROTOCOL, Phase.HEADERS
    ),
    "two lengths": Case(
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nzz"), Failure.PROTOCOL, Phase.HEADERS
    ),
    "a NUL in a header": Case(says(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"), Failure.PROTOCOL, Phase.HEADERS),
    "ends in its headers": Case(
        says(b"HTTP/1.1 200 OK\r\nX-Half: "), Failure.PROTOCOL, Phase.HEADERS, words="middle of its headers"
    ),
    "resets in its headers": Case(
        says(b"HTTP/1.1 200 OK\r\nX-Half: ", then="reset"),
        Failure.PROTOCOL,
        Phase.HEADERS,
        words="middle of its headers",
    ),
    "bad chunks along with the headers": Case(
        says(CHUNKED + b"zz\r\n\r\n", then="wait"), None, status=200, check=lambda outcome: outcome.truncated
    ),
    "bad chunks after the headers": Case(
        says(CHUNKED + b"2\r\nok\r\n", b"zz\r\n\r\n", then="wait"),
        None,
        status=200,
        check=lambda outcome: outcome.truncated and outcome.body == b"ok" and outcome.timing.total_us < 1_000_000,
    ),
    "bad chunks in a failure": Case(
        says(b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbad\r\nzz\r\n"), Failure.HTTP, status=503
    ),
    "a body that is cut": Case(
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        None,
        status=200,
        check=lambda outcome: outcome.truncated and outcome.body == b"half",
    ),
    "resets after the headers": Case(
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", then="reset"), None, status=200, check=truncated
    ),
    "two replies to one request": Case(
        says(ok(b"one") + reply(500, b"two")), None, status=200, check=lambda outcome: outcome.body == b"one"
    ),
    "talks before it is asked": Case(
        talks_before_it_is_asked, Failure.HTTP, status=500, check=lambda outcome: outcome.body == b"hasty"
    ),
    "a few 100 Continue": Case(says(b"HTTP/1.1 100 Continue\r\n\r\n" * 3, ok(), then="wait"), None, status=200),
    "103 Early Hints": Case(
        says(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + ok(), then="wait"), None, status=200
    ),
    "101 Switching Protocols": Case(
        says(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", then="wait"),
        Failure.HTTP,
        status=101,
    ),
    # odd, and fine
    "headers and body byte by byte": Case(
        says(*(bytes([b]) for b in ok()), pause_s=0.002, then="wait"), None, status=200
    ),
    "lines that end in LF": Case(says(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", then="wait"), None, status=200),
    "no reason after the status": Case(
        says(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", then="wait"), None, status=200
    ),
    "HTTP/1.0": Case(
        says(b"HTTP/1.0 200 OK\r\n\r\nhello"), None, status=200, check=lambda outcome: outcome.body == b"hello"
    ),
    "bytes that are no UTF-8": Case(
        answers(ok(b"\xff\xfe\x00", "X-Latin: caf\xe9")),
        None,
        status=200,
        check=lambda outcome: outcome.body == b"\xff\xfe\x00" and dict(outcome.headers)["x-latin"].startswith("caf"),
    ),
    "a cookie": Case(
        answers(ok(b"", "Set-Cookie: id=1; Path=/", "Set-Cookie: b=2")),
        None,
        status=200,
        check=lambda outcome: [name for name, _ in outcome.headers].count("set-cookie") == 2,
    ),
    "exactly as much as is kept": Case(
        answers(ok(b"z" * REPLY_BYTES_MAX)),
        None,
        status=200,
        check=lambda outcome: not outcome.truncated and len(outcome.body) == REPLY_BYTES_MAX,
    ),
    "a byte more than is kept": Case(answers(ok(b"z" * (REPLY_BYTES_MAX + 1))), None, status=200, check=full),
    # statuses
    **{
        f"status {status}": Case(answers(reply(status)), None, status=status)
        for status in (201, 202, 203, 205, 206, 226)
    },
    "status 204": Case(answers(b"HTTP/1.1 204 No Content\r\n\r\n"), None, status=204),
    **{
        f"status {status}": Case(answers(reply(status, b"no")), Failure.HTTP, status=status)
        for status in (400, 401, 403, 404, 405, 410, 422, 429, 500, 502, 503, 504, 599, 999)
    },
    "status 304": Case(answers(b"HTTP/1.1 304 Not Modified\r\n\r\n"), Failure.HTTP, status=304),
    "a redirect to nowhere": Case(answers(reply(302)), Failure.REDIRECT, status=302, words="never followed"),
    "Retry-After -1": retry_after("-1"),
    "Retry-After 1e9": retry_after("1000000000"),
    "Retry-After date": retry_after("Wed, 21 Oct 2026 07:28:00 GMT"),
    "Retry-After garbage": retry_after("soon; or later"),
    # connections
    "nobody listens": Case(
        silent,
        Failure.CONNECTION,
        Phase.CONNECT,
        listens=nobody,
        check=lambda outcome: outcome.redialed,
        words="refused the connection",
    ),
    "never accepts": Case(silent, Failure.TIMEOUT, Phase.CONNECT, listens=never_accepts, words="connection within 2 s"),
    "never accepts, for as long as it is asked": Case(
        silent,
        Failure.TIMEOUT,
        Phase.CONNECT,
        listens=never_accepts,
        timeout_s=10,
        check=lambda outcome: outcome.timing.total_us < 3_500_000,
        words="connection within 3 s",
    ),
    "closes at once": Case(closes_at_once, Failure.CONNECTION, Phase.HEADERS, words="without an answer"),
    "resets at once": Case(resets_at_once, Failure.CONNECTION, check=lambda outcome: outcome.redialed),
    "closes after the request": Case(closes_after_the_request, Failure.CONNECTION, Phase.HEADERS),
    "resets after the request": Case(resets_after_the_request, Failure.CONNECTION, Phase.HEADERS),
    # TLS
    "TLS as it should be": Case(
        answers(ok()), None, status=200, tls="good", check=lambda outcome: outcome.tls_version == "TLSv1.3"
    ),
    "TLS 1.2": Case(
        answers(ok()), None, status=200, tls="tls_1_2", check=lambda outcome: outcome.tls_version == "TLSv1.2"
    ),
    "an expired certificate": Case(
        answers(ok()),
        Failure.TLS,
        Phase.TLS,
        tls="expired",
        words="has expired: it ended on 20",
        fault=TlsFault.EXPIRED,
    ),
    "a certificate of tomorrow": Case(
        answers(ok()),
        Failure.TLS,
        Phase.TLS,
        tls="not_yet_valid",
        words="it begins on 20",
        fault=TlsFault.NOT_YET_VALID,
    ),
    "a self-signed certificate": Case(
        answers(ok()), Failure.TLS, Phase.TLS, tls="self_signed", fault=TlsFault.SELF_SIGNED
    ),
    "a certificate for another name": Case(
        answers(ok()),
        Failure.TLS,
        Phase.TLS,
        tls="wrong_host",
        host="localhost",
        words="localhost: it names shop.example.",
        fault=TlsFault.WRONG_HOST,
    ),
    "a certificate for another address": Case(
        answers(ok()),
        Failure.TLS,
        Phase.TLS,
        tls="wrong_address",
        words="127.0.0.1: it names 127.0.0.9.",
        fault=TlsFault.WRONG_HOST,
    ),
    "an authority that nobody knows": Case(
        answers(ok()), Failure.TLS, Phase.TLS, tls="unknown_authority", fault=TlsFault.UNKNOWN_ISSUER
    ),
    "no intermediate certificate": Case(
        answers(ok()), Failure.TLS, Phase.TLS, tls="without_intermediate", fault=TlsFault.UNKNOWN_ISSUER
    ),
    "TLS 1.0 only": Case(answers(ok()), Failure.TLS, Phase.TLS, tls="old_tls", alerts=True, fault=TlsFault.TOO_OLD),
    "demands a client certificate by TLS 1.2": Case(
        answers(ok()), Failure.TLS, Phase.TLS, tls="demands_certificate_1_2"
    ),
    "demands a client certificate by TLS 1.3": Case(
        answers(ok()),
        Failure.TLS,
        Phase.TLS,
        tls="demands_certificate_1_3",
        alerts=True,
        fault=TlsFault.CLIENT_CERTIFICATE,
    ),
    "http where https was asked for": Case(
        answers_to_anything, Failure.TLS, Phase.TLS, scheme="https", fault=TlsFault.NOT_TLS
    ),
    "silent before the handshake": Case(
        silent, Failure.TIMEOUT, Phase.TLS, scheme="https", words="TLS handshake within 2 s"
    ),
    "closes in the handshake": Case(breaks_the_handshake, Failure.TLS, Phase.TLS, scheme="https", words="handshake"),
    "resets in the handshake": Case(resets_the_handshake, Failure.TLS, Phase.TLS, scheme="https"),
    "https where http was asked for": Case(
        answers(ok()), Failure.CONNECTION, Phase.HEADERS, tls="good", scheme="http", words="without an answer"
    ),
    "a TLS alert where http was asked for": Case(
        says(b"\x15\x03\x01\x00\x02\x02\x46"), Failure.PROTOCOL, Phase.HEADERS, words="not HTTP"
    ),
    "a handshake that fails without a word": Case(
        answers(ok()), Failure.TLS, Phase.TLS, tls="old_tls", words="closed the connection during the TLS handshake"
    ),
    # the default of ten seconds
    "headers at 9 s": Case(late(9), None, status=200, timeout_s=10),
    "headers at 10.1 s": Case(late(10.1), Failure.TIMEOUT, Phase.HEADERS, timeout_s=10, words="within 10 s"),
    "silent for 10 s": Case(silent, Failure.TIMEOUT, Phase.HEADERS, timeout_s=10),
    "a body of a byte a second for 10 s": Case(
        drip(b"HTTP/1.1 200 OK\r\n\r\n", b"z", 1), None, status=200, timeout_s=10, check=truncated
    ),
    "silent before the handshake for 10 s": Case(silent, Failure.TIMEOUT, Phase.TLS, scheme="https", timeout_s=10),
}

#: Receivers that send more than anybody wants. They run one after the other, so that memory can be told.
FLOODS: Final[dict[str, Case]] = {
    "a body of ten gigabytes": Case(
        pours(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", b"z" * 65536), None, status=200, check=full
    ),
    "a chunked flood": Case(pours(CHUNKED, b"10000\r\n" + b"z" * 65536 + b"\r\n"), None, status=200, check=full),
    "a flood of tiny chunks": Case(pours(CHUNKED, b"1\r\nz\r\n" * 8192), None, status=200, check=full),
    "trailers without end": Case(pours(CHUNKED + b"0\r\n", b"X-More: z\r\n" * 1000), None, status=200, check=truncated),
    "a trailer without end": Case(
        pours(CHUNKED + b"2\r\nok\r\n0\r\nX-More: ", b"z" * 65536),
        None,
        status=200,
        check=lambda outcome: truncated(outcome) and outcome.body == b"ok",
    ),
    "a chunk's extension without end": Case(pours(CHUNKED + b"1;", b"z" * 65536), None, status=200, check=truncated),
    "a gzip bomb": Case(
        answers(ok(BOMB, "Content-Encoding: gzip")),
        None,
        status=200,
        check=lambda outcome: full(outcome) and outcome.body == BOMB[:REPLY_BYTES_MAX],
    ),
    "a header of 64 KiB": Case(
        answers(ok(b"", "X-Large: " + "z" * 65536)), Failure.PROTOCOL, Phase.HEADERS, words="32 KiB"
    ),
    "headers without end": Case(
        pours(b"HTTP/1.1 200 OK\r\n", b"X-More: z\r\n" * 1000), Failure.PROTOCOL, Phase.HEADERS
    ),
    "ten thousand headers": Case(
        answers(ok(b"", *(f"X-{number}: z" for number in range(10_000)))), Failure.PROTOCOL, Phase.HEADERS
    ),
    "a status line without end": Case(pours(b"HTTP/1.1 200 ", b"z" * 65536), Failure.PROTOCOL, Phase.HEADERS),
    "a million times 100 Continue": Case(
        pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 4096), Failure.PROTOCOL, Phase.HEADERS, words="32 KiB"
    ),
    "noise without end": Case(pours(b"", bytes(range(256)) * 256), Failure.PROTOCOL, Phase.HEADERS),
}
