"""What may be repeated of a text, and what not."""

from __future__ import annotations

import pytest

from finsecure_server.core.disclosure import disclosed

KEY = "0123456789abcdefghjkmnpqrstv0123456789ab"
INTENT = "01k0wre1wyabcdefghjkmnpqrstv"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("an order of 2026-11-22", "an order of 2026-11-22"),
        ("4242 4242 4242 4242", "[card ending 4242]"),
        (f"No such customer: 'sk_test_{KEY}'", "No such customer: 'sk_test_****'"),
        (f"sk_live_{KEY} rk_live_{KEY}", "sk_live_**** rk_live_****"),
        (f"/v1/customers/rk_test_{KEY[:5]}/x", "/v1/customers/rk_test_****/x"),
        (f"pk_test_{KEY}", f"pk_test_{KEY}"),  # is meant to be seen
        (f"pi_{INTENT}_secret_{KEY}", f"pi_{INTENT}_secret_****"),
        (f"client_secret=seti_{INTENT}_secret_{KEY}&a=b", f"client_secret=seti_{INTENT}_secret_****&a=b"),
        (f"pi_{INTENT}", f"pi_{INTENT}"),
        ("wrong secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/8=.", "wrong secret: whsec_****."),
        ('{"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La"}', '{"secret":"whsec_****"}'),
        ("task_test_1 and my_secret_plan", "task_test_1 and my_secret_plan"),
    ],
)
def test_disclosed(text: str, shown: str) -> None:
    assert disclosed(text) == shown
