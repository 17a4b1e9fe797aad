"""`serve`: where it listens, over TLS or not, and how it ends."""

from __future__ import annotations

import datetime as dt
import http.client
import ipaddress
import os
import pty
import re
import signal
import socket
import ssl
import subprocess
import time
import warnings
from contextlib import closing
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import pytest
import requests
import stripe
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from finsecure_server.serve import GRACE_SECONDS
from tests.commands.newcomer import Newcomer
from tests.commands.serving import SECONDS_MAX, Serving, serving, until

PAYMENT = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}


class Call:
    """A payment whose body has arrived by half: a call under way, for as long as the test likes."""

    def __init__(self, server: Serving) -> None:
        self._body = urlencode(PAYMENT).encode()
        self._half = len(self._body) // 2
        self._socket = socket.create_connection(("127.0.0.1", server.port), SECONDS_MAX)
        head = (
            f"POST /v1/payment_intents HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.key}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(self._body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + self._body[: self._half])
        time.sleep(0.3)  # until the server has read it: nothing outside tells

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def finish(self) -> http.client.HTTPResponse:
        self._socket.sendall(self._body[self._half :])
        reply = http.client.HTTPResponse(self._socket)
        reply.begin()
        return reply


def refused(port: int) -> bool:
    """Whether nobody listens there."""
    with closing(socket.socket()) as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0


# -- beginning ---------------------------------------------------------------------------------------------------------


def test_the_first_start_and_the_second(newcomer: Newcomer) -> None:
    with serving(newcomer, "--data", "data") as server:
        first = server.out
        assert (
            stripe.StripeClient(server.key, base_addresses={"api": server.url}).v1.balance.retrieve().object
            == "balance"
        )
        assert f"  vault keys       {newcomer.key_file} (new: keep a copy, away from the database's)\n" in first
        (curl,) = (line for line in first.splitlines() if line.startswith("  curl "))
        assert f"{server.url}/v1/payment_intents -u {server.key}: " in curl
        for address in re.findall(r"^  (?:help center|API reference) +(\S+)$", first, re.MULTILINE):
            assert requests.get(address, timeout=30).headers["content-type"].startswith("text/html"), address
        assert f"\n  help center      {server.url}/help\n  API reference    {server.url}/docs/api\n" in first
        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.err
        assert [line["event"] for line in server.logged()[-2:]] == ["stopping", "stopped"]
    with serving(newcomer, "--data", "data") as server:
        assert not re.search(r"[sp]k_(test|live)_\w", server.out)
        assert "For a new one: python -m finsecure_server keys create --data data\n" in server.out
        assert f"  help center      {server.url}/help\n" in server.out
        assert f"  vault keys       {newcomer.key_file}\n" in server.out
        port = server.port
        taken = newcomer.types("serve", "--data", "other", "--port", port)
        assert (taken.code, taken.out) == (1, "")
        assert taken.err.startswith(
            f"Error: Port {port} on 127.0.0.1 is taken: another program listens there, or FinSecure"
        )
        assert not (newcomer.home / "other").exists(), "an account was made whose keys nobody has seen"
        assert server.stop() == 0


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_other_addresses_of_this_machine(host: str, newcomer: Newcomer) -> None:
    with serving(newcomer, "--host", host) as server:
        address = f"[{host}]" if ":" in host else host
        assert server.url == f"http://{address}:{server.port}"
        for _, _, _, _, where in socket.getaddrinfo(host, server.port, type=socket.SOCK_STREAM):
            socket.create_connection((str(where[0]), server.port), 5).close()
        assert "warning" not in server.err.partition("no card network")[0]


def test_an_address_that_others_reach(newcomer: Newcomer) -> None:
    with serving(newcomer, "--host", "0.0.0.0", "--public-url", "https://pay.example.com/") as server:  # noqa: S104
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert "Others reach it on https://pay.example.com\n" in server.out
        assert "  help center      https://pay.example.com/help\n" in server.out
        assert server.err.startswith(
            "warning: listening on 0.0.0.0 without TLS: keys and card numbers cross the network"
        )


def test_a_log_for_machines(newcomer: Newcomer) -> None:
    with serving(newcomer, "--log", "debug") as server:
        with socket.create_connection(("127.0.0.1", server.port), 5) as sock:
            sock.sendall(b"not HTTP at all 4242424242424242\r\n\r\n")
            assert sock.recv(100).startswith(b"HTTP/1.1 400")
        assert server.stop() == 0
        lines = server.logged()
        (listening,) = (line for line in lines if line["event"] == "listening")
        assert (listening["database"], listening["vault_keys_made"]) == (str(newcomer.database), True)
        (odd,) = (line for line in lines if line["event"] == "Invalid HTTP request received.")
        assert odd["level"] == "warning"
        assert not re.search(r"[sp]k_(test|live)_\w", server.err)


@pytest.mark.parametrize("plain", [True, False])
def test_a_greeting_for_people(plain: bool, newcomer: Newcomer) -> None:
    """On a terminal nothing comes before the greeting, which says what the log would."""
    newcomer.environ = {"NO_COLOR": "1"} if plain else {"TERM": "xterm"}
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123  a descriptor
        process = subprocess.Popen(
            newcomer.command("serve", "--port", "0"),
            env=newcomer.whole_environ(), cwd=newcomer.home, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        said = b""
        while b"Ctrl-C stops it." not in said:
            said += terminal.read(4096)
        text = said.decode().replace("\r\n", "\n")
        assert text.startswith("FinSecure is listening on http://127.0.0.1:")
        assert "no card network is attached" in text
        port = int(re.findall(r"http://127\.0\.0\.1:(\d+)\n", text)[0])
        with socket.create_connection(("127.0.0.1", port), 5) as sock:
            sock.sendall(b"nonsense\r\n\r\n")
            while b"Invalid HTTP request received." not in said:
                said += terminal.read(4096)
        assert (b"\x1b[" in said) is not plain
        process.send_signal(signal.SIGINT)
        while b"Stopping: calls under way are finished first." not in said:
            said += terminal.read(4096)
        assert process.wait(SECONDS_MAX) == 0


# -- ending ------------------------------------------------------------------------------------------------------------


def test_a_call_under_way_is_finished_and_a_new_one_refused(newcomer: Newcomer) -> None:
    with serving(newcomer) as server, Call(server) as call:
        port = server.port
        idle = http.client.HTTPConnection("127.0.0.1", port, SECONDS_MAX)
        idle.request("GET", "/health")
        assert idle.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        until(lambda: refused(port))
        assert idle.sock.recv(1) == b"", "an idle connection is closed"
        idle.close()
        assert server.process.poll() is None
        with call.finish() as reply:
            assert (reply.status, reply.headers["connection"]) == (200, "close")
            body = reply.read()
        assert server.process.wait(SECONDS_MAX) == 0
        assert "Traceback" not in server.err
        assert not list(newcomer.database.parent.glob("*-wal")), "the database was not closed"
        key = server.key
    with serving(newcomer) as server:
        client = stripe.StripeClient(key, base_addresses={"api": server.url})
        (intent,) = client.v1.payment_intents.list().data
        assert f'"{intent.id}"'.encode() in body


def test_a_crash_tells_where_it_was(newcomer: Newcomer) -> None:
    """As a library in C might bring about. The trace is of code: no value, no card number."""
    with serving(newcomer) as server:
        server.stop(signal.SIGSEGV)
        assert "Fatal Python error: Segmentation fault" in server.err
        assert re.search(r'File ".*/finsecure_server/\S+\.py", line \d+ in', server.err)


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_second_signal_ends_it_at_once(sign: signal.Signals, code: int, newcomer: Newcomer) -> None:
    with serving(newcomer) as server, Call(server):
        port = server.port
        server.process.send_signal(sign)
        until(lambda: refused(port))
        began = time.monotonic()
        assert server.stop(sign) == code
        assert time.monotonic() - began < 8, "it waited for the call"
        assert "Traceback" not in server.err
    assert newcomer.gets("verify").endswith("every invariant holds.\n")


# -- TLS ---------------------------------------------------------------------------------------------------------------


def certificate(folder: Path, name: str, *, password: bytes | None = None) -> tuple[Path, Path]:
    """A certificate for this machine that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    cert_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
    cert_file.write_bytes(made.public_bytes(pem))
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, locked))
    return cert_file, key_file


def test_https(newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate(newcomer.home, "shop")
    with serving(newcomer, "--tls-cert", cert, "--tls-key", key) as server:
        assert server.url == f"https://127.0.0.1:{server.port}"
        monkeypatch.setattr(stripe, "ca_bundle_path", str(cert))
        client = stripe.StripeClient(server.key, base_addresses={"api": server.url})
        paid = client.v1.payment_intents.create(
            {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
        )
        assert paid.status == "succeeded"
        assert paid.last_response is not None
        assert paid.last_response.headers["strict-transport-security"] == "max-age=31536000"

        stranger, _ = certificate(newcomer.home, "stranger")
        with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
            requests.get(f"{server.url}/health", verify=str(stranger), timeout=5)
        with socket.create_connection(("127.0.0.1", server.port), 5) as plain:
            plain.sendall(
                f"GET /v1/balance HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.key}\r\n\r\n".encode()
            )
            assert b"HTTP" not in plain.recv(4096)
        old = ssl.create_default_context(cafile=str(cert))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = ssl.TLSVersion.TLSv1
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", server.port), 5) as sock, pytest.raises(ssl.SSLError):
            old.wrap_socket(sock, server_hostname="localhost")
        with ssl.create_default_context(cafile=str(cert)).wrap_socket(
            socket.create_connection(("127.0.0.1", server.port), 5), server_hostname="localhost"
        ) as asleep:
            asleep.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert asleep.recv(4096).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < GRACE_SECONDS, "it waited for a client that does not take leave"
        assert "Traceback" not in server.err
        assert server.key not in server.err


def test_a_certificate_that_cannot_serve(newcomer: Newcomer) -> None:
    cert, key = certificate(newcomer.home, "shop")
    _, other = certificate(newcomer.home, "other")
    _, locked = certificate(newcomer.home, "locked", password=b"secret")
    for words, why in (
        (
            (cert, other),
            rf"--tls-key: {re.escape(str(other))} is not the key of the certificate {re.escape(str(cert))}",
        ),
        ((key, cert), "are not a certificate and a key in PEM"),
        ((cert, locked), r"locked\.key is locked by a password"),
    ):
        said = newcomer.types("serve", "--port", "0", "--tls-cert", words[0], "--tls-key", words[1])
        assert (said.code, said.out) == (1, "")
        assert re.fullmatch(rf"Error: .*{why}.*\n", said.err), said.err
    assert not newcomer.database.exists()
