from __future__ import annotations

from ipaddress import ip_address
from typing import Final

import pytest

from finsecure_server.core.errors import Code, Refused
from finsecure_server.net.guard import DENIED_V4, DENIED_V6, Network, Policy, check_url, networks, vet

PUBLIC: Final = Policy()

#: Addresses that no webhook may go to, and a word of the reason.
BAD: Final = {
    # IPv4
    "0.0.0.0": "this host",  # noqa: S104 -- nothing binds to it here
    "0.1.2.3": "this host",
    "10.0.0.1": "private",
    "10.255.255.255": "private",
    "100.64.0.1": "carrier",
    "100.127.255.254": "carrier",
    "127.0.0.1": "loopback",
    "127.1.2.3": "loopback",
    "169.254.0.1": "link-local",
    "169.254.169.254": "link-local",
    "169.254.170.2": "link-local",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.1": "protocols",
    "192.0.0.192": "protocols",
    "192.0.2.1": "documentation",
    "192.88.99.1": "relay",
    "192.168.0.1": "private",
    "192.168.255.255": "private",
    "198.18.0.1": "benchmarks",
    "198.19.255.255": "benchmarks",
    "198.51.100.7": "documentation",
    "203.0.113.7": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "168.63.129.16": "cloud",
    # IPv6
    "::": "outside",
    "::1": "outside",
    "::7f00:1": "outside",  # ::127.0.0.1
    "::169.254.169.254": "outside",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:7f00:1": "loopback",
    "::ffff:10.0.0.1": "private",
    "::ffff:169.254.169.254": "link-local",
    "::ffff:168.63.129.16": "cloud",
    "::ffff:0:127.0.0.1": "outside",  # SIIT
    "64:ff9b::7f00:1": "outside",  # NAT64 of 127.0.0.1
    "64:ff9b::a9fe:a9fe": "outside",
    "64:ff9b::808:808": "outside",  # NAT64 of 8.8.8.8: the strict rule has no exception
    "64:ff9b:1::1": "outside",
    "100::1": "outside",
    "2001::1": "protocols",  # Teredo
    "2001:0:7f00:1::": "protocols",
    "2001:20::1": "protocols",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "6to4",
    "2002:a9fe:a9fe::": "6to4",
    "2002:808:808::": "6to4",
    "3fff::1": "documentation",
    "3ffe::1": "closed",
    "4000::1": "outside",
    "5f00::1": "outside",
    "fc00::1": "outside",
    "fd00:ec2::254": "outside",
    "fe80::1": "outside",
    "fe80::1%eth0": "one link",
    "2606:4700::1%eth0": "one link",
    "fe81::1": "outside",
    "fec0::1": "outside",
    "ff02::1": "outside",
    "ff0e::1": "outside",
    # no address at all
    "": "not an IP address",
    "localhost": "not an IP address",
    "127.1": "not an IP address",
    "0177.0.0.1": "not an IP address",
    "2130706433": "not an IP address",
    "0x7f000001": "not an IP address",
    "①②⑦.⓪.⓪.①": "not an IP address",
}

GOOD: Final = (
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "168.63.129.15",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "3ffd:ffff::1",
)


@pytest.mark.parametrize(("address", "word"), BAD.items())
def test_an_address_that_is_not_public_is_refused_with_its_reason(address: str, word: str) -> None:
    reason = vet(address, PUBLIC)
    assert reason is not None
    assert word in reason


@pytest.mark.parametrize("address", GOOD)
def test_a_public_address_passes(address: str) -> None:
    assert vet(address, PUBLIC) is None


def test_the_first_and_last_address_of_every_denied_network_is_refused() -> None:
    denied: tuple[tuple[Network, str], ...] = (*DENIED_V4, *DENIED_V6)
    for network, what in denied:
        for address in (network[0], network[-1]):
            reason = vet(str(address), PUBLIC)
            assert reason is not None
            assert what in reason
            if address.version == 4:
                assert vet(f"::ffff:{address}", PUBLIC) is not None


def test_loopback_is_open_only_where_the_policy_says_so_and_nothing_else_is() -> None:
    loopback = Policy(loopback=True)
    for address in ("127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"):
        assert vet(address, loopback) is None
        assert vet(address, PUBLIC) is not None
    for address in BAD:
        if vet(address, loopback) is None:
            assert "127." in address or address in {"::1", "::ffff:7f00:1"}


def test_an_allowed_network_is_open_and_its_neighbours_are_not() -> None:
    policy = Policy(networks(("10.1.0.0/16", "fd12::/32")))
    assert vet("10.1.2.3", policy) is None
    assert vet("::ffff:10.1.2.3", policy) is None
    assert vet("fd12::7", policy) is None
    assert vet("10.2.0.1", policy) is not None
    assert vet("fd13::7", policy) is not None
    assert vet("127.0.0.1", policy) is not None
    assert vet("169.254.169.254", policy) is not None


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "intranet", ""])
def test_a_network_that_is_none_is_an_error_of_the_settings(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the message is ipaddress's own
        networks((text,))


#: What people write, and what is kept of it in live mode.
KEPT: Final = {
    "https://example.com": "https://example.com/",
    "https://example.com/": "https://example.com/",
    "HTTPS://Example.COM/Path": "https://example.com/Path",
    "https://example.com:443/x": "https://example.com/x",
    "https://example.com:0443/x": "https://example.com/x",
    "https://example.com./x": "https://example.com/x",
    "https://example.com/a?b=c&d=%20e": "https://example.com/a?b=c&d=%20e",
    "https://example.com?x=1": "https://example.com/?x=1",
    "https://example.com/?": "https://example.com/?",
    "https://example.com/a@b": "https://example.com/a@b",
    "https://example.com/?to=a@b:c/d?e": "https://example.com/?to=a@b:c/d?e",
    "https://example.com/münze": "https://example.com/m%C3%BCnze",
    "https://example.com/%C3%BC": "https://example.com/%C3%BC",
    'https://example.com/a"b<c>': "https://example.com/a%22b%3Cc%3E",
    "https://example.com/../x/./y": "https://example.com/../x/./y",
    "https://example.com//127.0.0.1/": "https://example.com//127.0.0.1/",
    "https://bücher.example/x": "https://xn--bcher-kva.example/x",
    "https://BÜCHER.example/x": "https://xn--bcher-kva.example/x",
    "https://xn--bcher-kva.example/x": "https://xn--bcher-kva.example/x",
    "https://my_app.example.com/": "https://my_app.example.com/",
    "https://8.8.8.8/x": "https://8.8.8.8/x",
    "https://[2606:4700:4700:0:0:0:0:1111]/x": "https://[2606:4700:4700::1111]/x",
    "https://1.1.1.1.example.com/": "https://1.1.1.1.example.com/",
    "https://127.0.0.1.nip.io/": "https://127.0.0.1.nip.io/",  # a name: vetted when it is dialed
}

#: What no endpoint may have in live mode, and a word of the reason.
REFUSED: Final = {
    "": "absolute",
    "example.com": "absolute",
    "//example.com/": "absolute",
    "/path": "absolute",
    "https:/example.com": "absolute",
    "https:example.com": "absolute",
    "ftp://example.com/": "absolute",
    "file:///etc/passwd": "absolute",
    "gopher://example.com/": "absolute",
    "javascript:alert(1)": "absolute",
    "http://example.com/": "https://",
    "https://": "no valid host",
    "https:///x": "no valid host",
    "https://?x": "no valid host",
    "https://:443/": "no valid host",
    "https://.example.com/": "no valid host",
    "https://example..com/": "no valid host",
    "https://-a.example.com/": "no valid host",
    "https://exa mple.com/": "not shown",
    "https://example.com /": "not shown",
    " https://example.com/": "not shown",
    "https://example.com/\n": "not shown",
    "https://example.com/\r\nHost: a": "not shown",
    "https://exa\tmple.com/": "not shown",
    "https://example.com/\x00": "not shown",
    "https://example.com/\x7f": "not shown",
    "https://example.com/a\u202eb": "not shown",
    "https://exam\u200dple.com/": "not shown",
    "https://google.com\\@127.0.0.1/": "backslash",
    "https://127.0.0.1:80\\@google.com/": "backslash",
    "https:\\\\example.com\\": "backslash",
    "https://127.0.0.1#@google.com/": "fragment",
    "https://google.com#@127.0.0.1/": "fragment",
    "https://example.com/#": "fragment",
    "https://user@example.com/": "user name",
    "https://user:secret@example.com/": "user name",
    "https://example.com@127.0.0.1/": "user name",
    "https://@example.com/": "user name",
    "https://example.com:80/": "443",
    "https://example.com:8443/": "443",
    "https://example.com:0/": "port 0",
    "https://example.com:99999/": "port 99999",
    "https://example.com:65536/": "port 65536",
    "https://example.com:/": "host and port",
    "https://example.com:-1/": "host and port",
    "https://example.com:443:443/": "host and port",
    "https://example.com:４４３/": "host and port",
    "https://example.com/%zz": "percent",
    "https://example.com/%2": "percent",
    "https://example.com/?a=%": "percent",
    "https://%31%32%37.0.0.1/": "IPv4",
    "https://localhost/": "this machine",
    "https://LOCALHOST./": "this machine",
    "https://api.localhost/": "this machine",
    "https://127.0.0.1/": "loopback",
    "https://127.0.0.1./": "loopback",
    "https://10.0.0.1/": "private",
    "https://169.254.169.254/latest/meta-data/": "link-local",
    "https://2130706433/": "IPv4",
    "https://2852039166/": "IPv4",
    "https://0x7f000001/": "IPv4",
    "https://0x7f.0.0.1/": "IPv4",
    "https://0X7F.1/": "IPv4",
    "https://0177.0.0.1/": "IPv4",
    "https://127.1/": "IPv4",
    "https://127.0.1/": "IPv4",
    "https://0/": "IPv4",
    "https://256.256.256.256/": "IPv4",
    "https://1.2.3.4.5/": "IPv4",
    "https://example.0x1/": "IPv4",
    "https://loc%61lhost/": "no valid host",
    "https://①②⑦.⓪.⓪.①/": "different ways",
    "https://１２７.0.0.1/": "different ways",
    "https://127。0。0。1/": "different ways",
    "https://ⓔxample.com/": "different ways",
    "https://straße.example/": "different ways",
    "https://\u3042\u3044" + "\u3042" * 80 + ".example/": "different ways",
    "https://[::1]/": "outside",
    "https://[::]/": "outside",
    "https://[::ffff:127.0.0.1]/": "loopback",
    "https://[::ffff:7f00:1]/": "loopback",
    "https://[64:ff9b::7f00:1]/": "outside",
    "https://[2002:7f00:1::]/": "6to4",
    "https://[fe80::1%25eth0]/": "link",
    "https://[fe80::1%eth0]/": "link",
    "https://[::1/": "host and port",
    "https://[127.0.0.1]/": "IPv6",
    "https://[v1.fe80]/": "IPv6",
    "https://example.com/" + "a" * 2048: "longer",
    "https://example.com/" + "ü" * 1000: "longer",
    "https://" + "a" * 64 + ".com/": "no valid host",
    "https://" + "a." * 130 + "com/": "no valid host",
}


@pytest.mark.parametrize(("text", "kept"), KEPT.items())
def test_a_good_url_is_kept_in_one_spelling(text: str, kept: str) -> None:
    assert check_url(text, livemode=True) == kept
    assert check_url(kept, livemode=True) == kept


@pytest.mark.parametrize(("text", "word"), REFUSED.items())
def test_a_bad_url_is_refused_and_told_why(text: str, word: str) -> None:
    with pytest.raises(Refused) as refused:
        check_url(text, livemode=True)
    assert refused.value.code is Code.URL_INVALID
    assert refused.value.param == "url"
    assert word in refused.value.message


def test_test_mode_takes_http_any_port_and_loopback() -> None:
    assert check_url("http://localhost:4242/hooks", livemode=False) == "http://localhost:4242/hooks"
    assert check_url("http://127.0.0.1:80/", livemode=False) == "http://127.0.0.1/"
    assert check_url("http://[::1]:65535/", livemode=False) == "http://[::1]:65535/"
    assert check_url("https://example.com:8443/", livemode=False) == "https://example.com:8443/"
    for text in ("http://10.0.0.1/", "http://169.254.169.254/", "http://127.1/", "http://a@localhost/", "ws://a.com/"):
        with pytest.raises(Refused):
            check_url(text, livemode=False)
    with pytest.raises(Refused):
        check_url("http://127.0.0.1/", livemode=False, policy=PUBLIC)


def test_an_allowed_network_opens_addresses_in_live_mode() -> None:
    policy = Policy(networks(("10.0.0.0/8",)))
    assert check_url("https://10.0.0.1/", livemode=True, policy=policy) == "https://10.0.0.1/"
    with pytest.raises(Refused):
        check_url("https://192.168.0.1/", livemode=True, policy=policy)


def test_ipaddress_alone_would_let_many_of_them_through() -> None:
    """Why there is a list of our own: when this fails, the list may be shortened, not before."""
    addresses = [address for address, word in BAD.items() if word != "not an IP address"]
    let_through = {address for address in addresses if ip_address(address).is_global}
    assert {"192.0.0.192", "168.63.129.16", "64:ff9b::7f00:1", "224.0.0.1"} <= let_through
