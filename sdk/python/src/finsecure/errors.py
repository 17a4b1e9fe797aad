"""What a call raises. The classes are called as Stripe's are, so that code written for it ports; three are added.

FinSecureError
├─ CardError                 402: the call was right and the payment failed
├─ InvalidRequestError       400, 404, 405, 413, 415, 431: the call is wrong
├─ AuthenticationError       401: no key that may call
├─ PermissionError           403: the key is good and may not do this
├─ RateLimitError            429: too many calls
├─ IdempotencyError          400: an idempotency key was used for another call
├─ APIError                  FinSecure's side, or a reply that nobody understands
│  ├─ ServerError            5xx
│  └─ ConflictError          another call is at work on it: `idempotency_key_in_use`, `lock_timeout`, any other 409
├─ APIConnectionError        no reply came
│  └─ APITimeoutError        … in time
├─ ConfigurationError        this client cannot call as it is set up; also a ValueError
└─ SignatureVerificationError  a webhook that is not to be trusted
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from finsecure._core.call import Attempt, Response
from finsecure._core.redact import redact

__all__ = [
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "AuthenticationError",
    "CardError",
    "ConfigurationError",
    "ConflictError",
    "FinSecureError",
    "IdempotencyError",
    "InvalidRequestError",
    "PermissionError",
    "RateLimitError",
    "ServerError",
    "SignatureVerificationError",
]

_LAST_RESORT: Final = ("Contact customer support with the request id.",)
_NO_REPLY: Final = (
    "Check the network, the proxy and the address of the API; `finsecure doctor` says which it is.",
    "Send the same call with the same idempotency key: it takes effect once, however often it is sent.",
)


class FinSecureError(Exception):
    """A call that did not do what it was for. `str()` is one paragraph for a log, without a secret.

    Switch on the class, then on `code`; show a payer the `user_message` of a CardError and of nothing else.
    """

    def __init__(
        self,
        message: str,
        *,
        error: Mapping[str, Any] | None = None,
        http_status: int | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        attempts: tuple[Attempt, ...] = (),
        retryable: bool = False,
        next_steps: tuple[str, ...] | None = None,
        retry_after: float | None = None,
    ) -> None:
        """`error` is the `error` member of the API's envelope; `headers` have names in small letters."""
        super().__init__(message)
        self.message = redact(message)
        self.error: dict[str, Any] = dict(error or {})
        self.http_status = http_status
        self.headers: dict[str, str] = dict(headers or {})
        self.idempotency_key = idempotency_key
        self.attempts = attempts
        self.retryable = retryable
        self.retry_after = retry_after
        self._next_steps = next_steps

    def _text(self, name: str) -> str | None:
        value = self.error.get(name)
        return value if isinstance(value, str) else None

    @property
    def type(self) -> str | None:
        """The family, such as `card_error`."""
        return self._text("type")

    @property
    def code(self) -> str | None:
        """What is wrong, for programs, such as `parameter_missing`."""
        return self._text("code")

    @property
    def decline_code(self) -> str | None:
        """Why the bank said no, such as `insufficient_funds`."""
        return self._text("decline_code")

    @property
    def advice_code(self) -> str | None:
        """What the bank advises: `try_again_later`, `do_not_try_again` or `confirm_card_data`."""
        return self._text("advice_code")

    @property
    def param(self) -> str | None:
        """The parameter that is wrong, in the names of a form: `card[exp_month]`."""
        return self._text("param")

    @property
    def doc_url(self) -> str | None:
        """A page that explains it."""
        return self._text("doc_url")

    @property
    def request_log_url(self) -> str | None:
        """The request as the server saw it."""
        return self._text("request_log_url")

    @property
    def request_id(self) -> str | None:
        """Names the request; support and the request log know it by this."""
        return self.headers.get("request-id")

    @property
    def user_message(self) -> str | None:
        """The message, if a payer may see it: only that of a card error."""
        return self.message if self.type == "card_error" else None

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do about it, in order: the server's words, or those of the table that this package carries."""
        if self._next_steps is not None:
            return self._next_steps
        return _texts(self.error.get("next_steps")) or self._steps_of_the_table()

    @property
    def recovery_options(self) -> tuple[str, ...]:
        """What the merchant or the payer can do so that the payment succeeds after all; never empty."""
        recovery = self.error.get("recovery")
        offered = recovery.get("options") if isinstance(recovery, Mapping) else self.error.get("recovery_options")
        return _texts(offered) or self.next_steps or _LAST_RESORT

    def _steps_of_the_table(self) -> tuple[str, ...]:
        from finsecure._generated.error_table import CODES, DECLINES  # noqa: PLC0415  because few calls fail so

        reason = self.decline_code or self.code or ""
        steps = (DECLINES.get(reason) if self.type == "card_error" else None) or CODES.get(self.code or "", ())
        return tuple(step.replace("{param}", self.param or "the parameter") for step in steps)

    def __str__(self) -> str:
        """The message, what names it, and what to do first."""
        names = [": ".join(filter(None, (self.code, self.decline_code)))]
        names.append(f"parameter {self.param}" if self.param else "")
        names.append(f"HTTP {self.http_status}" if self.http_status else "")
        names.append(f"request {self.request_id}" if self.request_id else "")
        names.append(f"after {len(self.attempts)} attempts" if len(self.attempts) > 1 else "")
        known = ", ".join(filter(None, names))
        text = self.message.rstrip() + (f" ({known})" if known else "")
        return redact(f"{text} Next: {self.next_steps[0]}" if self.next_steps else text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it survives a process pool and a task queue."""
        return _rebuild, (type(self), str(self.args[0]), dict(self.__dict__))


class CardError(FinSecureError):
    """The call was right and the payment failed. The attempt is kept and can be looked at."""

    @property
    def payment_intent(self) -> dict[str, Any] | None:
        """The intent as the failure has left it, decoded."""
        value = self.error.get("payment_intent")
        return value if isinstance(value, dict) else None

    @property
    def charge(self) -> str | None:
        """The id of the charge that failed."""
        return self._text("charge")


class InvalidRequestError(FinSecureError):
    """The call is wrong. `param` names the parameter, if it is one."""


class AuthenticationError(FinSecureError):
    """The key is missing, or is not one that may call."""


class PermissionError(FinSecureError):  # noqa: A001  because Stripe calls it so
    """The key is good, and may not do this."""


class RateLimitError(FinSecureError):
    """Too many calls. `retry_after` says in how many seconds the next is welcome."""


class IdempotencyError(FinSecureError):
    """An idempotency key was used for two different calls."""


class APIError(FinSecureError):
    """The failure is not the caller's, or the reply is not one that FinSecure gives."""


class ServerError(APIError):
    """5xx: FinSecure's side. With the same idempotency key it is safe to send again, as long as `retryable` is true."""


class ConflictError(APIError):
    """Another call is at work on the same key or the same object."""


class APIConnectionError(FinSecureError):
    """No reply came. `kind` is dns | connect | tls | proxy | timeout | reset | deadline.

    If `sent`, nobody knows whether the call took effect: send it again with the same `idempotency_key`.
    """

    def __init__(self, message: str, *, kind: str, sent: bool, **more: Any) -> None:
        more.setdefault("next_steps", _NO_REPLY)
        super().__init__(message, retryable=kind != "tls", **more)
        self.kind = kind
        self.sent = sent


class APITimeoutError(APIConnectionError):
    """No reply came in time."""


class ConfigurationError(FinSecureError, ValueError):
    """This client cannot call as it is set up: no key, or an address that a key must not be sent to."""


class SignatureVerificationError(FinSecureError):
    """A webhook that is not to be trusted. `cause` names why, for programs.

    missing_header | malformed_header | header_too_long | too_many_signatures | timestamp_out_of_tolerance |
    body_reencoded | wrong_secret | secret_unusable | payload_not_json
    """

    def __init__(self, message: str, *, cause: str, header: str | None = None, skew: int | None = None) -> None:
        """`skew`: by how many seconds the signature's time is ahead of this clock; negative: behind."""
        super().__init__(message, next_steps=())
        self.cause = cause
        self.header = header
        self.skew = skew


def _rebuild(cls: type[FinSecureError], message: str, state: dict[str, Any]) -> FinSecureError:
    error = cls.__new__(cls, message)
    error.args = (message,)
    error.__dict__.update(state)
    return error


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, (list, tuple)) else ()


_BY_STATUS: Final[Mapping[int, type[FinSecureError]]] = {
    401: AuthenticationError,
    402: CardError,
    403: PermissionError,
    408: APITimeoutError,
    409: ConflictError,
    429: RateLimitError,
}


_STRANGE: Final = (
    "Check the address of the API, and what stands before it; `finsecure doctor` says who answers there.",
    "If the call was a POST, send it again with the same idempotency key: it takes effect once.",
)


def envelope(response: Response) -> dict[str, Any]:
    """The `error` member of a reply; empty if the body is none of ours."""
    try:
        decoded = json.loads(response.body)
    except (ValueError, RecursionError):
        return {}
    error = decoded.get("error") if isinstance(decoded, dict) else None
    return error if isinstance(error, dict) else {}


def of_response(response: Response, error: Mapping[str, Any], **more: Any) -> FinSecureError:
    """The exception of a reply that is not a success. `error` is its envelope, `more` what the call knows of itself."""
    message = error.get("message")
    if not isinstance(message, str) or not message:
        kind = response.headers.get("content-type", "of no type").split(";")[0]
        message = (
            f"A reply that is not FinSecure's: HTTP {response.status}, {kind}, {len(response.body)} bytes. "
            "A proxy or another server may have answered."
        )
        more.setdefault("next_steps", _texts(error.get("next_steps")) or _STRANGE)
    more |= {"error": error, "http_status": response.status, "headers": response.headers}
    cls = _class_of(response.status, error)
    if issubclass(cls, APIConnectionError):
        del more["retryable"]
        more["next_steps"] = _texts(error.get("next_steps")) or _NO_REPLY
        return cls(message, kind="timeout", sent=True, **more)
    return cls(message, **more)


def _class_of(status: int, error: Mapping[str, Any]) -> type[FinSecureError]:
    if error.get("code") in ("idempotency_key_in_use", "lock_timeout"):  # no set: it may be unhashable
        return ConflictError
    if error.get("type") == "idempotency_error" and status != 409:
        return IdempotencyError
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return ServerError
    return InvalidRequestError if 400 <= status < 500 else APIError
