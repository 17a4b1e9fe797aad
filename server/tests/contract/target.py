"""A live server with something in it for every operation to be about, and calls that are mostly meant."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import requests
import schemathesis

from finsecure_server.app import contract
from tests.conftest import Databases
from tests.flows.live import KEY, Live

FORM: Final = "application/x-www-form-urlencoded"
Case = schemathesis.Case[Any]

SECONDS_MAX: Final = 15.0

#: What a generated value is replaced by, most of the time: text at random gets no further than the first check.
MEANT: Final[Mapping[str, tuple[Any, ...]]] = {
    "amount": (1000, 2000, 50),
    "amount_to_capture": (500, 2000),
    "currency": ("usd", "eur", "jpy"),
    "payment_method_types": (["card"], ["card", "us_bank_account"]),
    "return_url": ("https://shop.example/done",),
    "email": ("jenny@example.com",),
    "receipt_email": ("jenny@example.com",),
    "country": ("US",),
    "number": ("4242424242424242", "4000000000000002"),
    "exp_month": (12,),
    "exp_year": (2034,),
    "cvc": ("123",),
    "routing_number": ("110000000",),
    "account_number": ("000123456789",),
    "token": ("tok_visa",),
    "scopes": (["payment_intents:write"],),
    "evidence": ({"uncategorized_text": "winning_evidence"},),
    "by": (60,),
    "url": ("http://127.0.0.1:1/hooks",),
    "enabled_events": (["webhook_endpoint.recovered"], ["radar.early_fraud_warning.*"]),
    "headers": ({"X-Shop-Token": "open sesame"},),
    "timeout": (1,),
    "expires_in": (0, 60),
    "expires_at": (4_000_000_000,),
    "states": (["exhausted", "held"], ["delivered"]),
    "types": (["customer.*"], ["*"]),
    "rate": (1000,),
}
#: What a body is made to hold, most of the time, for it would be refused without.
USUAL: Final[Mapping[str, Mapping[str, Any]]] = {
    "/v1/payment_intents/{intent}/confirm": {"payment_method": "pm_card_visa"},
    "/v1/payment_intents/{intent}/increment_authorization": {"amount": 3000},
    "/v1/setup_intents/{intent}/confirm": {"payment_method": "pm_card_visa"},
    "/v1/payment_methods": {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034}},
    "/v1/refunds": {"amount": 500},
    "/v1/payouts": {"amount": 1, "currency": "usd"},
    "/v1/webhook_endpoints": {"url": "http://127.0.0.1:1/hooks", "enabled_events": ["webhook_endpoint.recovered"]},
}
#: What does not go with it.
EXCLUSIVE: Final = ("client_secret", "payment_intent", "payment_method_data", "us_bank_account", "payment_method_types")
ENDPOINT: Final = {"url": "http://127.0.0.1:1/hooks", "enabled_events[]": "webhook_endpoint.recovered"}
MEANT_OF_TEN: Final = 7


class Target:
    """The server, a session with its key, and ids by what they are called in a path or a body."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.session = requests.Session()
        self.session.trust_env = False
        self.schema = schemathesis.openapi.from_dict(contract(live.url))
        self.ids: dict[str, list[str]] = {}
        intents, setups = "POST /v1/payment_intents/{intent}", "POST /v1/setup_intents/{intent}"
        self._fresh: dict[str, Callable[[], str]] = {
            "DELETE /v1/webhook_endpoints/{webhook_endpoint}": self._endpoint,
            "POST /v1/webhook_replays/{webhook_replay}/cancel": self._replay,
            "DELETE /v1/customers/{customer}": lambda: self._post("/v1/customers")["id"],
            intents: self._unpaid,
            intents + "/confirm": self._unpaid,
            intents + "/capture": lambda: self._held()["id"],
            intents + "/increment_authorization": lambda: self._held()["id"],
            intents + "/cancel": lambda: self._held()["id"],
            "POST /v1/charges/{charge}/capture": lambda: self._held()["latest_charge"],
            setups: lambda: self._post("/v1/setup_intents")["id"],
            setups + "/confirm": lambda: self._post("/v1/setup_intents")["id"],
            setups + "/cancel": lambda: self._post("/v1/setup_intents")["id"],
            "POST /v1/payment_methods/{payment_method}/detach": self._attached,
            "POST /v1/payment_methods/{payment_method}": self._attached,
        }

    def fill(self) -> None:
        """Make one of everything, and have an event that nobody takes."""
        self._post("/v1/webhook_endpoints", **{**ENDPOINT, "enabled_events[]": "customer.created"})
        customer = self._post("/v1/customers", name="Jenny")["id"]
        method = self._post("/v1/payment_methods/pm_card_visa/attach", customer=customer)["id"]
        self._post("/v1/payment_methods/pm_card_visa/attach", customer=customer)
        self._pay(payment_method=method, customer=customer)
        held = self._held()
        paid = self._pay(payment_method="pm_card_bypassPending")
        self._pay(payment_method="pm_card_createDispute")
        self._post("/v1/refunds", charge=paid["latest_charge"], amount="500")
        self._post("/v1/setup_intents", customer=customer, payment_method=method, confirm="true", usage="on_session")
        self._post("/v1/setup_intents", customer=customer)
        self._post("/v1/api_keys", name="Spare", **{"scopes[]": "customers:read"})
        self._endpoint()
        self._replay()
        self._until(lambda: self._list("/v1/webhook_attempts") and self._list("/v1/webhook_deliveries"))
        self._until(lambda: self._list("/v1/disputes") and self._list("/v1/request_logs") and self._available())
        for _ in range(5):
            self._post("/v1/payouts", amount="20", currency="usd")
        self.ids = {
            name: self._list(f"/v1/{name}")
            for name in (
                "balance_transactions",
                "charges",
                "customers",
                "disputes",
                "events",
                "payment_intents",
                "payouts",
                "refunds",
                "request_logs",
                "setup_intents",
                "webhook_attempts",
                "webhook_deliveries",
                "webhook_endpoints",
                "webhook_replays",
            )
        }
        self.ids["api_keys"] = self._list("/v1/api_keys?kind=restricted")
        self.ids["balance"] = self.ids["balance_transactions"]
        self.ids["payment_methods"] = [
            *self._list("/v1/payment_methods"),
            "pm_card_visa",
            "pm_card_visa_chargeDeclined",
        ]
        self.ids["payment_intents"] += [held["id"], self._unpaid()]

    def send(self, case: Case, chance: random.Random, *, of_known: bool = True) -> requests.Response:
        """Send what was generated, most of it made to mean something; `of_known`: objects in its path as well."""
        if of_known:
            self._mean_object(case, chance)
        self._mean(case, chance)
        kwargs = case.as_transport_kwargs(base_url=self.live.url)
        kwargs["headers"]["Authorization"] = f"Bearer {KEY}"
        if case.media_type == FORM and isinstance(case.body, dict):
            kwargs["data"] = urlencode(list(pairs(case.body))).encode()
        return self.session.request(**kwargs)

    def _mean_object(self, case: Case, chance: random.Random) -> None:
        area = case.path.removeprefix("/v1/").partition("/")[0]
        fresh = self._fresh.get(f"{case.method} {case.path}")
        for name in case.path_parameters:
            known = self.ids.get(name + "s") or self.ids.get(area, [])
            if known and chance.randrange(10) < MEANT_OF_TEN:
                case.path_parameters[name] = fresh() if fresh and chance.randrange(2) else chance.choice(known)

    def _mean(self, case: Case, chance: random.Random) -> None:
        if "Idempotency-Key" in case.headers and chance.randrange(10) < MEANT_OF_TEN:
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        if case.query and chance.randrange(10) < MEANT_OF_TEN:
            case.query.pop("ending_before", None)
        self._complete(case, chance)
        expandable = case.operation.definition.raw.get("x-finsecure-expandable", [])
        for part in (case.query, case.body):
            if isinstance(part, dict):
                self._mean_all(part, expandable, chance)

    def _complete(self, case: Case, chance: random.Random) -> None:
        """Give a body what it takes to get anywhere, now and then."""
        usual = USUAL.get(case.path)
        if usual is None or not isinstance(case.body, dict) or chance.randrange(10) >= MEANT_OF_TEN:
            return
        for name in EXCLUSIVE:
            case.body.pop(name, None)
        case.body |= usual
        if case.path == "/v1/refunds":
            case.body["charge"] = self._pay(payment_method="pm_card_visa")["latest_charge"]

    def _mean_all(self, part: dict[str, Any], expandable: list[str], chance: random.Random) -> None:
        for name, value in part.items():
            if isinstance(value, dict) and name not in MEANT:
                self._mean_all(value, expandable, chance)
            elif chance.randrange(10) < MEANT_OF_TEN:
                if name.startswith("expand"):
                    part[name] = [chance.choice(expandable)] if expandable else []
                elif name in MEANT:
                    part[name] = chance.choice(MEANT[name])
                elif self.ids.get(name + "s") and isinstance(value, str):
                    part[name] = chance.choice(self.ids[name + "s"])

    def _unpaid(self) -> str:
        made: str = self._post("/v1/payment_intents", amount="2000", currency="usd")["id"]
        return made

    def _held(self) -> dict[str, Any]:
        return self._pay(payment_method="pm_card_visa", capture_method="manual")

    def _endpoint(self) -> str:
        """One that hardly ever hears of anything."""
        made: str = self._post("/v1/webhook_endpoints", **ENDPOINT)["id"]
        return made

    def _replay(self) -> str:
        made: str = self._post("/v1/webhook_replays", webhook_endpoint=self._list("/v1/webhook_endpoints")[0])["id"]
        return made

    def _attached(self) -> str:
        customer = self.ids["customers"][0]
        made: str = self._post("/v1/payment_methods/pm_card_visa/attach", customer=customer)["id"]
        return made

    def _pay(self, **more: str) -> dict[str, Any]:
        return self._post("/v1/payment_intents", amount="2000", currency="usd", confirm="true", **more)

    def _post(self, path: str, **body: str) -> dict[str, Any]:
        reply = self.session.post(self.live.url + path, data=body, auth=(KEY, ""))
        assert reply.status_code == 200, reply.text
        made: dict[str, Any] = reply.json()
        return made

    def _get(self, path: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.session.get(self.live.url + path, auth=(KEY, "")).json()
        return shown

    def _list(self, path: str) -> list[str]:
        return [item["id"] for item in self._get(path)["data"]]

    def _available(self) -> bool:
        return any(funds["amount"] >= 100 for funds in self._get("/v1/balance")["available"])

    @staticmethod
    def _until(done: Callable[[], object]) -> None:
        give_up = time.monotonic() + SECONDS_MAX
        while not done():
            assert time.monotonic() < give_up, "it did not happen in time"
            time.sleep(0.05)


def pairs(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """A value as a form with brackets."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from pairs(inner, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from pairs(inner, f"{name}[{position}]")
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    else:
        yield name, "" if value is None else str(value)


@contextmanager
def serving(folder: Path, databases: Databases) -> Iterator[Target]:
    """A live server, filled, for the length of a `with`."""
    live = Live(folder, databases.empty())
    live.init()
    live.start()
    try:
        target = Target(live)
        target.fill()
        yield target
        live.verify()  # whatever was sent, the books are right
    finally:
        live.stop()
