"""What each way to fail means for whoever runs the endpoint: the likely cause, whose side it is on, and the fix.

`FAILURES` has the general word on each class. Where the phase, the status or the words about TLS tell more,
`explain` is more precise. The log of attempts, the help pages and the reference are made from these tables.

The sides are those of `errors.Side`: the developer is whoever wrote the application behind the endpoint, the merchant
whoever runs its host, its domain and this server.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from finsecure_server.core.delivery import PAYLOAD_BYTES_MAX, TIMEOUT_MAX_S, Failure, Outcome, Phase
from finsecure_server.core.error_codes import WEBHOOK_ISSUES, Side


class Explanation(NamedTuple):
    """What there is to say of a failure."""

    meaning: str  # what happened
    side: Side  # who can put it right
    cause: str  # what it mostly comes from
    fix: tuple[str, ...]  # one to three sentences that say what to do
    guide: str = WEBHOOK_ISSUES  # the page of the help center that goes deeper


class Variant(NamedTuple):
    """A more precise word on one class."""

    when: str  # it failed "in phase dns", "with status 404 or 405", "because the certificate has expired"
    explanation: Explanation


class TlsFault(StrEnum):
    """What was wrong with TLS."""

    EXPIRED = "the certificate has expired"
    NOT_YET_VALID = "the certificate is not valid yet"
    SELF_SIGNED = "the certificate is signed by itself"
    UNKNOWN_ISSUER = "the certificate's issuer is not known"
    WRONG_HOST = "the certificate is for another name"
    TOO_OLD = "the TLS version is too old"
    NOT_TLS = "the port does not speak TLS"
    CLIENT_CERTIFICATE = "the host demands a client certificate"


_DEVELOPER: Final = Side.DEVELOPER
_MERCHANT: Final = Side.MERCHANT

_SLOW_WORK: Final = Explanation(
    "The request was sent, and no answer came within the time limit.",
    _DEVELOPER,
    "The application does its work before it answers.",
    (
        "Store the event, answer 2xx at once, and do the work afterwards.",
        f"If it needs longer all the same, raise the endpoint's timeout, up to {TIMEOUT_MAX_S} seconds.",
    ),
)

#: Each class of failure, in general.
FAILURES: Final[Mapping[Failure, Explanation]] = {
    Failure.TIMEOUT: Explanation(
        "The endpoint did not answer within its time limit.",
        _DEVELOPER,
        "The application does its work before it answers, or its host cannot be reached.",
        (
            "Look at the attempt's phase to see what took the time.",
            "Store the event, answer 2xx at once, and do the work afterwards.",
        ),
    ),
    Failure.DNS: Explanation(
        "The endpoint's host name could not be resolved.",
        _MERCHANT,
        "The name is misspelt, has no A or AAAA record, or its name servers fail.",
        (
            "Check the host name in the endpoint's URL.",
            "Look the name up from elsewhere, and mend its DNS records.",
            "If every endpoint fails like this, check the name servers that this server uses.",
        ),
    ),
    Failure.CONNECTION: Explanation(
        "No connection to the endpoint came about, or it broke before there was an answer.",
        _MERCHANT,
        "The application is down or restarting, nothing listens on that port, or a firewall refuses.",
        (
            "Check that the application runs and listens on the port of the endpoint's URL.",
            "Let requests from this server through the firewall.",
        ),
    ),
    Failure.TLS: Explanation(
        "No secure connection to the endpoint came about.",
        _MERCHANT,
        "The certificate is not one that can be trusted, or the host's TLS settings do not fit.",
        (
            "Look at what the host presents: openssl s_client -connect HOST:443 -servername HOST.",
            "Serve a valid certificate for that name with its whole chain, over TLS 1.2 or newer.",
        ),
    ),
    Failure.PROTOCOL: Explanation(
        "What came back is not a proper HTTP/1.1 reply.",
        _DEVELOPER,
        "The port belongs to another service, or the application writes broken or very large headers.",
        (
            "Look at the reply yourself: curl -i -X POST URL.",
            "Answer plainly: status 200, few headers, no body.",
        ),
    ),
    Failure.HTTP: Explanation(
        "The endpoint answered with a status other than 2xx.",
        _DEVELOPER,
        "The application did not take the event.",
        (
            "Read the reply's body in the attempt, and the application's log of that moment.",
            "Answer 2xx to every event that is received, also to those that are of no use to you.",
        ),
    ),
    Failure.REDIRECT: Explanation(
        "The endpoint answered with a redirect. Deliveries never follow one.",
        _DEVELOPER,
        "The URL is not quite the final one: another host name, a missing slash at its end, or http for https.",
        (
            "Set the endpoint's URL to the address that the reply's location header names, if it is yours.",
            "Serve the handler there without a redirect.",
        ),
    ),
    Failure.BLOCKED: Explanation(
        "The endpoint's host leads to an address that deliveries do not go to.",
        _MERCHANT,
        "The address is private, loopback, link-local or reserved, or one of several addresses is.",
        (
            "Give the endpoint a host name that leads to public addresses only.",
            "To deliver within your own network, add it to the server's setting webhook_allowed_networks.",
        ),
    ),
}
assert set(FAILURES) == set(Failure)

#: Where the time went. A body that does not end fails nothing: the headers have told what became of the event.
TIMEOUTS: Final[Mapping[Phase, Explanation]] = {
    Phase.DNS: Explanation(
        "The name servers of the endpoint's host did not answer in time.",
        _MERCHANT,
        "The domain's name servers are down, or a firewall drops the questions.",
        (
            "Check that the domain's name servers answer, and ask its provider if they do not.",
            "If every endpoint fails like this, check the name servers that this server uses.",
        ),
    ),
    Phase.CONNECT: Explanation(
        "The endpoint's host did not accept a connection in time.",
        _MERCHANT,
        "A firewall drops the packets, or the host is down.",
        (
            "Let requests from this server through the firewall.",
            "Check that the host is up and that its address in DNS is the right one.",
        ),
    ),
    Phase.TLS: Explanation(
        "The endpoint's host accepted the connection and did not finish the TLS handshake in time.",
        _MERCHANT,
        "What listens there speaks no TLS, or is overloaded.",
        (
            "Check the port in the endpoint's URL, and that it speaks TLS.",
            "Look at the load of the host or the proxy that ends TLS.",
        ),
    ),
    Phase.HEADERS: _SLOW_WORK,
}
assert set(TIMEOUTS) == set(Phase) - {Phase.BODY}

#: How far a connection came before it broke.
CONNECTIONS: Final[Mapping[Phase, Explanation]] = {
    Phase.CONNECT: Explanation(
        "The endpoint's host refused the connection, or cannot be reached.",
        _MERCHANT,
        "The application is down or restarting, or listens on another port.",
        (
            "Check that the application runs and listens on the port of the endpoint's URL.",
            "Let requests from this server through the firewall.",
        ),
    ),
    Phase.HEADERS: Explanation(
        "The connection broke after the request was sent, before there was an answer.",
        _DEVELOPER,
        "The application, or a proxy before it, crashed or closed the connection while it handled the event.",
        (
            "Look for a crash or a restart in the application's log of that moment.",
            "Check the limits of a proxy before it: time, memory, size of a request.",
        ),
    ),
}

_REFUSED_ACCESS: Final = Explanation(
    "The application, or a gateway before it, refuses access.",
    _DEVELOPER,
    "The URL is behind a login, a CSRF check, a list of allowed addresses or a filter against bots.",
    (
        "Exempt the URL from all of these: the signature proves who calls.",
        "If a gateway must have a credential, add it to the endpoint's own headers.",
    ),
)
_NOT_TAKEN: Final = Explanation(
    "The application looked at the event and refused it.",
    _DEVELOPER,
    "Its check of the signature fails: the secret is another one, or the body was parsed before it was checked.",
    (
        "Check the signature over the raw body, byte for byte as it came.",
        "Use the secret of this very endpoint, whole, whsec_ included.",
        "Read in the reply's body what the application did not like.",
    ),
)
_NO_HANDLER: Final = Explanation(
    "Nothing at the endpoint's URL takes a POST request.",
    _DEVELOPER,
    "The path is misspelt, a slash at its end is missing or too many, or the route takes other methods only.",
    (
        "Compare the path of the endpoint's URL with the application's route, letter by letter.",
        "Let the route take POST.",
    ),
)
_CRASHED: Final = Explanation(
    "The application failed while it handled the event.",
    _DEVELOPER,
    "An exception in the handler, often over a type of event or a field that it does not expect.",
    (
        "Look for the exception in the application's log of that moment.",
        "Mend it, and resend the event; until then it is tried again by itself.",
    ),
)
_UNAVAILABLE: Final = Explanation(
    "A gateway answered that the application behind it is not available.",
    _MERCHANT,
    "The application is down, restarting, overloaded, or slower than the gateway waits.",
    (
        "Check that the application runs, and its load.",
        "Nothing is lost: the event is tried again by itself, and can be resent.",
    ),
)

#: Replies that say what is wrong. Every other status from 500 on is as 500.
STATUSES: Final[Mapping[int, Explanation]] = {
    400: _NOT_TAKEN,
    401: _REFUSED_ACCESS,
    403: _REFUSED_ACCESS,
    404: _NO_HANDLER,
    405: _NO_HANDLER,
    408: _SLOW_WORK._replace(meaning="The application, or a gateway before it, gave up waiting."),
    410: Explanation(
        "The application says that this URL is gone for good.",
        _DEVELOPER,
        "The handler was moved or removed.",
        ("Set the endpoint's URL to where the handler is now.", "Delete the endpoint if nobody needs its events."),
    ),
    413: Explanation(
        "The application, or a gateway before it, finds the event too large.",
        _DEVELOPER,
        "Its limit on the size of a request is smaller than the event.",
        (
            f"Allow bodies of {PAYLOAD_BYTES_MAX // 1024} KiB: a larger event is sent thin.",
            "Or set the endpoint's payload to thin, and fetch the object by the API.",
        ),
    ),
    415: Explanation(
        "The application does not take JSON at this URL.",
        _DEVELOPER,
        "The handler expects a form, or knows application/json only without a charset.",
        ("Let the handler take the content type application/json; charset=utf-8.",),
    ),
    422: _NOT_TAKEN,
    429: Explanation(
        "The endpoint asks for fewer requests.",
        _DEVELOPER,
        "A rate limit of the application, or of a gateway before it, is lower than the rate of events.",
        (
            "Set the endpoint's rate_limit to what it can take: deliveries then wait here instead of failing.",
            "Answer with Retry-After, and the next attempt keeps to it within its bounds.",
        ),
    ),
    500: _CRASHED,
    502: _UNAVAILABLE,
    503: _UNAVAILABLE,
    504: _UNAVAILABLE._replace(meaning="A gateway answered that the application behind it took too long."),
}

_MOVED: Final = FAILURES[Failure.REDIRECT]._replace(
    meaning="The endpoint's URL has moved for good. Deliveries never follow a redirect.",
)
_SENT_ELSEWHERE: Final = FAILURES[Failure.REDIRECT]._replace(
    meaning="The endpoint sends the request elsewhere for now. Deliveries never follow a redirect.",
    cause="A login page or a maintenance page stands before the handler, or its URL is not the final one.",
    fix=(
        "Exempt the URL from login and maintenance pages: the signature proves who calls.",
        "If the address in the reply's location header is yours, set the endpoint's URL to it.",
    ),
)

#: What a redirect says of the URL.
REDIRECTS: Final[Mapping[int, Explanation]] = {
    301: _MOVED,
    302: _SENT_ELSEWHERE,
    303: _SENT_ELSEWHERE,
    307: _SENT_ELSEWHERE,
    308: _MOVED,
}

#: What is wrong with TLS.
TLS_FAULTS: Final[Mapping[TlsFault, Explanation]] = {
    TlsFault.EXPIRED: Explanation(
        "The endpoint's certificate has expired.",
        _MERCHANT,
        "It was not renewed, or the web server was not reloaded afterwards.",
        ("Renew the certificate, and reload the web server.", "Let it be renewed automatically from now on."),
    ),
    TlsFault.NOT_YET_VALID: Explanation(
        "The endpoint's certificate is not valid yet.",
        _MERCHANT,
        "It begins in the future, or the clock of this server is wrong.",
        ("Check from when the certificate is valid.", "Check the clocks of both hosts."),
    ),
    TlsFault.SELF_SIGNED: Explanation(
        "The endpoint's certificate is signed by itself, or by an authority of one's own.",
        _MERCHANT,
        "It was made for tests, or the host presents its default certificate.",
        (
            "Get a certificate from a public authority, and present it for this host name.",
            "If it is your own authority's, name that in the server's setting webhook_ca_file.",
            "In test mode, an http URL will do.",
        ),
    ),
    TlsFault.UNKNOWN_ISSUER: Explanation(
        "The endpoint's certificate leads to no authority that is trusted.",
        _MERCHANT,
        "The host sends its own certificate without the intermediate ones. Browsers often make up for that.",
        ("Serve the whole chain: the certificate, then every intermediate one.",),
    ),
    TlsFault.WRONG_HOST: Explanation(
        "The endpoint's certificate is for another name.",
        _MERCHANT,
        "The certificate does not list the host of the URL, or the host presents its default certificate.",
        (
            "Get a certificate that lists the host name of the endpoint's URL.",
            "Or use a host name that the certificate lists.",
        ),
    ),
    TlsFault.TOO_OLD: Explanation(
        "The endpoint's host and this server have no version or cipher of TLS in common.",
        _MERCHANT,
        "The host speaks only versions before TLS 1.2, which are not safe.",
        ("Turn on TLS 1.2 or 1.3 at the host, with the ciphers that it comes with.",),
    ),
    TlsFault.NOT_TLS: Explanation(
        "What listens at the endpoint's port does not speak TLS.",
        _MERCHANT,
        "The port serves plain http, or another protocol.",
        ("Correct the port in the endpoint's URL.", "Turn on TLS at that port."),
    ),
    TlsFault.CLIENT_CERTIFICATE: Explanation(
        "The endpoint's host demands a client certificate. Deliveries have none.",
        _MERCHANT,
        "Mutual TLS is turned on for this host name.",
        ("Demand no client certificate at this URL: the signature proves who calls.",),
    ),
}
assert set(TLS_FAULTS) == set(TlsFault)

#: What net/causes.py and OpenSSL call it, in small letters. Each has a space, so no host name in the sentence can be
#: taken for it. The first that is found decides.
_TLS_WORDS: Final = (
    ("is not valid yet", TlsFault.NOT_YET_VALID),
    ("not yet valid", TlsFault.NOT_YET_VALID),
    ("has expired", TlsFault.EXPIRED),
    ("is self-signed", TlsFault.SELF_SIGNED),
    ("self-signed certificate", TlsFault.SELF_SIGNED),
    ("self signed certificate", TlsFault.SELF_SIGNED),
    ("ends at a certificate authority", TlsFault.SELF_SIGNED),
    ("issued by an authority", TlsFault.UNKNOWN_ISSUER),
    ("its intermediate certificate", TlsFault.UNKNOWN_ISSUER),
    ("unable to get local issuer", TlsFault.UNKNOWN_ISSUER),
    ("unable to verify the first", TlsFault.UNKNOWN_ISSUER),
    ("is for another host", TlsFault.WRONG_HOST),
    ("does not know this host name", TlsFault.WRONG_HOST),
    ("hostname mismatch", TlsFault.WRONG_HOST),
    ("ip address mismatch", TlsFault.WRONG_HOST),
    ("does not speak tls", TlsFault.NOT_TLS),
    ("demands a client certificate", TlsFault.CLIENT_CERTIFICATE),
    ("tls older than", TlsFault.TOO_OLD),
    ("no cipher or certificate in common", TlsFault.TOO_OLD),
    ("key is too small", TlsFault.TOO_OLD),
)


def explain(outcome: Outcome) -> Explanation:
    """What there is to say of an attempt that failed; as precise as the outcome is."""
    assert outcome.failure is not None
    general = FAILURES[outcome.failure]
    match outcome.failure, outcome.phase, outcome.status:
        case Failure.TIMEOUT, Phase() as phase, _:
            return TIMEOUTS.get(phase, general)
        case Failure.CONNECTION, Phase() as phase, _:
            return CONNECTIONS.get(phase, general)
        case Failure.TLS, _, _:
            fault = tls_fault(outcome.detail)
            return general if fault is None else TLS_FAULTS[fault]
        case Failure.HTTP, _, int(status):
            return STATUSES.get(status, general if status < 500 else _CRASHED)
        case Failure.REDIRECT, _, int(status):
            return REDIRECTS.get(status, general)
    return general


def tls_fault(words: str) -> TlsFault | None:
    """What a sentence about a failed handshake stands for; None if it tells nothing more."""
    words = words.lower()
    return next((fault for sign, fault in _TLS_WORDS if sign in words), None)


def variants(failure: Failure) -> tuple[Variant, ...]:
    """What `explain` may say of a class beside the general word, once each, in a fixed order."""
    match failure:
        case Failure.TIMEOUT:
            return tuple(Variant(f"in phase {phase}", found) for phase, found in TIMEOUTS.items())
        case Failure.CONNECTION:
            return tuple(Variant(f"in phase {phase}", found) for phase, found in CONNECTIONS.items())
        case Failure.TLS:
            return tuple(Variant(f"because {fault.value}", found) for fault, found in TLS_FAULTS.items())
        case Failure.HTTP:
            return _by_status(STATUSES)
        case Failure.REDIRECT:
            return _by_status(REDIRECTS)
    return ()


def _by_status(table: Mapping[int, Explanation]) -> tuple[Variant, ...]:
    """Statuses of one meaning together: "with status 302, 303 or 307"."""
    together: dict[Explanation, list[str]] = {}
    for status, found in table.items():
        together.setdefault(found, []).append("500, or above and not named here" if status == 500 else str(status))
    return tuple(Variant(f"with status {_one_of(statuses)}", found) for found, statuses in together.items())


def _one_of(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
