"""What checks are given: the world, what was asked for, and what earlier checks have learnt."""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from finsecure._client import Client
from finsecure._core.environment import API_BASE
from finsecure._tls import trusted
from finsecure._version import __version__
from finsecure.cli import places
from finsecure.doctor.wire import Answer, DoctorTransport, Net, Proxy, Target, ask, is_address

CHECK_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0
USER_AGENT: Final = f"FinSecure-Doctor/{__version__}"
_LOOPBACK: Final = ("localhost", "127.", "::1")


@dataclass(frozen=True, slots=True)
class World:
    """What is outside: variables, the clock (seconds since 1970), the network."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], float] = time.time
    net: Net = field(default_factory=Net)
    profiles: Path = field(default_factory=places.user_file)  # the file that holds them; it need not be there


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look at. `*_from` says where a value came from, in words."""

    key: str | None = None
    key_from: str = "FINSECURE_SECRET_KEY"
    base: str | None = None
    base_from: str = "FINSECURE_API_BASE"
    ca_bundle: str | None = None  # a file of certificates to trust
    profile: str | None = None  # one that was named
    trouble: tuple[str, ...] | None = None  # what is wrong with the files of settings, and what to do
    origin: str | None = None  # of a page that calls the API
    webhook_url: str | None = None
    webhook_secrets: tuple[str, ...] = ()
    live: bool = False  # whether live endpoints may be sent test events


@dataclass(slots=True)
class Facts:
    """What has been learnt. Each is written by one check, before those that need it begin."""

    base: str = ""
    key: str = ""  # cleaned of what surrounds it
    proxy: Proxy | None = None
    context: ssl.SSLContext | None = None
    addresses: list[str] = field(default_factory=list)  # of the API, or of the proxy before it
    taken: list[str] = field(default_factory=list)  # those that take connections
    health: Answer | None = None
    auth: Answer | None = None
    payment: dict[str, Any] = field(default_factory=dict)
    endpoints: list[dict[str, Any]] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)  # addresses of endpoints that FinSecure came to
    limited: list[Mapping[str, str]] = field(default_factory=list)  # headers of replies that said 429


class Context:
    """Handed to every check. Threads share it."""

    def __init__(self, world: World, asked: Asked) -> None:
        self.world = world
        self.asked = asked
        self.facts = Facts()
        self.ends = time.monotonic() + TOTAL_SECONDS
        self._local = threading.local()

    def begin(self, until: float) -> None:
        """A check begins on this thread; it has until then (monotonic seconds)."""
        self._local.until = min(until, self.ends)

    @property
    def until(self) -> float:
        """When the check on this thread is given up."""
        found: float = getattr(self._local, "until", self.ends)
        return found

    @property
    def given_base(self) -> str:
        """The address of the API, as it was set."""
        return self.asked.base or API_BASE

    @property
    def official(self) -> bool:
        """Whether it is FinSecure's own address, and not that of a server of one's own."""
        return self.given_base.rstrip("/").removesuffix("/v1") == API_BASE

    @property
    def host(self) -> str:
        """The API's host."""
        return urlsplit(self.facts.base).hostname or ""

    @property
    def target(self) -> Target:
        """The API, by way of the proxy if there is one."""
        return Target.of(self.facts.base, self.facts.proxy, self.facts.taken)

    @property
    def local(self) -> bool:
        """Whether the API is on this machine."""
        return loopback(self.host)

    def ask(self, path: str, method: str = "GET", **more: Any) -> Answer:
        """Ask the API. Fault."""
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **more.pop("headers", {})}
        facts = self.facts
        answer = ask(self.world.net, facts.base + path, method, headers=headers, **self._how(), **more)
        if answer.status == 429:
            facts.limited.append(answer.headers)
        return answer

    def client(self) -> Client:
        """The SDK's client, which tries once and goes the same way."""
        facts = self.facts
        transport = DoctorTransport(self.world.net, {"User-Agent": USER_AGENT}, **self._how())
        return Client(facts.key, api_base=facts.base, transport=transport, max_retries=0, deadline=None)

    def _how(self) -> dict[str, Any]:
        facts = self.facts
        return {"context": facts.context, "proxy": facts.proxy, "known": facts.taken, "until": self.until}

    def trust(self) -> ssl.SSLContext:
        """Whom to trust, as the SDK does. ConfigurationError if the bundle cannot be read."""
        return trusted(self.asked.ca_bundle)


def loopback(host: str) -> bool:
    """Whether this is the machine that we run on."""
    return host == _LOOPBACK[0] or host.endswith(".localhost") or (is_address(host) and host.startswith(_LOOPBACK[1:]))
