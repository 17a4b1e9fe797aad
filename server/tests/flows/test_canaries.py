"""Card numbers, security codes and keys as canaries, sent to every place of a live server: none is anywhere after.

The server logs at its most talkative. All that it answered is searched, and every file that it left: database,
write-ahead log, logs, settings, and a backup.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest

from finsecure_server.app import ROUTES
from finsecure_server.storage.database import Reader, Tx
from finsecure_server.storage.engines import open_database
from finsecure_server.web.forms import Kind, Shape
from finsecure_server.web.request_log import FLUSH_EVERY_S
from finsecure_server.web.router import Route
from tests.conftest import Databases
from tests.flows.canaries import ACCOUNTS, CODES, ODD_CODES, PUBLISHED, REAL, files_below, found_in, grouped
from tests.flows.live import Live

REQUESTS_WAITING = "SELECT COUNT(*) AS n FROM request_log"
REQUESTS = "SELECT path, request, response, user_agent, idempotency_key FROM request_log"
SPOIL = "UPDATE customers SET doc = '{' WHERE id = :id"


#: Pages print the numbers of test cards. None of them may print any other that it was given.
READING: Final = ("/help", "/docs", "/llms")
PRINTED: Final = re.compile("|".join(PUBLISHED).encode())


@dataclass
class Shop:
    """A live server, and everything that it answered."""

    live: Live
    folder: Path
    keys: list[str]
    heard: list[bytes] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: int = 0
    line: http.client.HTTPConnection | None = None

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Any:
        """One request; its reply is kept for the search, and decoded."""
        sent = {"Authorization": f"Bearer {key or self.keys[0]}", "Content-Type": "application/x-www-form-urlencoded"}
        sent |= headers or {}
        self.line = self.line or http.client.HTTPConnection("127.0.0.1", self.live.port, timeout=20)
        self.line.request(method, path, body or None, sent)
        reply = self.line.getresponse()
        content = reply.read()
        if reply.headers.get("connection") == "close":
            self.line.close()
            self.line = None
        self.asked += 1
        self.statuses.append(reply.status)
        told = PRINTED.sub(b"", content) if path.startswith(READING) else content
        self.heard.append(str(reply.headers).encode() + told)
        try:
            return json.loads(content)
        except ValueError:
            return None

    def post(self, path: str, params: Mapping[str, object], **more: Any) -> Any:
        return self.call("POST", path, urlencode(params).encode(), **more)

    def post_json(self, path: str, params: object, **more: Any) -> Any:
        return self.call("POST", path, json.dumps(params).encode(), {"Content-Type": "application/json"}, **more)

    def database(self, op: Any) -> Any:
        """Something done to the database behind the server's back."""

        async def done() -> Any:
            database = open_database(self.live.database_url)
            try:
                return await op(database)
            finally:
                await database.close()

        return asyncio.run(done())

    def logged(self) -> list[dict[str, Any]]:
        """The request log, when it has caught up."""

        def count(reader: Reader) -> int:
            row = reader.one(REQUESTS_WAITING)
            return 0 if row is None else int(row["n"])

        seen = -1
        while seen != (seen := self.database(lambda db: db.read(count))):
            time.sleep(2 * FLUSH_EVERY_S)
        columns = ("path", "request", "response", "user_agent", "idempotency_key")

        def rows(reader: Reader) -> list[dict[str, Any]]:
            return [{name: row[name] for name in columns} for row in reader.all(REQUESTS)]

        found: list[dict[str, Any]] = self.database(lambda db: db.read(rows))
        return found


@pytest.fixture
def shop(tmp_path: Path, databases: Databases) -> Iterator[Shop]:
    home = tmp_path / "home"
    home.mkdir()
    live = Live(home, databases.empty(), {"FINSECURE_LOG": "debug"})
    live.init()
    live.start()
    keys = [live.keys[name] for name in ("secret_test", "secret_live", "publishable_test", "publishable_live")]
    made = Shop(live, tmp_path, keys)
    yield made
    if made.line is not None:
        made.line.close()
    if live.process is not None:
        live.stop()


def assert_clean(shop: Shop) -> None:
    """Nothing in any reply, and nothing in any file: while the server runs, and when it has stopped."""
    done = shop.live.command("backup", str(shop.folder / "copy"))
    assert done.returncode == 0, done.stderr
    shop.logged()
    for number, reply in enumerate(shop.heard):
        assert found_in(reply) is None, (number, reply[:2000])
    everything = dict(files_below(shop.folder))
    assert shop.live.stop() == 0
    everything |= {f"{name} (stopped)": content for name, content in files_below(shop.folder)}
    assert any(name.endswith(("finsecure0.db", "payment_methods.copy")) for name in everything)
    for name, content in everything.items():
        assert found_in(content) is None, name
        for key in shop.keys:
            assert key.startswith("pk_") or key.encode() not in content, (name, key[:8])
    shop.live.start()
    shop.live.verify()


@pytest.mark.parametrize("digits", [*REAL[:7], *ACCOUNTS[:1], *ODD_CODES[:1]])
def test_a_canary_sings(digits: str) -> None:
    texts = [f"x{digits}x", grouped(digits, "-"), grouped(digits, " "), quote(grouped(digits, " ")), ".".join(digits)]
    assert all(found_in(text.encode()) for text in texts)
    assert found_in(f"•••• {digits[-4:]}, {digits[:6]}******{digits[-4:]}".encode()) is None
    assert found_in(base64.b64encode(f"xy{REAL[0]}z".encode()))
    assert found_in(f'"cvc": "{CODES[3]}"'.encode())
    assert found_in(f"card[cvc]={CODES[3]}&x".encode())
    assert found_in(b'{"cvc_check":"pass","amount":' + CODES[3].encode()) is None


# -- everything at every place -----------------------------------------------------------------------------------------


def fields(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """Every parameter that is a value, by the names that lead to it."""
    for name, part in shape.fields.items():
        here = (*path, name)
        yield here, part
        if part.kind is Kind.STRUCT:
            yield from fields(part, here)
        elif part.kind is Kind.LIST and part.item is not None and part.item.kind is Kind.STRUCT:
            yield from fields(part.item, (*here, "0"))


def bracketed(path: tuple[str, ...]) -> str:
    return path[0] + "".join(f"[{name}]" for name in path[1:])


def nested(path: tuple[str, ...], value: object) -> dict[str, object]:
    for name in reversed(path):
        value = {name: value} if name != "0" else [value]
    assert isinstance(value, dict)
    return value


#: Where something already is: the smallest body that the place takes but for what is wrong in it.
NEEDED: Mapping[str, dict[str, object]] = {
    "/v1/payment_intents": {"amount": 2000, "currency": "usd"},
    "/v1/refunds": {"charge": "ch_1"},
    "/v1/payouts": {"amount": 1, "currency": "usd"},
    "/v1/api_keys": {"kind": "secret", "name": "x"},
    "/v1/payment_methods": {"type": "card"},
}


def everywhere(shop: Shop, route: Route, number: str) -> None:
    """One number in each parameter of a route, as form and as JSON, in its path, its query and as a name."""
    path = re.sub(r"\{\w+\}", "thing_1", route.path)
    assert isinstance(route.shape, Shape)
    for names, part in fields(route.shape):
        if route.method == "GET":
            shop.call("GET", f"{path}?{urlencode({bracketed(names): number})}")
            continue
        needed = NEEDED.get(route.path, {})
        for value in (number, grouped(number, " ")):
            shop.call(route.method, path, urlencode({**needed, bracketed(names): value}).encode())
        body = json.dumps({**needed, **nested(names, int(number))}).encode()
        shop.call(route.method, path, body, {"Content-Type": "application/json"})
        if part.kind is Kind.MAP:
            shop.call(route.method, path, urlencode({f"{bracketed(names)}[{number}]": number}).encode())
            shop.call(route.method, path, urlencode({f"{bracketed(names)}[card]": number}).encode())
    named = urlencode({number: number, f"card[{number}]": "1"})
    if route.method == "GET":
        shop.call("GET", f"{path}?{named}")
    else:
        shop.call(route.method, path, named.encode())
        shop.call(route.method, f"{path}?{named}", b"a=1")
    if "{" in route.path:
        for value in (number, quote(grouped(number, " ")), quote(grouped(number, "-"))):
            shop.call(route.method, re.sub(r"\{\w+\}", value, route.path))


def test_a_number_in_every_parameter_of_every_route(shop: Shop) -> None:
    numbers = cycle((*REAL, *PUBLISHED))
    for route in ROUTES:
        everywhere(shop, route, next(numbers))
    assert shop.asked > 1000
    assert 500 not in shop.statuses
    assert_clean(shop)


def test_what_endpoints_are_signed_with_and_their_own_headers(shop: Shop) -> None:
    """A secret is in the reply that made it and nowhere else; the value of a header is nowhere at all."""
    value = "open sesame, quietly"
    hidden = [value]
    for key, url in zip(shop.keys, ("http://127.0.0.1:1/hooks", "https://shop.example/hooks"), strict=False):
        given = {"url": url, "enabled_events[]": "customer.created", "headers[X-Shop-Token]": value, "timeout": 1}
        for _ in range(2):
            made = shop.post("/v1/webhook_endpoints", given, headers={"Idempotency-Key": url}, key=key)
            hidden += [made["secret"]] if "secret" in made else []
        path = f"/v1/webhook_endpoints/{made['id']}"
        for _ in range(2):
            rolled = shop.post(path + "/roll_secret", {}, headers={"Idempotency-Key": f"roll {url}"}, key=key)
            hidden += [rolled["secret"]] if "secret" in rolled else []
        for method, where in (("GET", path), ("GET", "/v1/webhook_endpoints"), ("POST", path + "/disable")):
            shop.call(method, where, key=key)
        shop.call("GET", f"/v1/customers/{quote(hidden[-1])}", key=key)
        shop.post("/v1/customers", {"email": hidden[-1]}, key=key)
        shop.post(path, {"headers[X-Shop-Token]": value + "\n", "url": hidden[-1]}, key=key)
        shop.post(path, {"headers[X-Shop-Token]": "****", "headers[X-Key]": hidden[-1]}, key=key)
    assert len(hidden) == 5
    shop.post(f"/v1/webhook_endpoints/{shop.call('GET', '/v1/webhook_endpoints')['data'][0]['id']}/enable", {})
    shop.post("/v1/customers", {"name": "Jenny"})
    shop.post(f"/v1/webhook_endpoints/{shop.call('GET', '/v1/webhook_endpoints')['data'][0]['id']}/test", {})
    for secret in hidden:
        assert sum(secret.encode() in reply for reply in shop.heard) == (secret != value)
    shop.keys += [*hidden, *(secret.removeprefix("whsec_") for secret in hidden)]
    assert_clean(shop)


HEADERS = (
    "Authorization", "Idempotency-Key", "FinSecure-Version", "Stripe-Version", "User-Agent", "Content-Type", "Origin",
    "X-Forwarded-For", "Cookie", "Referer", "Accept", "X-Card", "Request-Id", "Stripe-Account",
    "X-Stripe-Client-User-Agent", "Access-Control-Request-Method", "Access-Control-Request-Headers",
)  # fmt: skip


def test_a_number_in_headers_and_addresses(shop: Shop) -> None:
    paid = {"amount": 100, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    for number, name in zip(cycle((*REAL, *PUBLISHED)), [*HEADERS, *HEADERS], strict=False):
        for value in (number, f"Bearer {number}", f"x {grouped(number, ' ')}", f"finsecure/1 ({grouped(number, '-')})"):
            for method, path, body in (
                ("POST", "/v1/payment_intents", urlencode(paid).encode()),
                ("GET", "/v1/balance", b""),
                ("OPTIONS", "/v1/balance", b""),
                ("GET", "/", b""),
            ):
                shop.call(method, path, body, {name: value})
        shop.call(
            "GET", "/v1/balance", headers={"Authorization": f"Basic {base64.b64encode(f'{number}:'.encode()).decode()}"}
        )
        shop.call(
            "GET",
            "/v1/balance",
            headers={"Authorization": f"Basic {base64.b64encode(f'a:{number}'.encode()).decode()}"},
        )
        for place in (
            "",
            "/v1/",
            "/v1/payment_methods/",
            "/help/errors/",
            "/assets/",
            "/challenge/",
            "/v1/cards/x?number=",
        ):
            shop.call("GET", f"{place or '/'}{number}")
            shop.call("PUT", f"{place or '/'}{number}/{quote(grouped(number, ' '))}")
    assert 500 not in shop.statuses
    assert_clean(shop)


# -- as they are meant to be sent --------------------------------------------------------------------------------------


def card(number: str, cvc: str = "314", **more: object) -> dict[str, object]:
    return {"number": number, "cvc": cvc, "exp_month": 12, "exp_year": 2040, **more}


def form(prefix: str, params: Mapping[str, object]) -> dict[str, object]:
    return {f"{prefix}[{name}]": value for name, value in params.items()}


def by_form_and_json(
    shop: Shop, path: str, data: Mapping[str, object], inside: str, key: str, rest: Mapping[str, object]
) -> None:
    """A card as a payment method, or inside a payment; as a form twice under an idempotency key."""
    prefix, kind = (f"{inside}[card]", f"{inside}[type]") if inside else ("card", "type")
    method = {"type": "card", "card": dict(data)}
    named = {"Idempotency-Key": f"{path} {shop.asked}"}
    for _ in range(2):
        shop.post(path, {**rest, kind: "card", **form(prefix, data)}, headers=named, key=key)
    shop.post_json(path, {**rest, **({inside: method} if inside else method)}, key=key)


def test_cards_where_they_belong_and_beside(shop: Shop) -> None:
    intent = shop.post("/v1/payment_intents", {"amount": 2000, "currency": "usd"})["id"]
    setup = shop.post("/v1/setup_intents", {})["id"]
    customer = shop.post("/v1/customers", {"name": "Jenny"})["id"]
    methods: list[str] = []
    inside = "payment_method_data"
    paying = {"amount": 100, "currency": "usd", "confirm": "true"}
    for turn, (number, code, odd) in enumerate(
        zip((*REAL, *PUBLISHED[::25]), cycle(CODES), cycle(ODD_CODES), strict=False)
    ):
        cvc = f"{code}1" if len(number) == 15 else code
        given = (
            card(number, cvc),
            card(number, odd),
            card(grouped(number, " "), cvc),
            card(number, cvc, token="tok_visa"),
        )
        for data in given:
            made = shop.post("/v1/payment_methods", {"type": "card", **form("card", data)}, key=shop.keys[turn % 2])
            methods += [made["id"]] if "id" in made else []
        data = given[turn % len(given)]
        places: tuple[tuple[str, str, dict[str, object]], ...] = (
            ("/v1/payment_methods", "", {}),
            ("/v1/payment_intents", inside, paying),
            (f"/v1/payment_intents/{intent}", inside, {}),
            (f"/v1/payment_intents/{intent}/confirm", inside, {}),
            ("/v1/setup_intents", inside, {"confirm": "true"}),
            (f"/v1/setup_intents/{setup}", inside, {}),
            (f"/v1/setup_intents/{setup}/confirm", inside, {}),
        )
        for path, prefix, rest in places:
            by_form_and_json(shop, path, data, prefix, shop.keys[turn % len(shop.keys)], rest)
        for where in ("payment_intents", "setup_intents"):
            rest = paying if where == "payment_intents" else {"confirm": "true"}
            option = {"payment_method": "pm_card_visa", "payment_method_options[card][cvc]": cvc}
            shop.post(f"/v1/{where}", {**rest, **option}, headers={"Idempotency-Key": f"option {where} {number}"})
        shop.post(f"/v1/payment_methods/{number}/attach", {"customer": customer})
    account = {"account_holder_type": "individual", "routing_number": "110000000"}
    for digits in ACCOUNTS:
        for key in shop.keys:
            bank = form("us_bank_account", {**account, "account_number": digits})
            shop.post("/v1/payment_methods", {"type": "us_bank_account", **bank, "billing_details[name]": "J"}, key=key)
    assert methods
    for method in methods[:5]:
        shop.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
        shop.call("GET", f"/v1/payment_methods/{method}?expand[]=customer")
    for place in ("payment_methods", "payment_intents", "setup_intents", "charges", "events", "customers"):
        shop.call("GET", f"/v1/{place}?limit=100")
    assert {200, 400, 402} <= set(shop.statuses)
    assert 500 not in shop.statuses
    assert_clean(shop)


def test_a_security_code_is_not_even_part_of_the_fingerprint(shop: Shop) -> None:
    """The same call with another code is the same call: nothing is kept from which the first could be guessed."""
    paying = {"amount": 100, "currency": "usd", "confirm": "true"}
    for path, rest, prefix in (
        ("/v1/payment_methods", {"type": "card"}, "card"),
        ("/v1/payment_intents", {**paying, "payment_method_data[type]": "card"}, "payment_method_data[card]"),
    ):
        first, again = (
            shop.post(path, {**rest, **form(prefix, card("4242424242424242", code))}, headers={"Idempotency-Key": path})
            for code in CODES[:2]
        )
        assert first["id"] == again["id"]
        other = card("5555555555554444", CODES[0])
        mismatch = shop.post(path, {**rest, **form(prefix, other)}, headers={"Idempotency-Key": path})
        assert mismatch["error"]["type"] == "idempotency_error"
    assert_clean(shop)


def test_a_breakdown_with_a_card_in_memory(shop: Shop) -> None:
    customer = shop.post("/v1/customers", {"name": "Jenny"})["id"]
    shop.database(lambda db: db.write(lambda tx: _spoil(tx, customer)))
    for number in (*REAL[:3], *PUBLISHED[:3]):
        paying = {"amount": 100, "currency": "usd", "confirm": "true", "customer": customer}
        inside = {"payment_method_data[type]": "card", **form("payment_method_data[card]", card(number, CODES[0]))}
        for headers in ({}, {"Idempotency-Key": number[:3]}):
            for key in shop.keys[:2]:
                shop.post("/v1/payment_intents", {**paying, **inside}, headers=headers, key=key)
    assert 500 in shop.statuses
    log = shop.live.log()
    assert "internal error" in log
    assert "Traceback" in log
    shop.database(lambda db: db.write(lambda tx: tx.run("UPDATE customers SET doc = '{}'")))
    for reply in shop.heard:
        assert found_in(reply) is None, reply
    for name, content in files_below(shop.folder):
        assert found_in(content) is None, name


def _spoil(tx: Tx, customer: str) -> None:
    assert tx.run(SPOIL, id=customer) == 1


# -- keys and other secrets --------------------------------------------------------------------------------------------


def test_no_secret_is_in_a_log(shop: Shop) -> None:
    """API keys are nowhere at all; client secrets and links to authenticate are in no log."""
    made = shop.post("/v1/api_keys", {"kind": "secret", "name": "x"}, headers={"Idempotency-Key": "k"})
    shop.keys.append(made["secret"])
    rolled = shop.post(f"/v1/api_keys/{made['id']}/roll", {}, headers={"Idempotency-Key": "r"})
    shop.keys.append(rolled["secret"])
    publishable = shop.live.keys["publishable_test"]
    secrets = []
    for where, more in (("payment_intents", {"amount": 2000, "currency": "usd"}), ("setup_intents", {})):
        intent = shop.post(f"/v1/{where}", {**more, "payment_method": "pm_card_threeDSecure2Required"})
        secrets.append(intent["client_secret"])
        named = {"client_secret": intent["client_secret"]}
        shop.call("GET", f"/v1/{where}/{intent['id']}?{urlencode(named)}", key=publishable)
        shop.call("GET", f"/v1/{where}/pi_none?{urlencode(named)}", key=publishable)
        confirmed = shop.post(
            f"/v1/{where}/{intent['id']}/confirm", {**named, "return_url": "https://shop.example/back"}, key=publishable
        )
        link = confirmed["next_action"]["redirect_to_url"]["url"]
        token = link.rpartition("/")[2]
        secrets.append(token)
        shop.call("GET", f"/challenge/{token}")
        shop.post(f"/challenge/{token}", {"outcome": "maybe"})
        shop.post(f"/challenge/{token}", {"outcome": "complete", "x": token})
        for _ in range(2):
            shop.post(f"/challenge/{token}", {"outcome": "complete"})
        shop.call("GET", f"/challenge/{token}")
        shop.call("DELETE", f"/challenge/{token}")
    for key in list(shop.keys):
        shop.call("GET", f"/v1/customers/{key}")
        shop.call("GET", f"/v1/customers?email={key}")
        shop.call("GET", "/v1/balance", headers={"Authorization": f"Bearer {key}x"})
        shop.call("GET", "/v1/balance", headers={"Authorization": f"Bearer {key.replace('_test_', '_live_')}"})
    rows = json.dumps(shop.logged())
    log = shop.live.log()
    for secret in secrets:
        assert secret not in log
        assert secret not in rows
    assert_clean(shop)
