"""What went wrong on the way, for people: exceptions of ssl and the system become a class and a sentence."""

from __future__ import annotations

import errno
import ssl
from typing import Final, NamedTuple

import structlog

from finsecure_server.core.delivery import Failure, Phase
from finsecure_server.core.disclosure import disclosed
from finsecure_server.net.connection import HEAD_BYTES_MAX, HeadTooLarge, NotHttp
from finsecure_server.net.trail import Stopped, Trail
from finsecure_server.net.wire import CONNECT_MAX_S

log = structlog.get_logger()


class Reason(NamedTuple):
    """Why nothing came back."""

    failure: Failure
    phase: Phase
    detail: str
    again: bool = False  # another connection, dialed at once, may do better
    certificate: ssl.SSLCertVerificationError | None = None  # what OpenSSL said of it, if that is the reason


#: What the system says of a connection that was not made.
_NO_CONNECTION: Final = {
    errno.ECONNREFUSED: "refused the connection: nothing listens there",
    errno.ECONNRESET: "closed the connection at once",
    errno.EHOSTUNREACH: "cannot be reached: there is no way to this host",
    errno.ENETUNREACH: "cannot be reached: this machine has no way to its network",
    errno.ETIMEDOUT: "did not answer",
    errno.EMFILE: "was not dialed: FinSecure has no file descriptor left (raise the limit of open files)",
    errno.ENFILE: "was not dialed: FinSecure's machine has no file descriptor left",
    errno.EADDRNOTAVAIL: "was not dialed: FinSecure's machine has no port left",
}

#: What OpenSSL says of a handshake that failed, by the name of its reason.
_NO_TLS: Final = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port",
    "HTTP_REQUEST": "it does not speak TLS on this port",
    "PACKET_LENGTH_TOO_LONG": "it does not speak TLS on this port",
    "UNSUPPORTED_PROTOCOL": "it offers only TLS older than 1.2",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it offers only TLS older than 1.2",
    "TLSV1_UNRECOGNIZED_NAME": "it does not know this host name",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "it has no cipher or certificate in common with FinSecure",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "it demands a client certificate, which FinSecure does not have",
    "DH_KEY_TOO_SMALL": "its Diffie-Hellman key is too small",
    "UNEXPECTED_EOF_WHILE_READING": "it closed the connection",
}

#: What OpenSSL says of a certificate, by its number (X509_V_ERR_…).
_NO_TRUST: Final = {
    9: "is not valid yet",
    10: "has expired",
    18: "is self-signed: no certificate authority vouches for it",
    19: "ends at a certificate authority that this server does not trust",
    20: "was issued by an authority that this server does not trust, or its intermediate certificate is not sent along",
    21: "comes without its intermediate certificates, so it cannot be traced to an authority",
}
_HOST_MISMATCH: Final = 62
_ADDRESS_MISMATCH: Final = 64


def reason(error: Exception, trail: Trail, host: str, timeout_s: int) -> Reason:
    """Why no reply came. `host` is the endpoint's, for the sentence."""
    where = _where(trail) or host
    if isinstance(error, Stopped):
        return Reason(error.failure, error.phase, error.detail)
    if trail.blocked is not None:
        return Reason(Failure.BLOCKED, Phase.CONNECT, f"The address is not called: {trail.blocked}.")
    if isinstance(error, HeadTooLarge):
        said = f"The reply was not read to its end: its headers are larger than {HEAD_BYTES_MAX // 1024} KiB."
        return Reason(Failure.PROTOCOL, Phase.HEADERS, said)
    if isinstance(error, TimeoutError):
        return Reason(Failure.TIMEOUT, trail.phase, _late(trail, host, where, timeout_s))
    if isinstance(error, NotHttp):
        return Reason(Failure.PROTOCOL, Phase.HEADERS, f"What came back is not HTTP: {_first_line(str(error))}.")
    if not isinstance(error, OSError):
        # Nothing that a receiver can bring about. The text may hold a header's secret.
        log.error("webhook_not_sent", error=type(error).__name__, phase=trail.phase)
        return Reason(
            Failure.CONNECTION, Phase.CONNECT, f"FinSecure could not send the request ({type(error).__name__})."
        )
    return _broken(error, trail, host, where)


def _where(trail: Trail) -> str | None:
    """What was dialed, as people write it; None for a connection that was open, or if it did not come to that."""
    if not trail.port or trail.address is None:
        return trail.address
    return f"[{trail.address}]:{trail.port}" if ":" in trail.address else f"{trail.address}:{trail.port}"


def _broken(cause: OSError, trail: Trail, host: str, where: str) -> Reason:
    """Why a connection was not made, or ended."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Reason(Failure.TLS, Phase.TLS, _certificate(cause, host), certificate=cause)
    if isinstance(cause, ssl.SSLError):
        return Reason(Failure.TLS, Phase.TLS, _tls(cause, host))
    if trail.phase is Phase.TLS:
        detail = f"{where} closed the connection during the TLS handshake."
        return Reason(Failure.TLS, Phase.TLS, detail, again=True)
    if trail.phase is Phase.CONNECT:
        meaning = _NO_CONNECTION.get(cause.errno or 0, f"could not be reached ({cause})")
        return Reason(Failure.CONNECTION, Phase.CONNECT, f"{where} {meaning}.", again=True)
    if trail.first_byte_at:
        return Reason(
            Failure.PROTOCOL, Phase.HEADERS, f"{where} broke the connection off in the middle of its headers."
        )
    detail = f"{where} closed the connection without an answer."
    return Reason(Failure.CONNECTION, Phase.HEADERS, detail, again=True)


def _late(trail: Trail, host: str, where: str, timeout_s: int) -> str:
    match trail.phase:
        case Phase.DNS:
            return f"The name {host} was not resolved within {timeout_s} s."
        case Phase.CONNECT:
            return f"{where} did not accept a connection within {min(CONNECT_MAX_S, timeout_s)} s."
        case Phase.TLS:
            return f"{where} did not finish the TLS handshake within {timeout_s} s."
        case _ if trail.first_byte_at:
            return f"{where} began to answer, and its headers were not complete within {timeout_s} s."
        case _:
            return f"{where} accepted the connection and did not answer within {timeout_s} s."


def _certificate(error: ssl.SSLCertVerificationError, host: str) -> str:
    if error.verify_code in {_HOST_MISMATCH, _ADDRESS_MISMATCH}:
        return f"The certificate is for another host, not for {host}."
    meaning = _NO_TRUST.get(error.verify_code, f"was refused ({error.verify_message})")
    return f"The certificate of {host} {meaning}."


def _tls(error: ssl.SSLError, host: str) -> str:
    meaning = _NO_TLS.get(error.reason or "", f"OpenSSL says {error.reason or error}")
    return f"No TLS connection with {host}: {meaning}."


def _first_line(message: str) -> str:
    """What the parser found, without the receiver's bytes that it quotes below."""
    return disclosed(message.split("\n", 1)[0].rstrip(":. "))[:200] or "its headers could not be read"
