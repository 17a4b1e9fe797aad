"""Whom a client trusts, which way it goes, and that it survives forks and several event loops."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

import finsecure
from fixtures.scripted import Scripted, reply, serve
from fixtures.worlds import Caller

OK = reply({"id": "pi_1", "object": "payment_intent"})


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@contextmanager
def secured(authority: trustme.CA, *names: str) -> Iterator[Scripted]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    with serve(context) as server:
        server.script(OK)
        yield server


def test_a_bundle_is_trusted(
    authority: trustme.CA, bundle: str, caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured(authority, "127.0.0.1") as server:
        assert caller(api_base=server.url, ca_bundle=bundle).create().id == "pi_1"
        monkeypatch.setenv("FINSECURE_CA_BUNDLE", bundle)
        assert caller(api_base=server.url).create().id == "pi_1"


@pytest.mark.parametrize("names", [["127.0.0.1"], ["other.example"]])
def test_a_certificate_of_somebody_else_is_not(
    names: list[str], authority: trustme.CA, bundle: str, caller: Callable[..., Caller]
) -> None:
    unknown = names == ["127.0.0.1"]
    with secured(trustme.CA() if unknown else authority, *names) as server:
        client = caller(api_base=server.url, ca_bundle=bundle)
        with pytest.raises(finsecure.APIConnectionError) as caught:
            client.create()
        assert (caught.value.kind, caught.value.sent, caught.value.retryable) == ("tls", False, False)
        assert len(caught.value.attempts) == 1
        assert "certificate" in str(caught.value)
        assert server.seen == []


def test_a_bundle_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for path in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        with pytest.raises(finsecure.ConfigurationError, match=path.name):
            finsecure.Client("sk_test_1", ca_bundle=str(path))


def test_plain_http_where_tls_is_spoken(scripted: Scripted, caller: Callable[..., Caller]) -> None:
    client = caller(api_base=scripted.url.replace("http:", "https:"), max_retries=0)
    with pytest.raises(finsecure.APIConnectionError) as caught:
        client.create()
    assert caught.value.kind == "tls"


def test_a_name_that_does_not_exist(caller: Callable[..., Caller]) -> None:
    client = caller(api_base="https://api.finsecure.invalid", max_retries=0)
    with pytest.raises(finsecure.APIConnectionError) as caught:
        client.create()
    assert caught.value.kind == "dns"
    assert not caught.value.sent


def test_plain_http_goes_through_the_proxy_that_is_set(
    scripted: Scripted, caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted.script(OK)
    monkeypatch.setenv("HTTP_PROXY", scripted.url)
    far = "http://api.test.example:4242"
    assert caller(api_base=far, proxy=None).create().id == "pi_1"
    assert scripted.seen[0].path == f"{far}/v1/payment_intents"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    caller(proxy=None).create()
    assert scripted.seen[1].path == "/v1/payment_intents"


def test_tls_goes_through_a_tunnel(authority: trustme.CA, bundle: str, caller: Callable[..., Caller]) -> None:
    with secured(authority, "127.0.0.1") as server, tunnel() as (proxy, asked):
        client = caller(api_base=server.url, ca_bundle=bundle, proxy=proxy)
        assert client.create().id == "pi_1"
        assert asked[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.")
        assert server.seen[0].headers["authorization"] == "Bearer sk_test_1"


def test_a_proxy_that_is_not_there(caller: Callable[..., Caller]) -> None:
    client = caller(api_base="https://api.finsecure.invalid", proxy="http://127.0.0.1:1", max_retries=0)
    with pytest.raises(finsecure.APIConnectionError) as caught:
        client.create()
    assert caught.value.kind == "proxy"


@contextmanager
def tunnel() -> Iterator[tuple[str, list[str]]]:
    """A proxy for one CONNECT."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def pump(source: socket.socket, target: socket.socket) -> None:
            while data := source.recv(65536):
                target.sendall(data)
            target.close()

        def serve_one() -> None:
            near, _ = listener.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                head += near.recv(4096)
            asked.append(head.split(b"\r\n")[0].decode())
            host, _, port = asked[0].split()[1].partition(":")
            far = socket.create_connection((host, int(port)))
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(far, near), daemon=True)
            back.start()
            try:
                pump(near, far)
            except OSError:
                return

        threading.Thread(target=serve_one, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked


def test_a_child_does_not_talk_over_its_parents_sockets(scripted: Scripted) -> None:
    scripted.script(OK)
    with finsecure.Client("sk_test_1", api_base=scripted.url, proxy="") as client:
        client.payment_intents.retrieve("pi_1")
        client.payment_intents.retrieve("pi_1")
        assert len(scripted.connections) == 1
        client._transport._pid -= 1  # type: ignore[attr-defined]  # as it is in a child
        client.payment_intents.retrieve("pi_1")
        assert len(scripted.connections) == 2


def test_one_async_client_in_several_loops(scripted: Scripted) -> None:
    scripted.script(OK)
    client = finsecure.AsyncClient("sk_test_1", api_base=scripted.url, proxy="")

    async def call() -> None:
        await asyncio.gather(*(client.payment_intents.retrieve("pi_1") for _ in range(5)))
        await client.aclose()
        await asyncio.sleep(0.01)

    asyncio.run(call())
    asyncio.run(call())
    assert len(scripted.seen) == 10


def test_threads_share_a_client(scripted: Scripted) -> None:
    scripted.script(OK)
    with finsecure.Client("sk_test_1", api_base=scripted.url, proxy="") as client:
        threads = [
            threading.Thread(target=lambda: [client.payment_intents.retrieve("pi_1") for _ in range(20)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(scripted.seen) == 160
    assert len(scripted.connections) <= 8
