"""Every way to fail is explained, to whoever can mend it, and as precisely as the attempt allows."""

from __future__ import annotations

import re

import pytest

from finsecure_server.core import delivery_failures as rules
from finsecure_server.core.delivery import Failure, Outcome, Phase
from finsecure_server.core.delivery_failures import FAILURES, Explanation, TlsFault, explain, tls_fault, variants
from finsecure_server.core.errors import GUIDES, Code, Side
from finsecure_server.net import causes

EVERY = [
    *((failure.value, FAILURES[failure]) for failure in Failure),
    *((f"{failure} {variant.when}", variant.explanation) for failure in Failure for variant in variants(failure)),
]


def of(failure: Failure, phase: Phase | None = None, status: int | None = None, detail: str = "") -> Explanation:
    return explain(Outcome(failure, detail, phase, status))


def test_every_class_is_explained() -> None:
    assert set(FAILURES) == set(Failure)
    assert not {failure.value for failure in Failure} & {code.value for code in Code}


@pytest.mark.parametrize(("about", "found"), EVERY, ids=[about for about, _ in EVERY])
def test_an_explanation_is_whole(about: str, found: Explanation) -> None:
    assert found.guide in GUIDES
    assert found.side in {Side.DEVELOPER, Side.MERCHANT}, "a receiver is never a payer's or a bank's"
    assert 1 <= len(found.fix) <= 3
    for sentence in (found.meaning, found.cause, *found.fix):
        assert re.fullmatch(r"[A-Z][^\n]{10,140}\.", sentence), (about, sentence)


#: A phase, and whose side a timeout or a broken connection in it is on.
SIDES = [
    (Failure.TIMEOUT, Phase.DNS, Side.MERCHANT),
    (Failure.TIMEOUT, Phase.CONNECT, Side.MERCHANT),
    (Failure.TIMEOUT, Phase.TLS, Side.MERCHANT),
    (Failure.TIMEOUT, Phase.HEADERS, Side.DEVELOPER),
    (Failure.CONNECTION, Phase.CONNECT, Side.MERCHANT),
    (Failure.CONNECTION, Phase.HEADERS, Side.DEVELOPER),
]


@pytest.mark.parametrize(("failure", "phase", "side"), SIDES)
def test_the_phase_tells_more(failure: Failure, phase: Phase, side: Side) -> None:
    found = of(failure, phase)
    assert found != FAILURES[failure]
    assert found.side is side
    assert (f"in phase {phase}", found) in variants(failure)


@pytest.mark.parametrize(
    ("failure", "phase"),
    [
        (Failure.TIMEOUT, None),
        (Failure.TIMEOUT, Phase.BODY),
        (Failure.CONNECTION, None),
        (Failure.CONNECTION, Phase.TLS),
        *((failure, phase) for failure in (Failure.DNS, Failure.PROTOCOL, Failure.BLOCKED) for phase in Phase),
    ],
)
def test_where_the_phase_tells_nothing_more_the_general_word_stands(failure: Failure, phase: Phase | None) -> None:
    assert of(failure, phase) == FAILURES[failure]


#: Every status that a reply may have, and words that the explanation of it holds.
STATUSES = {
    **dict.fromkeys((400, 422), "looked at the event and refused it"),
    **dict.fromkeys((401, 403), "refuses access"),
    **dict.fromkeys((404, 405), "takes a POST request"),
    408: "gave up waiting",
    410: "gone for good",
    413: "too large",
    415: "does not take JSON",
    429: "fewer requests",
    **dict.fromkeys((502, 503), "not available"),
    504: "took too long",
}


@pytest.mark.parametrize("status", [*range(100, 200), *range(400, 600), 600, 999])
def test_every_status(status: int) -> None:
    found = of(Failure.HTTP, None, status)
    if status in STATUSES:
        assert STATUSES[status] in found.meaning
    elif status >= 500:
        assert found == rules.STATUSES[500]
    else:
        assert found == FAILURES[Failure.HTTP]


def test_the_table_of_statuses_has_no_other() -> None:
    assert set(rules.STATUSES) == {*STATUSES, 500}
    assert of(Failure.HTTP) == FAILURES[Failure.HTTP]


@pytest.mark.parametrize("status", [None, *range(300, 400)])
def test_every_redirect(status: int | None) -> None:
    found = of(Failure.REDIRECT, None, status)
    if status in {301, 308}:
        assert "moved for good" in found.meaning
    elif status in {302, 303, 307}:
        assert "for now" in found.meaning
    else:
        assert found == FAILURES[Failure.REDIRECT]


#: What is said of a handshake: by ourselves (net/causes.py), and by OpenSSL itself.
WORDS = {
    "The certificate of shop.example has expired.": TlsFault.EXPIRED,
    "The certificate of shop.example is not valid yet.": TlsFault.NOT_YET_VALID,
    "The certificate of shop.example is self-signed: no certificate authority vouches for it.": TlsFault.SELF_SIGNED,
    "The certificate of shop.example ends at a certificate authority that is not trusted.": TlsFault.SELF_SIGNED,
    "The certificate of shop.example was issued by an authority that is not trusted.": TlsFault.UNKNOWN_ISSUER,
    "The certificate of shop.example comes without its intermediate certificates.": TlsFault.UNKNOWN_ISSUER,
    "The certificate is for another host, not for shop.example.": TlsFault.WRONG_HOST,
    "No TLS connection with shop.example: it does not know this host name.": TlsFault.WRONG_HOST,
    "No TLS connection with shop.example: it does not speak TLS on this port.": TlsFault.NOT_TLS,
    "No TLS connection with shop.example: it offers only TLS older than 1.2.": TlsFault.TOO_OLD,
    "No TLS connection with shop.example: it has no cipher or certificate in common.": TlsFault.TOO_OLD,
    "No TLS connection with shop.example: its Diffie-Hellman key is too small.": TlsFault.TOO_OLD,
    "No TLS connection with shop.example: it demands a client certificate.": TlsFault.CLIENT_CERTIFICATE,
    "certificate has expired": TlsFault.EXPIRED,
    "certificate is not yet valid": TlsFault.NOT_YET_VALID,
    "self-signed certificate": TlsFault.SELF_SIGNED,
    "self-signed certificate in certificate chain": TlsFault.SELF_SIGNED,
    "self signed certificate": TlsFault.SELF_SIGNED,
    "unable to get local issuer certificate": TlsFault.UNKNOWN_ISSUER,
    "unable to verify the first certificate": TlsFault.UNKNOWN_ISSUER,
    "Hostname mismatch, certificate is not valid for 'shop.example'.": TlsFault.WRONG_HOST,
    "IP address mismatch, certificate is not valid for '192.0.2.1'.": TlsFault.WRONG_HOST,
    "": None,
    "192.0.2.1 closed the connection during the TLS handshake.": None,
    # A host is called as it likes.
    "The certificate of expired.self-signed.example was refused.": None,
    "The certificate of self-signed.example has expired.": TlsFault.EXPIRED,
}


@pytest.mark.parametrize("words", WORDS)
def test_what_is_wrong_with_tls(words: str) -> None:
    fault = WORDS[words]
    assert tls_fault(words) is fault
    expected = FAILURES[Failure.TLS] if fault is None else rules.TLS_FAULTS[fault]
    assert of(Failure.TLS, Phase.TLS, detail=words) == expected


def test_every_fault_of_tls_can_be_told() -> None:
    assert set(WORDS.values()) - {None} == set(TlsFault)
    assert all(" " in sign for sign, _ in rules._TLS_WORDS), "a host name could be taken for it"


def test_every_word_that_we_have_for_a_failed_handshake_is_understood() -> None:
    """All but those that leave open why: the general advice is for them."""
    said = [f"The certificate of shop.example {words}." for words in causes._NO_TRUST.values()]
    said += [f"No TLS connection with shop.example: {words}." for words in causes._NO_TLS.values()]
    open_ended = {"No TLS connection with shop.example: it closed the connection."}
    assert {words for words in said if tls_fault(words) is None} == open_ended


def test_what_did_not_fail_is_not_explained() -> None:
    with pytest.raises(AssertionError):
        explain(Outcome(None, "", status=200))


def test_the_variants_are_all_that_can_be_said() -> None:
    assert {failure: len(variants(failure)) for failure in Failure} == {
        Failure.TIMEOUT: 4,
        Failure.DNS: 0,
        Failure.CONNECTION: 2,
        Failure.TLS: 8,
        Failure.PROTOCOL: 0,
        Failure.HTTP: 11,
        Failure.REDIRECT: 2,
        Failure.BLOCKED: 0,
    }
    assert [variant.when for variant in variants(Failure.REDIRECT)] == [
        "with status 301 or 308",
        "with status 302, 303 or 307",
    ]
