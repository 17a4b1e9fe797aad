"""What is wrong with a certificate, in dates and names.

OpenSSL tells that a certificate has expired or is for another host, and hands out nothing of a certificate that it
refused. So it is looked at over a second connection, where dates and host name are not checked; its chain is, as
always. Nothing is ever sent over that connection.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from finsecure_server.net.trail import Trail

LOOK_S: Final = 2
_NO_CHECK_TIME: Final = 0x200000  # X509_V_FLAG_NO_CHECK_TIME
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_HOST_MISMATCH: Final = 62
_ADDRESS_MISMATCH: Final = 64
_TELLING: Final = frozenset({_NOT_YET_VALID, _EXPIRED, _HOST_MISMATCH, _ADDRESS_MISMATCH})
_NAMES_SHOWN: Final = 3
_PLAIN: Final = re.compile(r"[A-Za-z0-9.:*_-]{1,253}")


class Looker:
    """Looks at certificates that were refused. It trusts whom the sender trusts."""

    def __init__(self, ca_file: str | None) -> None:
        """`ca_file` as for the sender: certificates (PEM) that are trusted beside this machine's own."""
        self._ca_file = ca_file
        self._context: ssl.SSLContext | None = None

    async def described(
        self, error: ssl.SSLCertVerificationError, trail: Trail, host: str, deadline: float
    ) -> str | None:
        """A sentence with the dates or the names for which a certificate was refused; None if there is no more to say.

        It is ready by `deadline` (of the loop's clock), and after LOOK_S at the latest.
        """
        if error.verify_code not in _TELLING or not trail.address:
            return None
        loop = asyncio.get_running_loop()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout_at(min(deadline, loop.time() + LOOK_S)):
                if self._context is None:
                    self._context = await asyncio.to_thread(_context, self._ca_file)
                transport, _ = await loop.create_connection(
                    asyncio.Protocol, trail.address, trail.port, ssl=self._context, server_hostname=host
                )
                found: Mapping[str, Any] = transport.get_extra_info("peercert") or {}
                transport.abort()
                return _sentence(error.verify_code, found, host)
        return None


def _context(ca_file: str | None) -> ssl.SSLContext:
    """Checks the chain, and neither dates nor names. It takes a while to make: it reads every authority there is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_flags |= _NO_CHECK_TIME
    context.load_default_certs()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _sentence(code: int, found: Mapping[str, Any], host: str) -> str | None:
    if code == _NOT_YET_VALID and "notBefore" in found:
        return f"The certificate of {host} is not valid yet: it begins on {_date(found['notBefore'])}."
    if code == _EXPIRED and "notAfter" in found:
        return f"The certificate of {host} has expired: it ended on {_date(found['notAfter'])}."
    names = [name for _, name in found.get("subjectAltName", ()) if _PLAIN.fullmatch(name)]
    if not names or code not in {_HOST_MISMATCH, _ADDRESS_MISMATCH}:
        return None
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return f"The certificate is for another host, not for {host}: it names {', '.join(names[:_NAMES_SHOWN])}{more}."


def _date(text: str) -> str:
    """Of OpenSSL's "Nov 22 10:00:00 2026 GMT", in the way everybody reads alike."""
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(text), dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
