"""What callers may send, and every way in which it can be wrong: the right code, the right parameter, nothing else."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
import pytest
from msgspec import UNSET, Struct, UnsetType

from finsecure_server.core.errors import Code, Refused
from finsecure_server.web import forms
from finsecure_server.web.forms import decode, parse_form, shape_of
from finsecure_server.web.params import ListParams, Range
from tests.sample import NEEDED, PAN, Address, Capture, Card, Item, Shipping, form, json_, refused


def form_with(name: str, value: str) -> Refused:
    return refused(form, urlencode({**NEEDED, name: value}))


def json_with(text: str) -> Refused:
    """`text` is what follows the two needed parameters; it may say `amount` itself."""
    needed = '"currency":"usd",' if '"amount"' in text else '"amount":2000,"currency":"usd",'
    return refused(json_, "{" + needed + text + "}")


# -- what may be sent -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ("amount=2000&currency=usd", "amount", 2000),
        ("amount=-1&currency=usd", "amount", -1),  # what an amount may be is said where money is decided on
        ("amount=0&currency=usd", "amount", 0),
        (f"amount={2**63}&currency=usd", "amount", 2**63),
        ("amount=1&currency=us+d%20x", "currency", "us d x"),
        ("amount=1&currency=%C3%A9", "currency", "é"),
        ("amount=1&currency=é", "currency", "é"),
        ("amount=1&currency=a%3Db%26c", "currency", "a=b&c"),
        ("amount=1&currency=a=b", "currency", "a=b"),
        ("&&amount=1&&currency=usd&", "amount", 1),
        ("amount=1&currency=%zz", "currency", "%zz"),
        ("amount=1&currency=", "currency", ""),
        ("amount=1&currency=usd&confirm=true", "confirm", True),
        ("amount=1&currency=usd&confirm=false", "confirm", False),
        ("amount=1&currency=usd&off_session=", "off_session", None),
        ("amount=1&currency=usd&ready=1", "ready", 1),
        ("amount=1&currency=usd&ready=true", "ready", True),
        ("amount=1&currency=usd&version=2", "version", 2),
        ("amount=1&currency=usd&capture_method=manual", "capture_method", Capture.MANUAL),
        ("amount=1&currency=usd&setup=off_session", "setup", "off_session"),
        ("amount=1&currency=usd&setup=", "setup", None),
        ("amount=1&currency=usd&description=", "description", None),
        ("amount=1&currency=usd&fee=", "fee", None),
        ("amount=1&currency=usd&fee=007", "fee", 7),
        ("amount=1&currency=usd&shipping=", "shipping", None),
        (
            "amount=1&currency=usd&shipping[name]=x&shipping[address][line1]=",
            "shipping",
            Shipping(name="x", address=Address(line1=None)),
        ),
        ("amount=1&currency=usd&shipping%5Bname%5D=x", "shipping", Shipping(name="x")),
        ("amount=1&currency=usd&expand[]=customer&expand[]=data.charge", "expand", ["customer", "data.charge"]),
        ("amount=1&currency=usd&expand[1]=b&expand[0]=a", "expand", ["a", "b"]),
        ("amount=1&currency=usd&expand[7]=a&expand[10]=c&expand[9]=b", "expand", ["a", "b", "c"]),
        ("amount=1&currency=usd&expand[0]=a&expand[]=b", "expand", ["a", "b"]),
        ("amount=1&currency=usd&expand=", "expand", []),
        (
            "amount=1&currency=usd&items[0][price]=5&items[1][price]=7&items[1][name]=x",
            "items",
            [Item(price=5), Item(price=7, name="x")],
        ),
        ("amount=1&currency=usd&metadata[order]=6735&metadata[a b]=é", "metadata", {"order": "6735", "a b": "é"}),
        ("amount=1&currency=usd&metadata[order]=", "metadata", {"order": ""}),
        ("amount=1&currency=usd&metadata=", "metadata", None),
        ("amount=1&currency=usd&created=5", "created", 5),
        ("amount=1&currency=usd&created[gte]=5&created[lt]=9", "created", Range(gte=5, lt=9)),
        (f"amount=1&currency=usd&card[number]={PAN}&card[exp_month]=7", "card", Card(number=PAN, exp_month=7)),
    ],
)  # fmt: skip
def test_forms(body: str, field: str, value: object) -> None:
    assert getattr(form(body), field) == value


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ('{"amount":2000,"currency":"usd"}', "amount", 2000),
        ('{"amount":1,"currency":""}', "currency", ""),
        ('{"amount":1,"currency":"usd","description":null}', "description", None),
        ('{"amount":1,"currency":"usd","description":""}', "description", ""),
        ('{"amount":1,"currency":"usd","confirm":true}', "confirm", True),
        ('{"amount":1,"currency":"usd","capture_method":"manual"}', "capture_method", Capture.MANUAL),
        ('{"amount":1,"currency":"usd","items":[{"price":5}]}', "items", [Item(price=5)]),
        ('{"amount":1,"currency":"usd","metadata":{"a":"b","c":null}}', "metadata", {"a": "b", "c": None}),
        ('{"amount":1,"currency":"usd","created":5}', "created", 5),
        ('{"amount":1,"currency":"usd","created":{"gt":5}}', "created", Range(gt=5)),
        ('{"amount":1,"currency":"\\u00e9\\ud83d\\ude00"}', "currency", "é😀"),
        (' {"amount" : 1, "currency":"usd"}\n', "amount", 1),
    ],
)
def test_json(text: str, field: str, value: object) -> None:
    assert getattr(json_(text), field) == value


def test_nothing_at_all() -> None:
    assert parse_form(b"") == {}
    assert decode({}, ListParams, shape_of(ListParams), form=True) == ListParams()


# -- what is wrong with a number --------------------------------------------------------------------------------------

INTEGERS = """
10.5  1e3  NaN  nan  Infinity  true  １００  1_000  0x10  +5  --5  -  1,000  ١٢  ²  2000usd  null  []
"""


@pytest.mark.parametrize("value", [*INTEGERS.split(), " 5", "5 ", "5\n", "1" * 41, "5\x00", "é"])
def test_a_form_says_an_integer_in_digits_or_not_at_all(value: str) -> None:
    for name in ("amount", "limit", "fee", "created", "items[0][price]", "card[exp_month]", "created[gte]"):
        error = form_with(name, value)
        assert (error.code, error.param) == (Code.PARAMETER_INVALID_INTEGER, name)
        assert error.rule.status == 400


NOT_AN_INTEGER = """10.5 1e3 1E3 1.0 -0.0 1e400 true false null [1] [] {} "100" "１００" """


@pytest.mark.parametrize("value", NOT_AN_INTEGER.split())
def test_json_says_an_integer_as_an_integer(value: str) -> None:
    for name in ("amount", "limit"):
        error = json_with(f'"{name}":{value}')
        assert (error.code, error.param) == (Code.PARAMETER_INVALID_INTEGER, name)
    error = json_with(f'"items":[{{"price":1}},{{"price":{value}}}]')
    assert (error.code, error.param) == (Code.PARAMETER_INVALID_INTEGER, "items[1][price]")


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "１００", "01", "+1", "0x10", "1_000", "nul", "'1'", "1e", "."]
)
def test_what_json_has_no_word_for_is_no_json(value: str) -> None:
    assert json_with(f'"amount":{value}').code is Code.BODY_MALFORMED


def test_an_empty_number_is_empty() -> None:
    for name in ("amount", "limit", "created"):
        error = form_with(name, "")
        assert (error.code, error.param) == (Code.PARAMETER_INVALID_EMPTY, name)
    assert json_with('"amount":""').code is Code.PARAMETER_INVALID_EMPTY


@pytest.mark.parametrize("limit", ["0", "101", "-1", str(2**63), str(-(2**63)), "9" * 40])
def test_limits_of_numbers_are_said(limit: str) -> None:
    for error in (form_with("limit", limit), json_with(f'"limit":{limit}')):
        assert (error.code, error.param) == (Code.PARAMETER_INVALID_INTEGER, "limit")
        assert "expected `int` " in error.message


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**39])
def test_what_the_database_could_not_hold(value: int) -> None:
    for error in (form_with("fee", str(value)), json_with(f'"fee":{value}')):
        assert (error.code, error.param) == (Code.PARAMETER_INVALID_INTEGER, "fee")


@pytest.mark.parametrize("digits", [41, 5000, 1_000_000])
def test_a_very_long_number_costs_nothing(digits: int) -> None:
    for sign in ("", "-"):
        error = json_with(f'"fee":{sign}{"9" * digits}')
        assert (error.code, error.param) == (Code.PARAMETER_INVALID_INTEGER, "fee")
        assert len(error.message) < 300


# -- what is wrong with everything else -------------------------------------------------------------------------------

WRONG_IN_FORMS = [
    ("currency=usd", "parameter_missing", "amount"),
    ("", "parameter_missing", "amount"),
    ("amount=1", "parameter_missing", "currency"),
    ("amount[0]=1&currency=usd", "parameter_invalid_integer", "amount"),
    ("amount[]=1&currency=usd", "parameter_invalid_integer", "amount"),
    ("amount=1&currency[]=usd", "parameter_invalid_string", "currency"),
    ("amount=1&currency=usd&amount=2", "parameter_duplicate", "amount"),
    ("amount=1&currency=usd&metadata[a]=1&metadata[a]=2", "parameter_duplicate", "metadata[a]"),
    ("amount=1&currency=usd&expand[0]=a&expand[0]=b", "parameter_duplicate", "expand[0]"),
    ("amount=1&currency=usd&expand[1]=a&expand[]=b", "parameter_duplicate", "expand[]"),
    ("amount=1&currency=usd&card=x&card[number]=1", "parameter_duplicate", "card[number]"),
    ("amount=1&currency=usd&card[number]=1&card=x", "parameter_duplicate", "card"),
    ("amount=1&currency=usd&card[number][a]=1&card[number]=1", "parameter_duplicate", "card[number]"),
    ("amount=1&currency=usd&confirm=yes", "parameter_invalid_boolean", "confirm"),
    ("amount=1&currency=usd&confirm=1", "parameter_invalid_boolean", "confirm"),
    ("amount=1&currency=usd&confirm=True", "parameter_invalid_boolean", "confirm"),
    ("amount=1&currency=usd&ready=yes", "parameter_invalid_boolean", "ready"),
    ("amount=1&currency=usd&ready=2", "parameter_invalid_enum", "ready"),
    ("amount=1&currency=usd&version=3", "parameter_invalid_enum", "version"),
    ("amount=1&currency=usd&version=v1", "parameter_invalid_integer", "version"),
    ("amount=1&currency=usd&confirm=", "parameter_invalid_empty", "confirm"),
    ("amount=1&currency=usd&capture_method=later", "parameter_invalid_enum", "capture_method"),
    ("amount=1&currency=usd&capture_method=", "parameter_invalid_empty", "capture_method"),
    ("amount=1&currency=usd&setup=never", "parameter_invalid_enum", "setup"),
    ("amount=1&currency=usd&customer=", "parameter_invalid_empty", "customer"),
    ("amount=1&currency=usd&customer=" + "c" * 256, "parameter_too_long", "customer"),
    ("amount=1&currency=usd&description=" + "d" * 5001, "parameter_too_long", "description"),
    ("amount=1&currency=usd&description=a%00b", "parameter_invalid_string", "description"),
    ("amount=1&currency=usd&description=%ED%A0%80", "body_malformed", None),
    ("amount=1&currency=%FF", "body_malformed", None),
    (b"amount=1&currency=\xff", "body_malformed", None),
    ("amount=1&currency=usd&description=" + PAN, "card_number_in_text", "description"),
    ("amount=1&currency=usd&description=4242+4242-4242+4242", "card_number_in_text", "description"),
    ("amount=1&currency=usd&metadata[note]=" + PAN, "card_number_in_text", "metadata[note]"),
    ("amount=1&currency=usd&metadata[" + PAN + "]=1", "card_number_in_text", "metadata"),
    ("amount=1&currency=usd&shipping[name]=" + PAN, "card_number_in_text", "shipping[name]"),
    ("amount=1&currency=usd&items[0][price]=1&items[0][name]=" + PAN, "card_number_in_text", "items[0][name]"),
    ("amount=1&currency=usd&expand[]=" + PAN, "card_number_in_text", "expand[0]"),
    ("amount=1&currency=usd&confirm=" + PAN, "card_number_in_text", "confirm"),
    ("amount=1&currency=usd&shipping=x", "parameter_invalid_object", "shipping"),
    ("amount=1&currency=usd&card=", "parameter_invalid_empty", "card"),
    ("amount=1&currency=usd&card[]=1", "parameter_unknown", "card[0]"),
    ("amount=1&currency=usd&card[exp_month]=1", "parameter_missing", "card[number]"),
    ("amount=1&currency=usd&card[number]=" + "4" * 65 + "&card[exp_month]=1", "parameter_too_long", "card[number]"),
    ("amount=1&currency=usd&expand=customer", "parameter_invalid_array", "expand"),
    ("amount=1&currency=usd&expand[a]=customer", "parameter_invalid_array", "expand"),
    ("amount=1&currency=usd&expand[-1]=customer", "parameter_invalid_array", "expand"),
    ("amount=1&currency=usd&expand[１]=customer", "parameter_invalid_array", "expand"),
    ("amount=1&currency=usd&expand[99999]=customer", "parameter_invalid_array", "expand"),
    ("amount=1&currency=usd&expand[0][a]=customer", "parameter_invalid_string", "expand[0]"),
    ("amount=1&currency=usd&types[]=" + "t" * 501, "parameter_too_long", "types[0]"),
    ("amount=1&currency=usd&" + "&".join(f"items[{n}][price]=1" for n in range(4)), "parameter_invalid_array", "items"),
    ("amount=1&currency=usd&items[0][prize]=1", "parameter_unknown", "items[0][prize]"),
    ("amount=1&currency=usd&items[0]=1", "parameter_invalid_object", "items[0]"),
    ("amount=1&currency=usd&metadata[]=1", None, None),
    ("amount=1&currency=usd&metadata[a][b]=1", "parameter_invalid_string", "metadata[a]"),
    ("amount=1&currency=usd&metadata=x", "parameter_invalid_object", "metadata"),
    ("amount=1&currency=usd&metadata[" + "k" * 41 + "]=1", "metadata_key_too_long", "metadata[" + "k" * 41 + "]"),
    ("amount=1&currency=usd&metadata[a]=" + "v" * 501, "metadata_value_too_long", "metadata[a]"),
    ("amount=1&currency=usd&metadata[a]=" + "v" * (1 << 20), "metadata_value_too_long", "metadata[a]"),
    ("amount=1&currency=usd&" + "&".join(f"metadata[k{n}]=v" for n in range(51)), "metadata_too_many_keys", "metadata"),
    ("amount=1&currency=usd&metadata[a%00]=1", "parameter_invalid_string", "metadata"),
    ("amount=1&currency=usd&created[since]=1", "parameter_unknown", "created[since]"),
    ("amount=1&currency=usd&card[number=1", "body_malformed", "card[number"),
    ("amount=1&currency=usd&card]number=1", "body_malformed", "card]number"),
    ("amount=1&currency=usd&[a]=1", "body_malformed", "[a]"),
    ("amount=1&currency=usd&card[[number]]=1", "body_malformed", "card[[number]]"),
    ("amount=1&currency=usd&card[number]x=1", "body_malformed", "card[number]x"),
    ("amount=1&currency=usd&a" + "[b]" * 8 + "=1", "body_malformed", "a"),
    ("amount=1&currency=usd&a" + "[b]" * 10_000 + "=1", "body_malformed", "a"),
    ("&".join(f"a{n}=1" for n in range(1001)), "body_malformed", None),
    ("&" * 1_000_000, "body_malformed", None),
    ("amount=1&currency=usd&=1", "parameter_unknown", ""),
    ("amount=1&currency=usd&ammount=1", "parameter_unknown", "ammount"),
    ('{"amount":1}', "parameter_unknown", '{"amount":1}'),
]


@pytest.mark.parametrize(("body", "code", "param"), WRONG_IN_FORMS)
def test_what_is_wrong_in_a_form(body: str | bytes, code: str | None, param: str | None) -> None:
    if code is None:
        form(body)
        return
    error = refused(form, body)
    assert (error.code, error.param) == (code, param)
    assert error.rule.status == 400
    assert len(error.message) < 400
    assert PAN not in error.message


WRONG_IN_JSON = [
    ("", "body_malformed", None),
    ("   ", "body_malformed", None),
    ("[]", "body_malformed", None),
    ("null", "body_malformed", None),
    ('"amount"', "body_malformed", None),
    ("{", "body_malformed", None),
    ('{"amount":1,}', "body_malformed", None),
    ("{'amount':1}", "body_malformed", None),
    ('{"amount":1} x', "body_malformed", None),
    ('{"amount":1}{"amount":1}', "body_malformed", None),
    ("amount=1&currency=usd", "body_malformed", None),
    ("\ufeff{}", "body_malformed", None),
    (b'{"currency":"\xff"}', "body_malformed", None),
    ('{"currency":"a\x00b"}', "body_malformed", None),
    ('{"amount":1,"currency":"a\\u0000b"}', "parameter_invalid_string", "currency"),
    ('{"amount":1,"currency":"\\ud800"}', "parameter_invalid_string", "currency"),
    ('{"amount":1,"currency":"\\udc00\\ud800"}', "parameter_invalid_string", "currency"),
    ('{"amount":1,"currency":"usd","metadata":{"\\ud800":"x"}}', "parameter_invalid_string", "metadata"),
    ('{"amount":1,"currency":"usd","metadata":{"a":"\\ud800"}}', "parameter_invalid_string", "metadata[a]"),
    ('{"amount":1,"currency":"usd","types":["\\ud800"]}', "parameter_invalid_string", "types[0]"),
    ('{"amount":1,"currency":"usd","\\ud800":"x"}', "parameter_unknown", "\ufffd"),
    ('{"amount":1,"amount":1,"currency":"usd"}', "parameter_duplicate", "amount"),
    ('{"amount":1,"currency":"usd","card":{"number":"1","number":"2"}}', "parameter_duplicate", "number"),
    ('{"amount":1,"currency":"usd","x":{"y":[{"z":1,"z":1}]}}', "parameter_duplicate", "z"),
    ('{"currency":"usd"}', "parameter_missing", "amount"),
    ('{"amount":1,"currency":5}', "parameter_invalid_string", "currency"),
    ('{"amount":1,"currency":null}', "parameter_invalid_string", "currency"),
    ('{"amount":1,"currency":["usd"]}', "parameter_invalid_string", "currency"),
    ('{"amount":1,"currency":"usd","confirm":"true"}', "parameter_invalid_boolean", "confirm"),
    ('{"amount":1,"currency":"usd","confirm":1}', "parameter_invalid_boolean", "confirm"),
    ('{"amount":1,"currency":"usd","capture_method":"later"}', "parameter_invalid_enum", "capture_method"),
    ('{"amount":1,"currency":"usd","setup":7}', "parameter_invalid_string", "setup"),
    ('{"amount":1,"currency":"usd","expand":"customer"}', "parameter_invalid_array", "expand"),
    ('{"amount":1,"currency":"usd","expand":{"0":"customer"}}', "parameter_invalid_array", "expand"),
    ('{"amount":1,"currency":"usd","expand":[1]}', "parameter_invalid_string", "expand[0]"),
    ('{"amount":1,"currency":"usd","expand":["a"' + ',"a"' * 20 + "]}", "parameter_invalid_array", "expand"),
    ('{"amount":1,"currency":"usd","expand":[1' + ",1" * 500_000 + "]}", "parameter_invalid_array", "expand"),
    ('{"amount":1,"currency":"usd","items":[{"price":1},{"price":1,"zzz":1}]}', "parameter_unknown", "items[1][zzz]"),
    ('{"amount":1,"currency":"usd","items":[{"price":1},{}]}', "parameter_missing", "items[1][price]"),
    ('{"amount":1,"currency":"usd","items":[{"price":1},5]}', "parameter_invalid_object", "items[1]"),
    ('{"amount":1,"currency":"usd","card":[]}', "parameter_invalid_object", "card"),
    ('{"amount":1,"currency":"usd","card":{"number":424242}}', "parameter_invalid_string", "card[number]"),
    ('{"amount":1,"currency":"usd","metadata":{"a":1}}', "parameter_invalid_string", "metadata[a]"),
    ('{"amount":1,"currency":"usd","metadata":{"a":{"b":1}}}', "parameter_invalid_string", "metadata[a]"),
    ('{"amount":1,"currency":"usd","metadata":{"":"x"}}', "metadata_key_invalid", "metadata[]"),
    ('{"amount":1,"currency":"usd","metadata":{"a[b]":"x"}}', "metadata_key_invalid", "metadata[a[b]]"),
    ('{"amount":1,"currency":"usd","metadata":[]}', "parameter_invalid_object", "metadata"),
    ('{"amount":1,"currency":"usd","created":"5"}', "parameter_invalid_integer", "created"),
    ('{"amount":1,"currency":"usd","created":[]}', "parameter_invalid_integer", "created"),
    ('{"amount":1,"currency":"usd","description":"' + PAN + '"}', "card_number_in_text", "description"),
    ('{"amount":1,"currency":"usd","confirm":"' + PAN + '"}', "card_number_in_text", "confirm"),
    ('{"amount":1,"currency":"usd","' + PAN + '":1}', "parameter_unknown", "(a card number)"),
    ('{"amount":1,"currency":"usd","fee":' + PAN + "5}", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "param"), WRONG_IN_JSON)
def test_what_is_wrong_in_json(body: str | bytes, code: str | None, param: str | None) -> None:
    if code is None:
        json_(body)
        return
    error = refused(json_, body)
    assert (error.code, error.param) == (code, param)
    assert error.rule.status == 400
    assert len(error.message) < 400
    assert PAN not in error.message
    msgspec.json.encode([error.message, error.param])


@pytest.mark.parametrize("depth", [9, 20, 500, 990, 1000, 5000, 10_000, 500_000])
@pytest.mark.parametrize("where", ["x", "card", "metadata", "expand", "description", "amount", "shipping"])
def test_nesting_without_a_bottom(depth: int, where: str) -> None:
    for left, right in (("[", "]"), ('{"a":', "}")):
        error = json_with(f'"{where}":{left * depth}1{right * depth}')
        assert error.rule.status == 400
        assert len(error.message) < 400


# -- what is said -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ammount", "amount"),
        ("curency", "currency"),
        ("meta_data", "metadata"),
        ("capturemethod", "capture_method"),
        ("items[0][nmae]", "name"),
    ],
)
def test_an_unknown_parameter_is_told_with_the_nearest(name: str, hint: str) -> None:
    error = form_with(name, "1")
    assert error.message == f"Received unknown parameter: {name}. Did you mean `{hint}`?"
    assert form_with("zzz", "1").message == "Received unknown parameter: zzz."


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("amount", "10.5", "Invalid integer: 10.5"),
        ("limit", "101", "Invalid integer: 101 (expected `int` <= 100)"),
        ("confirm", "yes", "Invalid boolean: yes"),
        ("capture_method", "later", "Invalid value: later; must be one of automatic, manual."),
        ("version", "3", "Invalid value: 3; must be one of 1, 2."),
        ("setup", "never", "Invalid value: never; must be one of off_session, on_session."),
        ("customer", "c" * 256, f"Too long: {'c' * 97}... (expected `str` of length <= 255)"),
        ("customer", "", "The parameter customer must not be empty."),
        ("expand", "x", "Invalid array: x"),
        ("card[number]", "4" * 65, "Too long: (not shown) (expected `str` of length <= 64)"),
        ("card[cvc]", "1" * 17, "Too long: (not shown) (expected `str` of length <= 16)"),
    ],
)
def test_messages(name: str, value: str, message: str) -> None:
    card = {"card[number]": "1", "card[exp_month]": "1"} if name.startswith("card") else {}
    assert refused(form, urlencode({**NEEDED, **card, name: value})).message == message


def test_a_structure_where_a_value_belongs_is_not_repeated() -> None:
    error = json_with('"description":{"number":"4111111111111111","cvc":"737"}')
    assert error.message == "Invalid string: (an object)"


def test_secrets_are_neither_searched_nor_repeated() -> None:
    assert form(f"amount=1&currency=usd&card[number]={PAN}&card[exp_month]=1&card[cvc]=123").card is not UNSET
    for text in (f'{{"number":{PAN},"exp_month":1}}', '{"number":"1","exp_month":1,"cvc":737737}'):
        error = json_with(f'"card":{text}')
        assert "(not shown)" in error.message


def test_what_is_clean() -> None:
    assert forms.is_clean("plain")
    assert forms.is_clean("é😀")
    assert not forms.is_clean("a\x00")
    assert not forms.is_clean("é\ud800")
    assert forms.cleaned("a\x00é\udfff") == "a\ufffdé\ufffd"


class Cards(Struct, kw_only=True, forbid_unknown_fields=True):
    first: Card | None | UnsetType = UNSET
    others: list[Card] | UnsetType = UNSET
    item: Item | UnsetType = UNSET


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ("first[number]=1&first[cvc]=737", {"first": {"number": "1"}}),
        ("first[cvc]=737", {"first": {}}),
        ("first=", {"first": ""}),
        ("others[0][number]=1&others[1][cvc]=737", {"others": {"0": {"number": "1"}, "1": {}}}),
        ("item[name]=cvc", {"item": {"name": "cvc"}}),
    ],
)
def test_a_security_code_is_forgotten(body: str, left: object) -> None:
    assert forms.remembered(parse_form(body.encode()), shape_of(Cards)) == left


def test_a_security_code_is_forgotten_in_json() -> None:
    tree = {"first": None, "others": [{"cvc": "737", "number": "1"}, {"cvc": 1}], "item": {"name": "x"}}
    assert forms.remembered(tree, shape_of(Cards)) == {
        "first": None,
        "others": [{"number": "1"}, {}],
        "item": {"name": "x"},
    }
