"""Where the sender may go: which URLs an endpoint may have, and which addresses may be dialed.

A URL is parsed once, strictly, and written anew; what is stored is what we wrote. A name says nothing about where it
leads, so it is the *resolved* address that is vetted, when it is dialed (net/outbound.py), and that very address is
dialed. `ipaddress.is_global` is not enough: it calls cloud metadata, NAT64 and 6to4 of loopback, and all of multicast
global. For IPv6 only the space that is given out (2000::/3) passes, less what is special in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, NamedTuple
from urllib.parse import quote

from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.web_address import LETTERS_MAX, PORT_MAX

Network = IPv4Network | IPv6Network

#: Networks that no webhook goes to, and what they are. RFC 6890 and its registry; 168.63.129.16 is Azure's host agent.
DENIED_V4: Final[tuple[tuple[IPv4Network, str], ...]] = tuple(
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", "an address of this host"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address behind a carrier's NAT"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address for protocols"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "an address of a relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("168.63.129.16/32", "an address of a cloud's own services"),
    )
)
ALLOWED_V6: Final = IPv6Network("2000::/3")
#: What is special within 2000::/3: among it everything that carries an IPv4 address inside.
DENIED_V6: Final[tuple[tuple[IPv6Network, str], ...]] = tuple(
    (IPv6Network(network), what)
    for network, what in (
        ("2001::/23", "an address for protocols"),
        ("2001:db8::/32", "an address for documentation"),
        ("2002::/16", "an address that carries another one (6to4)"),
        ("3fff::/20", "an address for documentation"),
        ("3ffe::/16", "an address of a network that is closed"),
    )
)
_LOOPBACK: Final = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class Policy(NamedTuple):
    """What a server's owner opens beyond the public addresses."""

    networks: tuple[Network, ...] = ()  # private networks, by the setting webhook_allowed_networks
    loopback: bool = False  # this very machine: test mode on a machine of one's own


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks from their CIDR texts, such as 10.0.0.0/8. Raises ValueError, which names the text that is none."""
    return tuple(ip_network(text) for text in texts)


def vet(address: str, policy: Policy) -> str | None:
    """Why a resolved address is not dialed, "10.0.0.1 is a private address (10.0.0.0/8)"; None if it may be."""
    try:
        ip = ip_address(address)
    except ValueError:
        return f"{address[:64]!r} is not an IP address"
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return f"{address} is an address of one link only"
        ip = ip.ipv4_mapped or ip  # ::ffff:127.0.0.1 is 127.0.0.1 for the kernel too
    if any(ip in network for network in policy.networks):
        return None
    if policy.loopback and any(ip in network for network in _LOOPBACK):
        return None
    denied: tuple[tuple[Network, str], ...] = DENIED_V4 if isinstance(ip, IPv4Address) else DENIED_V6
    for network, what in denied:
        if ip in network:
            return f"{address} is {what} ({network})"
    if isinstance(ip, IPv6Address) and ip not in ALLOWED_V6:
        return f"{address} is outside the public IPv6 addresses ({ALLOWED_V6})"
    return None


# -- URLs -------------------------------------------------------------------------------------------------------------

_URL: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?]*)(?P<path>/[^?]*)?(?:\?(?P<query>.*))?"
)
_AUTHORITY: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NOT_SHOWN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\\]")
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAME_MAX: Final = 253
#: What RFC 3986 allows in a path and in a query, the percent sign included: it was checked before.
_PATH: Final = "%/:@!$&'()*+,;=~-._"
_QUERY: Final = _PATH + "?[]"


def check_url(text: str, livemode: bool, policy: Policy | None = None) -> str:
    """The URL as it is kept and called; raises Refused (url_invalid) if no endpoint may have it.

    Live endpoints are https on port 443. A host that is an address is vetted here and now, by `policy` (by default
    public addresses, in test mode loopback too); a name is vetted each time it is dialed.
    """
    if policy is None:
        policy = Policy(loopback=not livemode)
    url = _parsed(text)
    scheme = url["scheme"].lower()
    if livemode and scheme != "https":
        raise _refused("must begin with https:// in live mode")
    authority = _AUTHORITY.fullmatch(url["authority"])
    if authority is None:
        raise _refused("names no valid host and port")
    host = _host(authority["host"], livemode, policy)
    port = int(authority["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port <= PORT_MAX:
        raise _refused(f"names port {port}, which does not exist")
    if livemode and port != _DEFAULT_PORTS["https"]:
        raise _refused("must use port 443 in live mode")
    kept = f"{scheme}://{host}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"
    kept += quote(url["path"] or "/", safe=_PATH)
    if url["query"] is not None:
        kept += "?" + quote(url["query"], safe=_QUERY)
    if len(kept) > LETTERS_MAX:
        raise _refused(f"is longer than {LETTERS_MAX} characters when written in ASCII")
    return kept


def _parsed(text: str) -> re.Match[str]:
    """The parts of an absolute http or https URL, without what programs read in different ways."""
    if len(text) > LETTERS_MAX:
        raise _refused(f"is longer than {LETTERS_MAX} characters")
    if _NOT_SHOWN.search(text):
        raise _refused("holds a space, a tab, a backslash or a character that is not shown. Write it percent-encoded")
    if "#" in text:
        raise _refused("has a fragment (#…), which is never sent. Leave it out")
    url = _URL.fullmatch(text)
    if url is None or url["scheme"].lower() not in _DEFAULT_PORTS:
        raise _refused("must be an absolute address that begins with https:// (in test mode http:// will do)")
    if "@" in url["authority"]:
        raise _refused("holds a user name or a password. Send secrets in a header of the endpoint instead")
    if _BAD_PERCENT.search(text, url.end("authority")):
        raise _refused("holds a percent sign that two hexadecimal digits do not follow")
    return url


def _host(text: str, livemode: bool, policy: Policy) -> str:
    """The host in its one spelling: an address as `ipaddress` writes it, a name in lower-case ASCII."""
    if text.startswith("["):
        try:
            address: IPv4Address | IPv6Address = IPv6Address(text[1:-1])
        except ValueError:
            raise _refused("names no valid IPv6 address") from None
        return f"[{_vetted(address, policy)}]"
    name = _ascii(text).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        # Like a browser: what ends in a number is an IPv4 address. Of its many spellings (0x7f.1, 2130706433,
        # 0177.0.0.1) only the one that everybody reads alike is taken.
        try:
            address = IPv4Address(name)
        except ValueError:
            raise _refused("names no valid IPv4 address. Write four decimal numbers without leading zeros") from None
        return _vetted(address, policy)
    if len(name) > _NAME_MAX or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused("names no valid host")
    if livemode and labels[-1] == "localhost":
        raise _refused("names this machine itself. Use a public host in live mode")
    return name


def _vetted(address: IPv4Address | IPv6Address, policy: Policy) -> str:
    reason = vet(str(address), policy)
    if reason is not None:
        raise _refused(f"cannot be reached from here: {reason}")
    return str(address)


def _ascii(host: str) -> str:
    """A host in lower-case ASCII; letters beyond it become punycode.

    The two standards in use (IDNA 2003 and 2008) differ: one reads `straße` as `strasse`, the other does not. A name
    that the older one changes in any way but to lower case, full-width and circled digits among it, is refused.
    """
    name = host.lower()
    if name.isascii():
        return name
    try:
        encoded = name.encode("idna")
        same = encoded.decode("idna") == name
    except UnicodeError:
        same = False
    if not same:
        raise _refused("has a host that programs read in different ways. Write it in its ASCII form (xn--…)")
    return encoded.decode("ascii")


def _refused(why: str) -> Refused:
    return Refused(Code.URL_INVALID, f"The url {why}.", param="url")
