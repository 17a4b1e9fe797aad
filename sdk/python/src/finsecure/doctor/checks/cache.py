"""The cache of `CachedFinSecureClient`, if one is set. Without it everything works, only slower."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Final
from urllib.parse import unquote, urlsplit

from finsecure.doctor.context import Context
from finsecure.doctor.finding import Finding, Side, failed, passed, skipped, warned
from finsecure.doctor.wire import Fault, connect

VARIABLE: Final = "FINSECURE_REDIS_URL"
_LINE_MAX: Final = 1024


def redis(context: Context) -> Finding:
    """Whether Redis or Valkey answers: AUTH and PING, in its own protocol (RESP)."""
    this = "cache.redis"
    url = context.world.environ.get(VARIABLE)
    if not url:
        return skipped(this, f"{VARIABLE} is not set: there is no shared cache", blocks=False)
    parts = urlsplit(url)
    try:
        port = parts.port or 6379
    except ValueError:
        port = 0
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname or not port:
        return failed(
            this,
            Side.CONFIGURATION,
            f"{VARIABLE} is no address of a Redis or Valkey",
            "It reads redis://host:6379/0, or rediss:// for TLS. A client that is given it does not start.",
            f"export {VARIABLE}=redis://127.0.0.1:6379/0",
        )
    began = time.monotonic()
    where = f"{parts.hostname}:{port}"
    try:
        said = _ping(context, parts.scheme, parts.hostname, port, _words(parts.username, parts.password))
    except Fault as fault:
        return _down(this, where, fault.detail)
    except (OSError, ValueError) as error:
        return _down(this, where, str(error) or type(error).__name__)
    if said != "+PONG":
        return warned(
            this,
            Side.CONFIGURATION,
            f"the cache at {where} does not let us in: {said.lstrip('-')[:60]}",
            "Nothing is cached; every look goes to the API, which costs time and calls.",
            f"export {VARIABLE}=redis://:PASSWORD@{where}/0",
        )
    return passed(this, f"{where} answers in {(time.monotonic() - began) * 1000:.0f} ms")


def _down(this: str, where: str, detail: str) -> Finding:
    return warned(
        this,
        Side.SERVER,
        f"the cache at {where} does not answer: {detail}",
        "Nothing is cached; every look goes to the API, which costs time and calls. No payment is lost by it.",
        f"valkey-server --port {where.rpartition(':')[2]}   or: unset {VARIABLE}",
    )


def _words(name: str | None, password: str | None) -> list[str]:
    if password is None:
        return []
    return ["AUTH", *([unquote(name)] if name else []), unquote(password)]


def _ping(context: Context, scheme: str, host: str, port: int, words: list[str]) -> str:
    """The reply to PING, or the error that came before it."""
    sock, _ = connect(context.world.net, host, port, context.until)
    with sock:
        sock.settimeout(max(context.until - time.monotonic(), 0.01))
        talk = ssl.create_default_context().wrap_socket(sock, server_hostname=host) if scheme == "rediss" else sock
        with talk:
            if words:
                said = _say(talk, words)
                if said.startswith("-"):
                    return said
            return _say(talk, ["PING"])


def _say(sock: socket.socket, words: list[str]) -> str:
    sent = [f"*{len(words)}\r\n", *(f"${len(word.encode())}\r\n{word}\r\n" for word in words)]
    sock.sendall("".join(sent).encode())
    got = b""
    while not got.endswith(b"\r\n"):
        part = sock.recv(_LINE_MAX)
        if not part or len(got) > _LINE_MAX:
            raise ValueError("it does not speak Redis's protocol")
        got += part
    return got.decode("utf-8", "replace").splitlines()[0]
