"""What a caller gave: the parameters that payment intents and setup intents share, checked."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from finsecure_server.core import web_address
from finsecure_server.core.env import Env
from finsecure_server.core.errors import Code, Refused
from finsecure_server.payment_methods import ops as method_ops
from finsecure_server.payment_methods import store as payment_methods
from finsecure_server.payment_methods.method import Method
from finsecure_server.payment_methods.types import PaymentMethodData
from finsecure_server.payments.types import AutomaticPaymentMethods, PaymentIntent
from finsecure_server.processors.script import parse_script
from finsecure_server.storage.database import Tx
from finsecure_server.web.params import merged

METHOD_TYPES: Final = ("card", "us_bank_account")
SIMULATE: Final = "simulate"  # the key of metadata that tells the simulator what to answer


def given(value: Any) -> Any:
    """The value, or None for what was left out or left empty."""
    return None if value is UNSET or value == "" else value


def metadata(env: Env, old: dict[str, str], change: dict[str, str | None] | None | UnsetType) -> dict[str, str]:
    """Metadata after a change. Raises simulation_invalid, so that a script with a mistake is never kept."""
    new = merged(old, change)
    if change is not UNSET and not env.livemode and (script := new.get(SIMULATE)):
        parse_script(script)
    return new


def return_url(address: str | UnsetType, *, confirm: bool = True) -> str | None:
    """Where the payer goes after authenticating. Raises url_invalid; parameters_exclusive if nothing is confirmed."""
    if isinstance(address, UnsetType) or not address:
        return None
    web_address.check(address, "return_url")
    if not confirm:
        raise Refused(Code.PARAMETERS_EXCLUSIVE, "return_url needs confirm=true.", param="return_url")
    return address


def method(
    tx: Tx,
    env: Env,
    method_id: str | None | UnsetType,
    data: PaymentMethodData | UnsetType,
    customer: str | None,
) -> Method | None:
    """The payment method that the call names or brings along, if it is one that this customer may use."""
    if isinstance(data, PaymentMethodData):
        if isinstance(method_id, str):
            raise Refused(
                Code.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these: payment_method, payment_method_data.",
                param="payment_method_data",
            )
        return method_ops.create_inline(tx, env, data, "payment_method_data")
    return usable(tx, env, method_id, customer) if isinstance(method_id, str) else None


def usable(tx: Tx, env: Env, method_id: str, customer: str | None) -> Method:
    """A payment method that this customer may use. It may have been detached since it was named."""
    found = payment_methods.find(tx, env, method_id, "payment_method")
    method_ops.check_usable(found, customer, "payment_method")
    return found


def still_usable(tx: Tx, env: Env, intent: PaymentIntent) -> bool:
    """Whether the intent's customer, who may be another one now, may pay with the payment method that it has."""
    if intent.payment_method is None:
        return True
    owner = payment_methods.find(tx, env, intent.payment_method, "payment_method").wire.customer
    return owner is None or owner == intent.customer


def types(names: list[str] | UnsetType) -> list[str]:
    """Types of payment methods, each once."""
    wanted = [] if isinstance(names, UnsetType) else list(dict.fromkeys(names))
    for position, name in enumerate(wanted):
        if name not in METHOD_TYPES:
            raise Refused(
                Code.PARAMETER_INVALID_ENUM,
                f"The payment method type `{name[:60]}` is invalid. Known types: {', '.join(METHOD_TYPES)}.",
                param=f"payment_method_types[{position}]",
            )
    return wanted


def automatic(wanted: AutomaticPaymentMethods | UnsetType, method_types: list[str]) -> AutomaticPaymentMethods | None:
    """Whether the platform chooses the types; it does where the caller chose none."""
    if isinstance(wanted, AutomaticPaymentMethods):
        if method_types and wanted.enabled:
            raise Refused(
                Code.PARAMETERS_EXCLUSIVE,
                "You may only specify one of these: automatic_payment_methods, payment_method_types.",
                param="automatic_payment_methods",
            )
        return wanted if wanted.enabled else None
    return None if method_types else AutomaticPaymentMethods(enabled=True)


def options(old: dict[str, Any], wanted: Struct | UnsetType) -> dict[str, Any]:
    """Options by type of payment method, after a change. A security code among them lives in memory only."""
    if isinstance(wanted, UnsetType):
        return old
    new: dict[str, Any] = msgspec.to_builtins(wanted)
    for by_type in new.values():
        by_type.pop("cvc", None)
    return old | {name: old.get(name, {}) | value for name, value in new.items()}


def cvc(data: PaymentMethodData | UnsetType, wanted: Any = UNSET) -> bool:
    """Whether a security code came with this very call: with the card, or in its options."""
    inline = (
        not isinstance(data, UnsetType)
        and not isinstance(data.card, UnsetType)
        and isinstance(getattr(data.card, "cvc", UNSET), str)
    )
    card = UNSET if isinstance(wanted, UnsetType) else wanted.card
    return inline or isinstance(getattr(card, "cvc", UNSET), str)


def check_type(found: Method, method_types: list[str], automatic_types: AutomaticPaymentMethods | None) -> None:
    """Whether the intent can be confirmed with it. Only cards can, until there is a rail for bank accounts."""
    if found.wire.type not in method_types and automatic_types is None:
        raise Refused(
            Code.PAYMENT_INTENT_INCOMPATIBLE_PAYMENT_METHOD,
            f"The payment method type `{found.wire.type}` is not one of this intent's payment_method_types.",
            param="payment_method",
        )
    if found.wire.type != "card":
        raise Refused(Code.PAYMENT_METHOD_UNSUPPORTED_TYPE, param="payment_method")
