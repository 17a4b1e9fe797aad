"""What a type checker must refuse: each line ends with what mypy calls the mistake. The test counts them."""

from __future__ import annotations

import finsecure

client = finsecure.Client("sk_test_1")

client.payment_intents.create(amount=2000)  # error: call-overload
client.payment_intents.create(amount="2000", currency="usd")  # error: call-overload
client.payment_intents.create(amount=2000, curency="usd")  # error: call-overload
client.payment_intents.create({"amount": 2000})  # error: call-overload
client.payment_intents.confirm(payment_method="pm_card_visa")  # error: call-arg
client.payment_intents.retrieve(7)  # error: arg-type
_ = client.payment_intents.retrieve("pi_1").statuss  # error: attr-defined
client.payment_intents.retrieve("pi_1").amount + "x"  # error: operator
_ = client.payment_intent  # error: attr-defined
_ = client.customers.retrieve("cus_1").email  # error: union-attr
client.customers.update("cus_1", options={"timout": 1})  # error: arg-type
finsecure.Client("sk_test_1", tiemout=1)  # error: call-arg
