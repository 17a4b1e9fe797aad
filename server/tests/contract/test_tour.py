"""A tour through all operations. The house holds every reply on the way, good or bad, against the document."""

from __future__ import annotations

from typing import Any, Final

from finsecure_server.core.errors import RULES, Code
from tests.contract.furniture import refused
from tests.contract.house import House

VISA: Final = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
BANK: Final = {"account_holder_type": "individual", "account_number": "000123456789", "routing_number": "110000000"}
ADDRESS: Final = {
    "line1": "27 Fredrick Ave",
    "city": "Brothers",
    "state": "OR",
    "postal_code": "97712",
    "country": "US",
}
DAY: Final = 86_400


async def account_and_keys(house: House) -> None:
    await house.seen("/health")
    await house.seen("/v1/health?ready=1")
    await house.seen("/openapi.json")
    await house.seen("/v1/account")
    live = await house.seen("/v1/account", key=house.account.secret_live)
    assert live["test_clock"] is None
    made = await house.made("/v1/api_keys", {"name": "Till", "scopes": ["payment_intents:write"]})
    rolled = await house.made(f"/v1/api_keys/{made['id']}/roll", {"overlap_seconds": 60})
    await house.seen(f"/v1/api_keys/{made['id']}")
    assert (await house.get("/v1/customers", key=rolled["secret"])).code == "insufficient_scope"
    await house.made(f"/v1/api_keys/{rolled['id']}/revoke")
    assert (await house.get("/v1/customers", key=rolled["secret"])).code == "api_key_revoked"
    await house.seen("/v1/api_keys?limit=2&kind=restricted")
    await house.made("/v1/test_helpers/clock/advance", {"by": 60})
    await house.seen("/v1/test_helpers/clock")
    live_key = house.account.secret_live
    assert (await house.get("/v1/test_helpers/clock", key=live_key)).code == "testmode_only"


async def customers(house: House) -> None:
    given = {
        "email": "jenny@example.com",
        "name": "Jenny",
        "address": ADDRESS,
        "shipping": {"name": "Jenny", "address": ADDRESS},
        "metadata": {"order": "6735"},
        "payment_method": "pm_card_visa",
    }
    made = await house.made("/v1/customers", given)
    customer = made["id"]
    method = (await house.seen(f"/v1/customers/{customer}/payment_methods"))["data"][0]["id"]
    await house.seen(f"/v1/customers/{customer}/payment_methods/{method}?expand[]=customer")
    settings = {"invoice_settings": {"default_payment_method": method}, "shipping": None, "metadata": {"order": None}}
    await house.made(f"/v1/customers/{customer}", settings)
    expanded = await house.seen(f"/v1/customers/{customer}?expand[]=invoice_settings.default_payment_method")
    assert expanded["invoice_settings"]["default_payment_method"]["object"] == "payment_method"
    await house.seen("/v1/customers?limit=1&email=jenny@example.com&created[gte]=0")
    assert (await house.post("/v1/customers", {"email": "jenny"})).code == "email_invalid"
    gone = await house.made("/v1/customers", {})
    await house.call("DELETE", f"/v1/customers/{gone['id']}")
    assert (await house.seen(f"/v1/customers/{gone['id']}"))["deleted"] is True


async def payment_methods(house: House) -> None:
    customer = (await house.made("/v1/customers", {}))["id"]
    card = await house.made(
        "/v1/payment_methods", {"type": "card", "card": VISA, "billing_details": {"address": ADDRESS}}
    )
    bank = {"type": "us_bank_account", "us_bank_account": BANK, "billing_details": {"name": "Jenny"}}
    await house.made("/v1/payment_methods", bank)
    path = f"/v1/payment_methods/{card['id']}"
    await house.made(path + "/attach", {"customer": customer})
    await house.made(path, {"card": {"exp_year": 2035}, "billing_details": {"name": "Jenny"}})
    await house.seen(path + "?expand[]=customer")
    await house.seen(f"/v1/payment_methods?customer={customer}&type=card&expand[]=data.customer")
    await house.made(path + "/detach")
    assert (await house.post(path + "/attach", {"customer": customer})).code == "payment_method_unexpected_state"
    mistyped = {"type": "card", "card": VISA | {"number": "4242424242424241"}}
    assert (await house.say("POST", "/v1/payment_methods", mistyped)).code == "incorrect_number"
    assert (await house.say("POST", "/v1/payment_methods", mistyped, key="sk_test_x")).code == "invalid_api_key"
    await house.made("/v1/payment_methods", {"type": "card", "card": VISA}, key=house.account.publishable_test)


async def payments(house: House) -> None:
    paths = "expand[]=latest_charge.balance_transaction.source&expand[]=customer&expand[]=payment_method"
    paid = await house.pay()
    await house.seen(f"/v1/payment_intents/{paid['id']}?{paths}")
    options = {"card": {"request_multicapture": "if_available"}}
    held = await house.pay(capture_method="manual", payment_method_options=options)
    path = f"/v1/payment_intents/{held['id']}"
    await house.made(path + "/increment_authorization", {"amount": 3000})
    await house.made(path + "/capture", {"amount_to_capture": 1500, "final_capture": True})
    assert (await house.post(path + "/capture")).code == "payment_intent_unexpected_state"
    empty = await house.made("/v1/payment_intents", {"amount": 2000, "currency": "usd", "shipping": {"name": "J"}})
    path = f"/v1/payment_intents/{empty['id']}"
    await house.made(path, {"description": "Tea", "receipt_email": None})
    declined = await house.say("POST", path + "/confirm", {"payment_method": "pm_card_visa_chargeDeclined"})
    assert (declined.status, declined.error["decline_code"]) == (402, "generic_decline")
    public, secret = house.account.publishable_test, {"client_secret": empty["client_secret"]}
    stolen = {"payment_method": "pm_card_visa_chargeDeclinedStolenCard", **secret}
    declined = await house.say("POST", path + "/confirm", stolen, key=public)
    assert declined.status == 402
    await house.seen(f"{path}?client_secret={empty['client_secret']}", key=public)
    challenged = await house.made(
        path + "/confirm", {"payment_method": "pm_card_threeDSecureRequired", **secret}, key=public
    )
    assert challenged["status"] == "requires_action"
    await house.made(path + "/cancel", {"cancellation_reason": "abandoned"})
    await house.seen("/v1/payment_intents?limit=3&expand[]=data.latest_charge")
    await house.seen(f"/v1/payment_intents?starting_after={paid['id']}")
    assert (await house.get("/v1/payment_intents?starting_after=pi_1")).code == "resource_missing"
    live = await house.say(
        "POST", "/v1/payment_intents", {"amount": 2000, "currency": "usd"}, key=house.account.secret_live
    )
    assert live.status == 200


async def charges(house: House) -> None:
    charge = (await house.pay())["latest_charge"]
    await house.made(f"/v1/charges/{charge}", {"description": "Tea", "fraud_details": {"user_report": "safe"}})
    await house.seen(f"/v1/charges/{charge}?expand[]=payment_intent&expand[]=balance_transaction")
    await house.seen("/v1/charges?limit=2&expand[]=data.payment_intent.customer")
    held = (await house.pay(capture_method="manual"))["latest_charge"]
    await house.made(f"/v1/charges/{held}/capture", {"amount": 1500})
    assert (await house.post(f"/v1/charges/{held}/capture")).status == 400


async def setups(house: House) -> None:
    customer = (await house.made("/v1/customers", {}))["id"]
    made = await house.made("/v1/setup_intents", {"customer": customer, "payment_method_types": ["card"]})
    path = f"/v1/setup_intents/{made['id']}"
    await house.made(path, {"metadata": {"order": "6735"}, "description": None})
    declined = await house.say("POST", path + "/confirm", {"payment_method": "pm_card_visa_chargeDeclined"})
    assert declined.status == 402
    public, secret = house.account.publishable_test, made["client_secret"]
    await house.seen(f"{path}?client_secret={secret}", key=public)
    await house.made(path + "/confirm", {"payment_method": "pm_card_visa"})
    await house.seen(path + "?expand[]=latest_attempt&expand[]=payment_method")
    await house.seen("/v1/setup_intents?limit=1&expand[]=data.customer")
    await house.seen(f"/v1/setup_attempts?setup_intent={made['id']}")
    other = await house.made("/v1/setup_intents", {"usage": "on_session"})
    await house.made(f"/v1/setup_intents/{other['id']}/cancel", {"cancellation_reason": "duplicate"})


async def refunds(house: House) -> None:
    charge = (await house.pay())["latest_charge"]
    made = await house.made("/v1/refunds", {"charge": charge, "amount": 500, "reason": "requested_by_customer"})
    await house.made(f"/v1/refunds/{made['id']}", {"metadata": {"order": "6735"}})
    await house.seen(f"/v1/refunds/{made['id']}?expand[]=charge&expand[]=payment_intent&expand[]=balance_transaction")
    await house.seen(f"/v1/refunds?charge={charge}&expand[]=data.charge")
    assert (await house.post("/v1/refunds", {"charge": charge, "amount": 5000})).code == "refund_exceeds_charge"
    assert (await house.post(f"/v1/refunds/{made['id']}/cancel")).code == "refund_unexpected_state"
    await pending_refund(house)


async def pending_refund(house: House) -> None:
    """Cancel one that waits for funds: everything was paid out before the payer asked for their money."""
    charge = (await house.pay("pm_card_bypassPending", amount=20_000))["latest_charge"]
    await house.pass_time(1)
    available = (await house.seen("/v1/balance"))["available"][0]["amount"]
    await house.made("/v1/payouts", {"amount": available, "currency": "usd"})
    waiting = await house.made("/v1/refunds", {"charge": charge})
    assert (waiting["status"], waiting["pending_reason"]) == ("pending", "insufficient_funds")
    await house.made(f"/v1/refunds/{waiting['id']}/cancel")


async def disputes(house: House) -> None:
    await house.pay("pm_card_createDispute")
    await house.pay("pm_card_createDispute")
    await house.pass_time(60)
    first, second = (await house.seen("/v1/disputes?expand[]=data.charge"))["data"][:2]
    answer = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    await house.made(f"/v1/disputes/{first['id']}", answer)
    await house.seen(f"/v1/disputes/{first['id']}?expand[]=charge&expand[]=payment_intent")
    await house.made(f"/v1/disputes/{second['id']}/close")
    assert (await house.post(f"/v1/disputes/{second['id']}/close")).code == "dispute_unexpected_state"
    assert (await house.post("/v1/refunds", {"charge": second["charge"]})).status == 400
    await house.pass_time(10 * DAY)
    assert (await house.seen(f"/v1/disputes/{first['id']}"))["status"] == "won"


async def payouts(house: House) -> None:
    await house.pay("pm_card_bypassPending", amount=50_000)
    await house.pass_time(1)
    made = await house.made("/v1/payouts", {"amount": 1000, "currency": "usd", "statement_descriptor": "TEA"})
    await house.made(f"/v1/payouts/{made['id']}", {"metadata": {"month": "11"}})
    await house.seen(f"/v1/payouts/{made['id']}?expand[]=balance_transaction.source")
    await house.seen("/v1/payouts?status=pending&expand[]=data.balance_transaction")
    await house.made(f"/v1/payouts/{made['id']}/cancel")
    assert (await house.post("/v1/payouts", {"amount": 10**9, "currency": "usd"})).code == "balance_insufficient"
    await house.made("/v1/payouts", {"amount": 1000, "currency": "usd", "destination": "ba_test_no_account"})
    await house.pass_time(10 * DAY)
    await house.seen("/v1/payouts?status=failed&expand[]=data.failure_balance_transaction")


async def endpoints(house: House) -> None:
    given = {
        "url": "http://127.0.0.1:1/hooks",
        "enabled_events": ["payment_intent.succeeded", "refund.*"],
        "api_version": "2018-11-08",
        "description": "The till",
        "headers": {"X-Shop-Token": "open sesame"},
        "metadata": {"team": "tea"},
        "payload": "thin",
        "rate_limit": 50,
        "timeout": 1,
    }
    made = await house.made("/v1/webhook_endpoints", given)
    assert made["secret"].startswith("whsec_")
    path = f"/v1/webhook_endpoints/{made['id']}"
    await house.made(path, {"headers": {"X-Shop-Token": None}, "rate_limit": None, "api_version": None})
    await house.made(path + "/disable")
    await house.pay()
    assert (await house.seen(path))["health"]["held"] == 1
    await house.made(path + "/enable", {"replay_held": True})
    await house.made(path + "/roll_secret", {"expires_in": 0})
    assert (await house.made(path + "/test"))["passed"] is False
    await house.seen("/v1/webhook_endpoints?limit=2")
    assert (await house.say("POST", path, {"enabled_events": ["tea.*"]})).code == "event_type_unknown"
    assert (await house.say("POST", path, {"headers": {"Host": "x"}})).code == "webhook_header_invalid"
    assert (await house.say("POST", path, {"url": "ftp://x"})).code == "url_invalid"
    await house.call("DELETE", path)
    assert (await house.get(path)).code == "resource_missing"


async def event_types(house: House) -> None:
    for listed in (await house.seen("/v1/event_types"))["data"]:
        await house.seen(f"/v1/event_types/{listed['id']}")
    assert (await house.get("/v1/event_types/payment_intent.paid")).code == "resource_missing"
    given = {"url": "https://shop.example.com/hooks", "enabled_events": ["payout.paid"]}
    path = f"/v1/webhook_endpoints/{(await house.made('/v1/webhook_endpoints', given))['id']}/send_test_event"
    await house.made(path)
    sent = await house.made(path, {"type": "charge.dispute.closed"})
    await house.seen(f"/v1/events/{sent['id']}")
    assert (await house.post(path, {"type": "refund.*"})).code == "event_type_unknown"


async def deliveries(house: House) -> None:
    customer = (await house.made("/v1/customers", {}))["id"]
    tried = await refused(house, customer)
    assert (tried["status"], tried["error"]["code"]) == ("failed", "webhook_connection_error")
    endpoint, event, delivery = (tried[name] for name in ("webhook_endpoint", "event", "delivery"))
    everything = "expand[]=event&expand[]=webhook_endpoint&expand[]=delivery.event"
    await house.seen(f"/v1/webhook_attempts/{tried['id']}?{everything}")
    for query in (f"delivery={delivery}", f"related_object={customer}", "status=failed&error=webhook_connection_error"):
        assert (await house.seen(f"/v1/webhook_attempts?{query}&expand[]=data.event"))["data"]
    assert (await house.seen("/v1/webhook_deliveries?status=pending&limit=2&expand[]=data.webhook_endpoint"))["data"]
    again = await house.made(f"/v1/webhook_deliveries/{delivery}/resend")
    assert (again["cause"], again["last_error"]["code"]) == ("resend", "webhook_connection_error")
    assert len((await house.made(f"/v1/events/{event}/resend"))["data"]) == 1
    assert len((await house.made(f"/v1/events/{event}/resend", {"webhook_endpoint": endpoint}))["data"]) == 1
    wanted = {"webhook_endpoint": endpoint, "states": ["exhausted", "missing"], "types": ["customer.*"], "rate": 100}
    counted = await house.made("/v1/webhook_replays", {**wanted, "created": {"gte": 0}, "dry_run": True})
    assert counted["total"] > 0
    assert (await house.say("POST", "/v1/webhook_replays", wanted)).code == "parameter_missing"
    begun = await house.made("/v1/webhook_replays", {**wanted, "created": {"gte": 0}, "expand": ["webhook_endpoint"]})
    await house.pass_time(1)
    await house.seen(f"/v1/webhook_deliveries/{delivery}?expand[]=replay&expand[]=event")
    path = f"/v1/webhook_replays/{begun['id']}"
    assert (await house.seen(path))["progress"]["scheduled"] == counted["total"]
    assert (await house.made(path + "/cancel"))["status"] == "canceling"
    await house.seen(f"/v1/webhook_replays?webhook_endpoint={endpoint}&expand[]=data.webhook_endpoint")
    await house.made(f"/v1/webhook_endpoints/{endpoint}/disable")
    for path in (f"/v1/webhook_deliveries/{delivery}/resend", f"/v1/events/{event}/resend"):
        assert (await house.post(path)).status == 400


async def books_and_logs(house: House) -> None:
    await house.seen("/v1/balance")
    for path in ("/v1/balance_transactions", "/v1/balance/history"):
        first = (await house.seen(path + "?limit=100&expand[]=data.source"))["data"][0]
        await house.seen(f"{path}/{first['id']}?expand[]=source")
    event = (await house.seen("/v1/events?limit=100"))["data"][0]
    await house.seen(f"/v1/events/{event['id']}")
    await house.server.request_log.flush_now(house.server.db)
    logged = (await house.seen("/v1/request_logs?limit=100"))["data"]
    await house.seen(f"/v1/request_logs/{logged[0]['id']}")
    declines = await house.seen("/v1/request_logs?error_code=card_declined")
    assert declines["data"]


TOUR: Final = (
    account_and_keys,
    customers,
    payment_methods,
    payments,
    charges,
    setups,
    refunds,
    disputes,
    payouts,
    endpoints,
    deliveries,
    event_types,
    books_and_logs,
)


async def test_every_operation_does_what_the_document_says(any_house: House) -> None:
    any_house.agreement.seen.clear()
    for part in TOUR:
        await part(any_house)
    done = {seen.operation for seen in any_house.agreement.seen if seen.status == 200}
    assert sorted(any_house.agreement.operations - done) == []


async def test_every_method_of_every_place(house: House) -> None:
    """HEAD goes with GET, OPTIONS with everything; what else is not told is refused, by a reply that is told."""
    for path, operations in house.agreement.document["paths"].items():
        where = path.replace("{", "").replace("}", "")
        allowed = {name.upper() for name in operations} | {"OPTIONS"} | ({"HEAD"} if "get" in operations else set())
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            got = await house.call(method, where)
            if method in allowed:
                assert got.status != 405, (method, path)
            else:
                assert got.status == 405, (method, path)
                assert set(got.headers["allow"].split(", ")) == allowed


def test_the_document_knows_only_codes_of_the_table(agreement: Any) -> None:
    shared = agreement.document["components"]["examples"]
    assert set(shared) <= set(Code)
    for code, example in shared.items():
        assert example["value"]["error"]["type"] == RULES[Code(code)].type
