"""Which proxy a call goes through: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read explicitly.

Small letters win over capitals, as in curl. NO_PROXY lists hosts and what they end with, ports, addresses, networks
(`10.0.0.0/8`), or `*`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from finsecure import errors
from finsecure._core import address


def proxy_of(api_base: str, given: str | None, environ: Mapping[str, str]) -> str | None:
    """The proxy that a client calls through: `given` is an address, or empty for none; None for what `environ` says.

    ConfigurationError if it is no address of a proxy that speaks HTTP. It may hold a user and a password.
    """
    proxy = proxy_for(api_base, environ) if given is None else given or None
    if proxy is not None and address.web(proxy) is None:
        scheme = urlsplit(proxy).scheme if proxy.startswith(("socks", "ftp")) else ""
        named = f", and not one that speaks {scheme}" if scheme else ""
        raise errors.ConfigurationError(
            f"what is set as proxy (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY or proxy=) is no address of an HTTP proxy{named}"
        )
    return proxy


def authorization(proxy: str) -> str | None:
    """The user and the password in a proxy's address, `user:password`; None without."""
    parts = urlsplit(proxy)
    return None if parts.username is None else f"{unquote(parts.username)}:{unquote(parts.password or '')}"


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy's address for a call to `url`, or None."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    names = (f"{parts.scheme}_proxy", "all_proxy")
    found = next((value for name in names if (value := _read(environ, name))), None)
    if found is None or _excepted(host, port, _read(environ, "no_proxy") or ""):
        return None
    return found if "://" in found else f"http://{found}"


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
