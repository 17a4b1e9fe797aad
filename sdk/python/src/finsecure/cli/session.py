"""One run of a command: its settings, its client, and how it prints."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

import click

from finsecure import errors
from finsecure._core import encode
from finsecure._core.call import Reply, Request, Response
from finsecure._core.settings import POOL_CONNECTIONS, POOL_MAXSIZE, TIMEOUT, base_address, secret_key
from finsecure._transports import Transport
from finsecure._version import __version__
from finsecure.cli import config, places, told, values
from finsecure.cli.clocks import Clocks
from finsecure.cli.failures import Stop
from finsecure.cli.flags import Flags, flags
from finsecure.cli.output import Output

if TYPE_CHECKING:
    from finsecure._client import Client
    from finsecure._core.client import ClientOptions

P = ParamSpec("P")
R = TypeVar("R")

PAGE: Final = 100  # objects to a page, the most that the API gives
USER_AGENT: Final = f"FinSecure-CLI/{__version__}"
_FORM: Final = "application/x-www-form-urlencoded"


class FormTransport:
    """Sends what a shell says as the form that it is: only the server knows which text is a number."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, request: Request) -> Response:
        if request.body is not None:
            body = encode.query(json.loads(request.body)).encode()
            request = replace(request, body=body, headers={**request.headers, "Content-Type": _FORM})
        return self._transport.send(request)

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    data: dict[str, Any]
    reply: Reply


class Session:
    """Settings, client and output of one run."""

    def __init__(self, given: Flags) -> None:
        self.flags = given
        if given.api_key == "-":
            given.api_key = sys.stdin.readline().strip()
        self.out = Output(given)
        self.clocks = Clocks()

    @cached_property
    def settings(self) -> dict[str, config.Setting]:
        """Every setting, and where it comes from."""
        found = config.resolve(self.flags)
        path = places.user_file()
        if path.exists() and places.others_may_read(path):
            self.out.warn(f"{path} holds keys and others may read it: chmod 600 {path}")
        return found

    def setting(self, name: str) -> str | None:
        """The value of a setting."""
        return self.settings[name].value

    @cached_property
    def base(self) -> str:
        """Where the API is, without a slash at its end."""
        return base_address(self.setting("api_base"))

    @cached_property
    def key(self) -> str:
        """The key that calls are made with. Stop if there is none."""
        given = self.setting("secret_key")
        if not given:
            raise Stop(
                "There is no key to call with.",
                "finsecure login  # keeps one in a profile",
                "export FINSECURE_SECRET_KEY=sk_test_…  # or give --api-key",
                code=4,
            )
        return secret_key(given, self.base)

    @property
    def live(self) -> bool:
        """Whether the key is one of live mode."""
        return "_live_" in self.key

    @cached_property
    def client(self) -> Client:
        """The client of the SDK, sending forms. Loaded here: what asks nobody shall not wait for it."""
        from finsecure._client import Client  # noqa: PLC0415
        from finsecure._urllib3 import Urllib3Transport  # noqa: PLC0415

        options: ClientOptions = {
            "api_base": self.base,
            "max_retries": self._number("max_retries", 0),
            "timeout": (TIMEOUT[0], float(self._number("timeout", 1))),
        }
        opened = Urllib3Transport(
            self.base,
            pool_connections=POOL_CONNECTIONS,
            pool_maxsize=POOL_MAXSIZE,
            ca_bundle=self.setting("ca_bundle"),
        )
        return Client(self.key, transport=FormTransport(opened), **options)

    def _number(self, name: str, least: int) -> int:
        setting = self.settings[name]
        text = setting.value or config.DEFAULTS[name]
        number = values.whole(text)
        if number is None or number < least:
            raise Stop(
                f"The setting {name} is {text[:60]!r} ({setting.origin}); it is a whole number of at least {least}."
            )
        return number

    def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        known: bool = True,
    ) -> Answer:
        """One call. What changes live data asks first. FinSecureError if it fails.

        `known`: its reply is an object of the API; Stop if it is not.
        """
        if method.upper() != "GET":
            self._may_change(method, path)
        try:
            found = self.client.request(
                method,
                path,
                params,
                options={"headers": {"User-Agent": USER_AGENT, **(headers or {})}},
                idempotency_key=idempotency_key,
            )
        except errors.FinSecureError as error:
            self._hear(path, error.headers)
            raise
        except (TypeError, ValueError) as error:  # seen before anything was sent, in words for whoever wrote it
            raise Stop(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
        self._hear(path, found.last_response.headers)
        call = f"{method.upper()} {path}"
        data = told.of_api(found.to_dict(), call)
        if known and path.startswith("/v1/") and not isinstance(data.get("object"), str):
            raise told.strange(call, "is no object of the API")
        return Answer(data, found.last_response)

    def _hear(self, path: str, headers: Mapping[str, str]) -> None:
        if path.startswith("/v1/") and headers:
            self.clocks.told(headers)

    def moment(self, text: str) -> int:
        """Seconds since 1970 of `2h` (ago) and other words for a time: a span counts back from the account's clock."""
        if self.live or not values.counts_back(text):
            return values.moment(text)
        if self.clocks.account is None:
            with contextlib.suppress(errors.PermissionError):  # a refusal tells the time as well
                self.get("/v1/test_helpers/clock")
        return values.moment(text, self.clocks.account)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """A GET; what it answers."""
        return self.call("GET", path, params).data

    def post(self, path: str, **params: Any) -> dict[str, Any]:
        """A POST; what it answers."""
        return self.call("POST", path, params).data

    def page(self, path: str, **params: Any) -> dict[str, Any]:
        """A GET that answers with a page of a list. Stop if it does not."""
        return told.page(self.get(path, **params), f"GET {path}")

    def walk(self, path: str, params: Mapping[str, Any], limit: int | None) -> Iterator[dict[str, Any]]:
        """The objects of a list, newest first, over as many pages as it takes. `limit` None: all of them."""
        asked = dict(params)
        left = limit
        while left is None or left > 0:
            page = self.page(path, **asked, limit=PAGE if left is None else min(left, PAGE))
            yield from page["data"]
            if not page["has_more"] or not page["data"]:
                return
            asked["starting_after"] = page["data"][-1]["id"]
            left = None if left is None else left - len(page["data"])

    def whole(self, path: str, params: Mapping[str, Any], limit: int | None) -> Iterator[dict[str, Any]]:
        """The objects of a list that comes in one piece and takes no limit."""
        yield from islice(self.page(path, **params)["data"], None if limit is None else min(limit, sys.maxsize))

    def _may_change(self, method: str, path: str) -> None:
        """Live data is changed only by somebody who says so: with `--live`, or by answering."""
        if not self.live or self.flags.live:
            return
        self.ask_or_stop(f"{method.upper()} {path} changes LIVE data. Go on?", "--live")

    def ask_or_stop(self, question: str, flag: str) -> None:
        """Ask on a terminal; without one, the flag must have been given. Stop if the answer is no."""
        if self.flags.no_input or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise Stop(question.replace(" Go on?", " Nothing was sent."), f"Add {flag} if that is what you want.")
        if not click.confirm(question, default=False, err=True):
            raise Stop("Nothing was done.", code=1)


def with_session(function: Callable[Concatenate[Session, P], R]) -> Callable[P, R]:
    """Hand a command its session."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **more: P.kwargs) -> R:
        session = Session(flags(click.get_current_context()))
        return function(session, *args, **more)

    return wrapped


def chosen(value: str, words: Sequence[str], what: str) -> str:
    """One of some words, or the nearest in the message. Stop if it is none of them."""
    if value in words:
        return value
    from difflib import get_close_matches  # noqa: PLC0415  because it is needed only here

    near = get_close_matches(value, words, n=3, cutoff=0.5)
    raise Stop(
        f"There is no {what} {value!r}.", f"Did you mean {' or '.join(near)}?" if near else f"finsecure {what}s --help"
    )
