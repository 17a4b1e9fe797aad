"""Which proxy a call goes through: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read explicitly.

Small letters win over capitals, as in curl. NO_PROXY lists hosts and what they end with, ports, addresses, networks
(`10.0.0.0/8`), or `*`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy's address for a call to `url`, or None."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    names = (f"{parts.scheme}_proxy", "all_proxy")
    address = next((value for name in names if (value := _read(environ, name))), None)
    if address is None or _excepted(host, port, _read(environ, "no_proxy") or ""):
        return None
    return address if "://" in address else f"http://{address}"


def _read(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name) or environ.get(name.upper()) or None


def _excepted(host: str, port: int, no_proxy: str) -> bool:
    return any(_matches(host, port, entry.strip().lower()) for entry in no_proxy.split(",") if entry.strip())


def _matches(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        pass
    name, _, only_port = entry.partition(":")
    if only_port and only_port != str(port):
        return False
    name = name.removeprefix("*").removeprefix(".")
    return host == name or host.endswith(f".{name}")
