"""What brings each type of event about: real calls in test mode, in the order in which a merchant would make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from finsecure import errors
from finsecure.cli import cards_by_word
from finsecure.cli.session import Session
from finsecure.cli.show import summary

_SEND: Final = "finsecure webhooks send-test-event we_… --type "
#: Types that no call brings about: why, and what to do instead.
IMPOSSIBLE: Final = {
    "webhook_endpoint.failing": f"It takes days of failures. Send one made up: {_SEND}webhook_endpoint.failing",
    "webhook_endpoint.recovered": f"It takes days of failures. Send one made up: {_SEND}webhook_endpoint.recovered",
    "webhook_endpoint.test": "Only a test of an endpoint sends it: finsecure webhooks send-test-event we_…",
}
DAY: Final = 86_400


class Stage:
    """Makes the calls of a story and says each."""

    def __init__(self, session: Session, given: Mapping[str, Any]) -> None:
        """`given`: amount, currency, card, decline, overrides (`-d`)."""
        self.session = session
        self.given = given
        self.made: list[str] = []  # ids of the objects, in order
        self.calls: list[dict[str, Any]] = []

    def post(self, path: str, **params: Any) -> dict[str, Any]:
        """One call. A decline is an outcome: then it is the object that the error shows."""
        return self._call("POST", path, params)

    def delete(self, path: str) -> dict[str, Any]:
        """One call."""
        return self._call("DELETE", path, {})

    def _call(self, method: str, path: str, params: dict[str, Any]) -> dict[str, Any]:
        try:
            data = self.session.call(method, path, params).data
            outcome = summary(data)
        except errors.CardError as error:
            data = error.error.get("payment_intent") or error.error.get("setup_intent") or {}
            outcome = f"declined: {error.decline_code or error.code}, {data.get('id', '')}"
        if isinstance(data.get("id"), str):
            self.made.append(data["id"])
        for name in ("latest_charge", "charge"):
            if isinstance(data.get(name), str):
                self.made.append(data[name])
        self.calls.append({"method": method, "path": path, "params": params, "id": data.get("id")})
        self.session.out.note(f"{self.session.out.notes.dim(f'{method} {path}')}  {outcome}")
        return data

    def pay(self, card: str = "pm_card_visa", *, amount: int = 2000, **more: Any) -> dict[str, Any]:
        """A payment: of `--amount` and `--currency`, with `--card` in place of the story's, and what `-d` adds."""
        params = {
            "amount": self.given["amount"] or amount,
            "currency": self.given["currency"],
            "payment_method": cards_by_word.card(self.given["card"]) if self.given["card"] else card,
            "confirm": "true",
            **more,
            **self.given["overrides"],
        }
        return self.post("/v1/payment_intents", **params)

    def customer(self) -> dict[str, Any]:
        """A customer."""
        return self.post("/v1/customers", email="ann@example.com", name="Ann Example", **self.given["overrides"])

    def saved(self) -> tuple[str, str]:
        """(customer, payment method) of a card that is saved."""
        who = self.post("/v1/customers", email="ann@example.com", name="Ann Example")["id"]
        method = self.post("/v1/payment_methods/pm_card_visa/attach", customer=who)["id"]
        return who, method

    def setup(self, card: str | None = None) -> dict[str, Any]:
        """A setup intent; with a card confirmed."""
        paying = {"payment_method": card, "confirm": "true"} if card else {}
        return self.post("/v1/setup_intents", **paying, **self.given["overrides"])

    def refund(self, card: str = "pm_card_visa") -> dict[str, Any]:
        """A payment, given back."""
        paid = self.pay(card)
        return self.post("/v1/refunds", payment_intent=paid["id"])

    def payout(self, **more: Any) -> dict[str, Any]:
        """Funds that are available at once, beyond what the account owes, and a payout of a part of them."""
        amount, currency = self.given["amount"] or 2000, self.given["currency"]
        debt = self._balance("debt")
        self.post(
            "/v1/payment_intents",
            amount=2 * (amount + debt),
            currency=currency,
            payment_method="pm_card_bypassPending",
            confirm="true",
        )
        # A moment later: a job of the server's releases the funds.
        self.given["wait"](lambda: self._balance("available") >= amount)
        return self.post("/v1/payouts", amount=amount, currency=currency, **more)

    def _balance(self, part: str) -> int:
        """What the account has, or owes, in the currency of the story: `available` or `debt`, in minor units."""
        rows = self.session.get("/v1/balance")[part]
        return sum(row["amount"] for row in rows if row["currency"] == self.given["currency"])

    def endpoint(self) -> str:
        """A webhook endpoint that hears of nothing that happens by itself; its id."""
        url = "https://example.com/finsecure-trigger"
        found = self.post(
            "/v1/webhook_endpoints", url=url, enabled_events=["webhook_endpoint.test"], description="finsecure trigger"
        )
        return str(found["id"])

    def dispute(self) -> str:
        """A payment that is contested at once; the id of the dispute when it is there."""
        paid = self.pay("pm_card_createDispute")
        return self.wait_for("/v1/disputes", payment_intent=paid["id"])

    def wait_for(self, path: str, **params: Any) -> str:
        """The id of the first object of a list, as soon as there is one."""
        found = self.given["wait"](lambda: self.session.get(path, **params, limit=1)["data"])
        if not found:
            raise errors.APIError(
                f"Nothing came to be at {path}.", next_steps=("Does the worker run? finsecure status says.",)
            )
        self.made.append(found[0]["id"])
        return str(found[0]["id"])


Story = Callable[[Stage], object]


def _held(stage: Stage) -> str:
    return str(stage.pay(capture_method="manual")["id"])


def _capture(stage: Stage) -> object:
    return stage.post(f"/v1/payment_intents/{_held(stage)}/capture")


def _declined(stage: Stage) -> object:
    return stage.pay(cards_by_word.card(stage.given["decline"] or "generic_decline"))


def _cancel(stage: Stage) -> object:
    return stage.post(f"/v1/payment_intents/{_held(stage)}/cancel")


def _answer(stage: Stage) -> object:
    path = f"/v1/disputes/{stage.dispute()}"
    return stage.post(path, **{"evidence[uncategorized_text]": "winning_evidence", "submit": "true"})


def _advance(days: int, first: Story) -> Story:
    """A story whose end comes after days: the clock of test mode is moved on, for the whole account."""

    def story(stage: Stage) -> object:
        first(stage)
        return stage.post("/v1/test_helpers/clock/advance", by=days * DAY)

    return story


def _changed(path: Callable[[Stage], str], **params: Any) -> Story:
    return lambda stage: stage.post(path(stage), **params)


_NOTED: Final = {"metadata[trigger]": "finsecure"}


def _of_endpoint(verb: str) -> Story:
    def story(stage: Stage) -> object:
        path = f"/v1/webhook_endpoints/{stage.endpoint()}"
        if verb == "updated":
            stage.post(path, description="finsecure trigger, updated")
        if verb in {"disabled", "enabled"}:
            stage.post(f"{path}/disable")
        if verb == "enabled":
            stage.post(f"{path}/enable")
        return stage.delete(path)

    return story


STORIES: Final[dict[str, Story]] = {
    "payment_intent.created": lambda stage: stage.pay(confirm="false"),
    "payment_intent.processing": lambda stage: stage.pay("pm_card_lostReplyApproved"),
    "payment_intent.requires_action": lambda stage: stage.pay("pm_card_threeDSecure2Required"),
    "payment_intent.amount_capturable_updated": _held,
    "payment_intent.succeeded": lambda stage: stage.pay(),
    "payment_intent.payment_failed": _declined,
    "payment_intent.canceled": _cancel,
    "charge.succeeded": lambda stage: stage.pay(),
    "charge.failed": _declined,
    "charge.captured": _capture,
    "charge.expired": _advance(8, _held),
    "charge.refunded": lambda stage: stage.refund(),
    "charge.updated": _changed(lambda stage: f"/v1/charges/{stage.pay()['latest_charge']}", **_NOTED),
    "charge.dispute.created": lambda stage: stage.dispute(),
    "charge.dispute.updated": _answer,
    "charge.dispute.funds_withdrawn": lambda stage: stage.dispute(),
    "charge.dispute.funds_reinstated": _answer,
    "charge.dispute.closed": lambda stage: stage.post(f"/v1/disputes/{stage.dispute()}/close"),
    "refund.created": lambda stage: stage.refund(),
    "refund.updated": _changed(lambda stage: f"/v1/refunds/{stage.refund()['id']}", **_NOTED),
    "refund.failed": lambda stage: stage.refund("pm_card_refundFail"),
    "payout.created": lambda stage: stage.payout(),
    "payout.updated": _changed(lambda stage: f"/v1/payouts/{stage.payout()['id']}", **_NOTED),
    "payout.paid": lambda stage: stage.payout(destination="ba_test_paid"),
    "payout.failed": lambda stage: stage.payout(destination="ba_test_no_account"),
    "payout.canceled": _changed(lambda stage: f"/v1/payouts/{stage.payout()['id']}/cancel"),
    "setup_intent.created": lambda stage: stage.setup(),
    "setup_intent.requires_action": lambda stage: stage.setup("pm_card_authenticationRequiredOnSetup"),
    "setup_intent.succeeded": lambda stage: stage.setup("pm_card_visa"),
    "setup_intent.setup_failed": lambda stage: stage.setup("pm_card_chargeDeclined"),
    "setup_intent.canceled": _changed(lambda stage: f"/v1/setup_intents/{stage.setup()['id']}/cancel"),
    "customer.created": lambda stage: stage.customer(),
    "customer.updated": _changed(lambda stage: f"/v1/customers/{stage.customer()['id']}", **_NOTED),
    "customer.deleted": lambda stage: stage.delete(f"/v1/customers/{stage.customer()['id']}"),
    "payment_method.attached": lambda stage: stage.saved(),
    "payment_method.updated": _changed(lambda stage: f"/v1/payment_methods/{stage.saved()[1]}", **_NOTED),
    "payment_method.detached": _changed(lambda stage: f"/v1/payment_methods/{stage.saved()[1]}/detach"),
    "balance.available": _advance(3, lambda stage: stage.pay()),
    "radar.early_fraud_warning.created": lambda stage: stage.pay("pm_card_createIssuerFraudRecord"),
    **{
        f"webhook_endpoint.{verb}": _of_endpoint(verb)
        for verb in ("created", "updated", "deleted", "enabled", "disabled")
    },
}
#: Stories that move the clock of the account's test mode.
MOVES_THE_CLOCK: Final = frozenset({"charge.expired", "balance.available"})
