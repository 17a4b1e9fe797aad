"""What is the address of a web server, and what a name server would never find."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

_NAME_MAX = 253  # letters of a name, RFC 1035
_LABEL_MAX = 63


def web(text: str) -> SplitResult | None:
    """The parts of an http or https address; None if it is none."""
    if not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # half an IPv6 address, a port that is no number
        return None
    good = parts.scheme in {"http", "https"} and host is not None and port != 0 and _is_name(host)
    return parts if good else None


def _is_name(host: str) -> bool:
    if ":" in host:  # an IPv6 address, which was looked at when it was split
        return True
    labels = host.removesuffix(".").split(".")
    return "%" not in host and len(host) <= _NAME_MAX and all(0 < len(label) <= _LABEL_MAX for label in labels)
