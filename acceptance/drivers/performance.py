"""The performance monitor, whose own example calls the SDK as `finsecure`; `python -m … BLOCK`."""

from __future__ import annotations

import sys
from typing import Any

import finsecure
from acceptance.drivers import api, block
from acceptance.drivers.checks import expect

names = block.run(sys.argv[1], finsecure=finsecure)
expect("the example's payment was made", names["success"])
intent = api.call("GET", f"/v1/payment_intents/{names['result'].id}")
expect("FinSecure has it", (intent["amount"], intent["currency"]), (2000, "usd"))
expect("it took time", names["duration"] > 0)
expect("the summary has it", (names["summary"]["total_calls"], names["summary"]["success_rate"]), (1, 1.0))


def decline() -> Any:
    return finsecure.PaymentIntent.create(amount=2000, currency="usd", payment_method=api.INSUFFICIENT, confirm=True)


monitor = names["monitor"]
expect("a decline is measured as a failure", monitor.measure_api_call("decline", decline)[2], wanted=False)
expect("over all endpoints half succeeded", monitor.get_performance_summary()["success_rate"], 0.5)
expect("an endpoint that was not called has no summary", monitor.get_performance_summary("other"), None)
