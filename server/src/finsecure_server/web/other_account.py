"""A call that is meant for another account than its key's, as connected accounts are called at Stripe.

There are none here. Passed over in silence, such a header would have money taken for the wrong account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finsecure_server.core.errors import Code, Refused

HEADERS: Final = {b"stripe-account": "Stripe-Account", b"finsecure-account": "FinSecure-Account"}


def refused(headers: Mapping[bytes, bytes], account: str) -> Refused | None:
    """Why a call with a key of `account` cannot be carried out; None if no header names another one."""
    for header, name in HEADERS.items():
        named = headers.get(header)
        if named is not None and named != account.encode():
            return Refused(
                Code.PARAMETER_UNKNOWN,
                f"The header {name} names another account. A call acts on the account of its key, and on no other.",
                param=name,
            )
    return None
