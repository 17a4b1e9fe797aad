"""Whom a client trusts: a bundle that you name, else this system's certificates. Verification is always on."""

from __future__ import annotations

import ssl

from finsecure import errors
from finsecure._core import environment

#: Reasons of OpenSSL that mean that the other side answered in the clear.
_PLAIN = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL"})


def failed(cause: object) -> str:
    """Why no trusted connection came about, in a sentence."""
    if isinstance(cause, ssl.SSLError) and cause.reason in _PLAIN:
        return "What answers there speaks no TLS: is it an address with http, or another port?"
    return f"No trusted TLS connection: {cause}."


def trusted(ca_bundle: str | None) -> ssl.SSLContext:
    """TLS 1.2 or newer, with `ca_bundle` or FINSECURE_CA_BUNDLE (a file of PEM certificates), or the system's trust.

    ConfigurationError if the bundle cannot be read.
    """
    bundle = ca_bundle or environment.variable("FINSECURE_CA_BUNDLE")
    try:
        context = ssl.create_default_context(cafile=bundle)
    except (OSError, ssl.SSLError) as error:
        raise errors.ConfigurationError(f"the CA bundle {bundle} cannot be read: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
