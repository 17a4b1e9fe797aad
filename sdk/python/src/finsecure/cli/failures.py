"""What went wrong, as an exit code and as words that say what to do next."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from typing import Any, Final

import click

from finsecure import errors
from finsecure.cli.flags import Alone
from finsecure.cli.look import Look, clean
from finsecure.cli.masking import masked, masked_in

OK: Final = 0
UNEXPECTED: Final = 1
USAGE: Final = 2
NOT_FOUND: Final = 3
NOT_ALLOWED: Final = 4
INVALID: Final = 5
DECLINED: Final = 6
RATE_LIMITED: Final = 7
CONFLICT: Final = 8
NO_REPLY: Final = 9
SERVER: Final = 10
INTERRUPTED: Final = 130
TERMINATED: Final = 143

#: Every exit code and what it means. `finsecure help exit-codes` prints it.
EXIT_CODES: Final = {
    OK: "it is done; for a diagnosis: fine, or warnings only",
    UNEXPECTED: "an error that nobody foresaw",
    USAGE: "the command line or a setting is wrong; nothing was sent",
    NOT_FOUND: "there is no such object or address",
    NOT_ALLOWED: "the key is missing or wrong, or may not do this",
    INVALID: "the request is wrong",
    DECLINED: "the payment failed: a card was declined",
    RATE_LIMITED: "too many calls",
    CONFLICT: "another call is at work on it, or an idempotency key was used for another call",
    NO_REPLY: "no reply: network, TLS or time",
    SERVER: "the server failed",
    20: "diagnosis: your side",
    21: "diagnosis: FinSecure's side",
    22: "diagnosis: it could not be made",
    INTERRUPTED: "stopped by Ctrl-C",
    TERMINATED: "stopped by SIGTERM",
}

_BY_CLASS: Final[tuple[tuple[type[errors.FinSecureError], int], ...]] = (
    (errors.CardError, DECLINED),
    (errors.AuthenticationError, NOT_ALLOWED),
    (errors.PermissionError, NOT_ALLOWED),
    (errors.RateLimitError, RATE_LIMITED),
    (errors.ConflictError, CONFLICT),
    (errors.IdempotencyError, CONFLICT),
    (errors.APIConnectionError, NO_REPLY),
    (errors.ConfigurationError, USAGE),
    (errors.APIError, SERVER),
)


class Stop(Exception):
    """A command that cannot go on: what is wrong, what to do next, and the exit code."""

    def __init__(self, message: str, *next_steps: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.next_steps = next_steps
        self.code = code


def exit_code(error: BaseException) -> int:
    """The exit code of a failure."""
    if isinstance(error, Stop):
        return error.code
    if isinstance(error, click.ClickException):
        return USAGE
    if isinstance(error, errors.FinSecureError):
        for cls, code in _BY_CLASS:
            if isinstance(error, cls):
                return code
        return NOT_FOUND if error.http_status == 404 else INVALID
    return UNEXPECTED


def report(error: Exception, words: list[str]) -> int:
    """Say it on standard error, as JSON if the command line asked for JSON. The exit code."""
    code = exit_code(error)
    if code == UNEXPECTED and os.environ.get("FINSECURE_LOG") == "debug":
        raise error
    if isinstance(error, Alone):
        click.echo(error.message, err=True)
        return code
    before_end = words[: words.index("--")] if "--" in words else words
    if "--json" in before_end:
        click.echo(json.dumps(masked_in(_as_data(error, code)), ensure_ascii=False), err=True)
    else:
        for line in _in_words(error, _look(before_end)):
            click.echo(masked(line), err=True, color=True)
    return code


def _look(words: list[str]) -> Look:
    given = next((two for one, two in pairwise(words) if one == "--color"), "auto")
    return Look.of_stderr(given)


def _as_data(error: Exception, code: int) -> dict[str, Any]:
    about: dict[str, Any] = {"message": _message(error)}
    if isinstance(error, errors.FinSecureError):
        about = {**error.error, "message": error.message, "request_id": error.request_id}
        about["http_status"] = error.http_status
        about["idempotency_key"] = error.idempotency_key
    about["next_steps"] = list(_steps(error))
    return {"schema": "finsecure.error/1", "error": about, "exit_code": code}


def _in_words(error: Exception, look: Look) -> list[str]:
    lines = [f"{look.bad('Error')}  {clean(_message(error))}"]
    if isinstance(error, errors.FinSecureError):
        named = [": ".join(filter(None, (error.code, error.decline_code)))]
        named.append(f"parameter {error.param}" if error.param else "")
        named.append(f"HTTP {error.http_status}" if error.http_status else "")
        if any(named):
            lines.append(f"  what  {' · '.join(filter(None, named))}")
    lines += [f"  {'next' if place == 0 else '    '}  {clean(step)}" for place, step in enumerate(_steps(error))]
    if isinstance(error, errors.FinSecureError):
        if more := _more(error):
            lines.append(f"  more  {more}")
        if error.idempotency_key and isinstance(error, errors.APIConnectionError) and error.sent:
            lines.append(f"  again --idempotency-key {error.idempotency_key}  # takes effect once, however often")
    return lines


def _more(error: errors.FinSecureError) -> str | None:
    """The command that knows more. No key opens the log of a call that was nobody's: one without a good key."""
    if error.request_log_url and error.request_id:
        return f"finsecure explain {error.request_id}"
    if isinstance(error, errors.AuthenticationError):
        return "finsecure doctor"
    return f"finsecure explain {error.code}" if error.code else None


def _message(error: Exception) -> str:
    if isinstance(error, (Stop, errors.FinSecureError, click.ClickException)):
        message = error.format_message() if isinstance(error, click.ClickException) else error.message
        return message[:1].upper() + message[1:]
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"


def _steps(error: Exception) -> tuple[str, ...]:
    if isinstance(error, Stop):
        return error.next_steps
    if isinstance(error, errors.FinSecureError):
        return error.next_steps
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return (f"{error.ctx.command_path} --help",)
    if isinstance(error, (click.ClickException, OSError)):
        return ()
    return ("Set FINSECURE_LOG=debug and run it again: it then shows where it happened.", "Report it to support.")
