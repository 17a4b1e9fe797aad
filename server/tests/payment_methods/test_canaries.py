"""Card numbers as canaries: after everything that can be done with one, it is in no reply, row, event, log or error.

The number is real in form (live mode takes it where it has a processor, test mode refuses it). It is looked for in each
way in which it may be written: plain, grouped, in base 64 and in UTF-16.
"""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import re
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from finsecure_server.core.env import Env
from finsecure_server.core.errors import Refused
from finsecure_server.payment_methods import entry, ops
from finsecure_server.payment_methods.types import BankAccountData, CardData, CreatePaymentMethod
from finsecure_server.storage.engines import open_database
from finsecure_server.web import forms
from finsecure_server.web.request import Request
from finsecure_server.web.request_log import row_of
from tests.edge import Edge, Got
from tests.payment_methods.shop import LIVE, VISA, made, open_shop

NUMBER = "4929000000006007"
ACCOUNT = "739105528461"  # of a bank
CVC = "7391"  # four digits are an American Express's
AMEX = "343434343434343"


def spellings(number: str) -> Iterator[bytes]:
    """A number as it might have been written down."""
    groups = re.findall(r"\d{1,4}", number)
    for text in (number, " ".join(groups), "-".join(groups), number[:-1], number[1:], number[6:]):
        yield text.encode()
    yield number.encode("utf-16-le")
    yield number.encode("utf-16-be")
    for shift in range(3):  # wherever it begins in what is encoded
        letters = base64.b64encode(b"\0" * shift + number.encode()).rstrip(b"=")
        yield letters[4:-4]


def holds(content: bytes, number: str) -> bool:
    return any(spelling in content for spelling in spellings(number))


@pytest.mark.parametrize("number", [NUMBER, AMEX, ACCOUNT])
def test_a_canary_sings(number: str) -> None:
    groups = re.findall(r"\d{1,4}", number)
    for text in (number, "-".join(groups), base64.b64encode(f"xy{number}z".encode()).decode(), f"…{number}…"):
        assert holds(text.encode(), number)
    assert not holds(f"•••• {number[-4:]}".encode(), number)


class Watch:
    """A shop, and everything that it let out or wrote down."""

    def __init__(self, shop: Edge, folder: Path, said: io.StringIO) -> None:
        self.shop = shop
        self.folder = folder
        self.said = said
        self.replies: list[Got] = []

    async def post(self, path: str, body: object, *, key: str, **headers: str) -> Got:
        got = await self.shop.post(path, body, key=key, **headers)
        self.replies.append(got)
        return got

    def everything(self) -> Iterator[tuple[str, bytes]]:
        for number, reply in enumerate(self.replies):
            yield f"reply {number}", reply.body + str(reply.headers).encode()
        for path in self.folder.glob("*.db*"):
            yield path.name, path.read_bytes()
        for noted in self.shop.noted.entries:
            yield noted.id, str(row_of(noted)).encode()
        yield "the server's log", self.said.getvalue().encode()

    def assert_clean(self, *numbers: str) -> None:
        assert self.replies
        for place, content in self.everything():
            assert not [number for number in numbers if holds(content, number)], place


@pytest.fixture
async def watch(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Watch]:
    said = io.StringIO()
    structlog.configure(  # as the server does, which shows no local variable in a trace
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(said),
    )
    handler = logging.StreamHandler(said)
    logging.getLogger().addHandler(handler)
    database = open_database(sqlite_url)
    try:
        yield Watch(await open_shop(database, tmp_path, live=LIVE), tmp_path, said)
    finally:
        structlog.reset_defaults()
        logging.getLogger().removeHandler(handler)
        await database.close()


def card(number: str, **more: str) -> dict[str, object]:
    return {**VISA, "card[number]": number, **more}


async def test_a_number_that_is_kept(watch: Watch) -> None:
    shop = watch.shop
    key = shop.account.secret_live
    customer = await made(shop, "/v1/customers", key=key)
    for number in (NUMBER, "4929 0000 0000 6007", AMEX):
        more = {"card[cvc]": CVC} if number == AMEX else {}
        got = await watch.post("/v1/payment_methods", card(number, **more), key=key, idempotency_key=f"k{number[:5]}")
        assert got.status == 200, got.body
        where = f"/v1/payment_methods/{got.json['id']}"
        await watch.post(f"{where}/attach", {"customer": customer["id"]}, key=key)
        await watch.post(where, {"metadata[a]": "1", "card[exp_year]": "2040"}, key=key)
        watch.replies.append(await shop.get(f"{where}?expand[]=customer", key=key))
        await watch.post(f"{where}/detach", b"", key=key)
    body = msgspec.json.encode({"type": "card", "card": {"number": NUMBER, "exp_month": 1, "exp_year": 2040}})
    await watch.post("/v1/payment_methods", body, key=key, content_type="application/json")
    watch.replies.append(await shop.get("/v1/payment_methods", key=key))
    watch.assert_clean(NUMBER, AMEX)


async def test_a_bank_account_that_is_kept(watch: Watch) -> None:
    body = {
        "type": "us_bank_account",
        "billing_details[name]": "Jenny Rosen",
        "us_bank_account[account_holder_type]": "individual",
        "us_bank_account[account_number]": ACCOUNT,
        "us_bank_account[routing_number]": "110000000",
    }
    for key in (watch.shop.account.secret_live, watch.shop.account.secret_test):
        got = await watch.post("/v1/payment_methods", body, key=key, idempotency_key="k")
        assert got.json["us_bank_account"]["last4"] == ACCOUNT[-4:]
    watch.assert_clean(ACCOUNT)


#: Every place in which a number may arrive by mistake, and some that nobody would think of.
STRAY: tuple[dict[str, Any], ...] = (
    card(NUMBER),
    card(NUMBER[:-1] + "8"),
    card(NUMBER + "x"),
    card(NUMBER, **{"card[exp_month]": "13"}),
    card(NUMBER, **{"card[exp_year]": "2001"}),
    card(NUMBER, **{"card[cvc]": "1"}),
    card(NUMBER, **{"card[cvc]": NUMBER}),
    card(NUMBER, **{"card[exp_month]": NUMBER}),
    card(NUMBER, **{"card[token]": "tok_visa"}),
    card(NUMBER, **{"card[token]": NUMBER}),
    card(NUMBER, **{"metadata[a]": NUMBER}),
    card(NUMBER, **{f"metadata[{NUMBER}]": "a"}),
    card(NUMBER, **{"billing_details[name]": NUMBER}),
    card(NUMBER, **{"billing_details[email]": f"{NUMBER}@example.com"}),
    card(NUMBER, **{"billing_details[address][line1]": f"x {NUMBER} x"}),
    card(NUMBER, **{NUMBER: "1"}),
    card(NUMBER, **{f"card[{NUMBER}]": "1"}),
    {"type": NUMBER},
    {"type": "card", "card": NUMBER},
    {"type": "card", "card[number][a]": NUMBER},
    {"type": "card", "card[number][]": NUMBER},
    {"type": "us_bank_account", "us_bank_account[account_number]": NUMBER},
    {"type": "us_bank_account", "us_bank_account[routing_number]": NUMBER},
)


@pytest.mark.parametrize("number", range(len(STRAY)))
async def test_a_number_that_is_refused(watch: Watch, number: int) -> None:
    for key in (watch.shop.account.secret_test, watch.shop.account.publishable_test):
        got = await watch.post("/v1/payment_methods", STRAY[number], key=key, idempotency_key="k")
        assert got.status in (400, 402), got.body
    watch.assert_clean(NUMBER)
    assert b"vlt_" not in b"".join(content for _, content in watch.everything())


async def test_a_number_in_customers_and_paths(watch: Watch) -> None:
    key = watch.shop.account.secret_test
    for body in (
        {"name": NUMBER}, {"email": f"{NUMBER}@example.com"}, {"email": NUMBER}, {"phone": NUMBER},
        {"address[line1]": NUMBER}, {"metadata[a]": NUMBER}, {"payment_method": NUMBER}, {NUMBER: "x"},
        {"address[country]": NUMBER}, {"tax_exempt": NUMBER}, {"preferred_locales": [NUMBER]},
    ):  # fmt: skip
        assert (await watch.post("/v1/customers", body, key=key)).status == 400
    for path in (f"/v1/payment_methods/{NUMBER}", f"/v1/customers/{NUMBER}", f"/v1/payment_methods?customer={NUMBER}"):
        watch.replies.append(await watch.shop.get(path, key=key))
    watch.assert_clean(NUMBER)


async def test_a_breakdown_in_the_middle_tells_nothing(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours while the number is in memory: the log has the trace, and the trace has no number."""

    def broken(*args: object, **kwargs: object) -> object:
        raise RuntimeError("broken")

    for name in ("read_card", "_shown", "_wire"):
        with monkeypatch.context() as patch:
            patch.setattr(ops, name, broken)
            for more in ({}, {"idempotency_key": f"k{name}"}):
                got = await watch.post("/v1/payment_methods", card(NUMBER), key=watch.shop.account.secret_live, **more)
                assert got.status == 500
    assert "broken" in watch.said.getvalue()
    watch.assert_clean(NUMBER)


# -- in memory --------------------------------------------------------------------------------------------------------


def env_of(shop: Edge) -> Env:
    request = Request("req_1", "POST", "/", {}, b"", "", shop.wall, 0)
    return shop._env(request, None)


REFUSALS = (
    {"number": NUMBER},
    {"number": NUMBER, "exp_month": 13, "exp_year": 2034},
    {"number": NUMBER, "exp_month": 12, "exp_year": 2001},
    {"number": NUMBER, "exp_month": 12, "exp_year": 2034},
    {"number": NUMBER[:-1] + "8", "exp_month": 12, "exp_year": 2034},
    {"number": NUMBER + "x", "exp_month": 12, "exp_year": 2034},
    {"number": NUMBER, "token": "tok_visa"},
)


@pytest.mark.parametrize("given", REFUSALS)
async def test_an_error_and_its_trace_show_nothing(watch: Watch, given: dict[str, Any]) -> None:
    data = CardData(**given, cvc="12")
    with pytest.raises(Refused) as caught:
        entry.read_card(env_of(watch.shop), data, "card")
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value.details)
    assert not holds(shown.encode(), NUMBER)


def test_what_holds_a_number_shows_dots() -> None:
    whole = CreatePaymentMethod(type="card", card=CardData(number=NUMBER, cvc=CVC, exp_month=1, exp_year=2034))
    account = BankAccountData(account_holder_type="company", account_number=ACCOUNT, routing_number="110000000")
    entered = entry.EnteredCard(NUMBER, None, 1, 2034, cvc_given=True, from_token=False)
    for struct in (whole, whole.card, account, entered, entry.read_account(account, "us_bank_account")):
        shown = f"{struct!r} {struct!s} {struct}"
        assert "•••" in shown
        assert not any(holds(shown.encode(), number) for number in (NUMBER, ACCOUNT, CVC + CVC))
        rich = getattr(struct, "__rich_repr__", list)
        if struct is not whole:
            assert rich() == []


def test_a_wrong_type_is_not_repeated() -> None:
    for tree in ({"type": "card", "card": {"number": int(NUMBER)}}, {"type": "card", "card": {"cvc": int(CVC)}}):
        with pytest.raises(Refused) as caught:
            forms.decode(tree, CreatePaymentMethod, forms.shape_of(CreatePaymentMethod), form=False)
        assert "(not shown)" in str(caught.value)


async def test_a_security_code_is_in_no_column(watch: Watch) -> None:
    """Three digits occur by chance in any file, so the rows are read instead: no text beside a check's result."""
    shop = watch.shop
    await made(shop, "/v1/payment_methods", card(AMEX, **{"card[cvc]": CVC}), key=shop.account.secret_live)
    tables = [
        row["name"]
        for row in await shop.db.read(lambda r: r.all("SELECT name FROM sqlite_master WHERE type = 'table'"))
    ]
    for table in tables:
        rows: list[Any] = await shop.db.read(lambda r, t=table: r.all(f"SELECT * FROM {t}"))  # type: ignore[misc]  # noqa: S608
        for row in rows:
            for value in tuple(row):
                with contextlib.suppress(ValueError, TypeError):
                    assert int(value) != int(CVC), table
                assert f'"{CVC}"' not in str(value), table
                assert not re.search(
                    r'cvc(?!_check":"(?:pass|fail|unavailable|unchecked)"|_check":null)', str(value)
                ), table
