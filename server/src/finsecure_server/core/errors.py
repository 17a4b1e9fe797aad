"""The one table of errors, and the exception that refuses a call.

API replies, the SDK's exceptions, the CLI's exit codes, help pages and dashboard explanations are all made from it. A
code without a row cannot be imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finsecure_server.core.error_codes import GUIDES, STATUSES, TYPES, Code, Rule, Side
from finsecure_server.core.error_rules_payments import PAYMENT_RULES
from finsecure_server.core.error_rules_requests import REQUEST_RULES
from finsecure_server.core.error_rules_webhooks import WEBHOOK_RULES

__all__ = [
    "ANSWERED", "GUIDES", "NOBODYS", "RULES", "STATUSES", "TYPES", "Code", "NoSuch", "Refused", "Rule", "Side",
    "doc_path",
]  # fmt: skip

RULES: Final[dict[Code, Rule]] = {**REQUEST_RULES, **PAYMENT_RULES, **WEBHOOK_RULES}
assert set(RULES) == set(Code), set(RULES) ^ set(Code)
assert len(RULES) == len(REQUEST_RULES) + len(PAYMENT_RULES) + len(WEBHOOK_RULES)

#: Transient errors that answer a call which was carried out: the reply is kept under its Idempotency-Key, and the same
#: key brings it again. Every other transient error leaves the key free for the next try.
ANSWERED: Final = frozenset({Code.INTERNAL_ERROR, Code.PROCESSING_ERROR, Code.PROCESSOR_UNREACHABLE})
assert all(RULES[code].transient for code in ANSWERED)

#: Refused before it is known who calls: such a call stands in nobody's request log.
NOBODYS: Final = frozenset(
    {
        Code.REQUEST_HEADER_TOO_LARGE,
        Code.VERSION_UNKNOWN,
        Code.URL_NOT_FOUND,
        Code.METHOD_NOT_ALLOWED,
        Code.API_KEY_MISSING,
        Code.INVALID_API_KEY,
        Code.API_KEY_EXPIRED,
        Code.API_KEY_REVOKED,
        Code.API_KEY_WRONG_MODE,
    }
)


class Refused(Exception):
    """The call is not carried out. Raised in a transaction it rolls all of it back; a decline is returned instead."""

    def __init__(
        self,
        code: Code,
        message: str | None = None,
        *,
        param: str | None = None,
        decline_code: str | None = None,
        advice_code: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        """`param` in bracket names (`card[number]`); `details` are more members of the envelope (`payment_intent`)."""
        self.rule = RULES[code]
        if message is None:
            message = self.rule.message
            if "{param}" in message:
                assert param is not None, f"{code} names the parameter in its message"
                message = message.replace("{param}", param)
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.decline_code = decline_code
        self.advice_code = advice_code
        self.details: Mapping[str, object] = details or {}

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do about it, with the parameter's name filled in."""
        return tuple(step.replace("{param}", self.param or "the_parameter") for step in self.rule.next_steps)


class NoSuch(Refused):
    """No object of this kind has this id; or somebody else has it, which is the same."""

    #: What a few kinds are called in the message, as at Stripe, where programs compare it.
    _CALLED: Final = {"payment_method": "PaymentMethod", "setup_intent": "setupintent"}

    def __init__(self, kind: str, object_id: str, *, param: str) -> None:
        """`kind` as in the field `object`."""
        message = f"No such {self._CALLED.get(kind, kind)}: '{object_id}'"
        super().__init__(Code.RESOURCE_MISSING, message, param=param)
        self.kind = kind
        self.object_id = object_id

    def in_other_mode(self, *, livemode: bool) -> Refused:
        """What it comes to when the caller's account has such an object in the other mode than `livemode`."""
        there, here = ("test", "live") if livemode else ("live", "test")
        return Refused(
            Code.LIVEMODE_MISMATCH,
            f"{self.message}; a similar object exists in {there} mode, but a {here} mode key was used to make this "
            "request.",
            param=self.param,
        )


def doc_path(code: str, decline_code: str | None = None) -> str:
    """The help page about an error: about the decline, if it was one."""
    return f"/help/errors/{decline_code or code}"
