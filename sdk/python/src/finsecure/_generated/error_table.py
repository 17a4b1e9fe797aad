"""What to do about each error, where a reply does not say it.

Written by `python -m codegen` from contract/errors.json. Change that, not this.
"""
# fmt: off

from __future__ import annotations

CODES: dict[str, tuple[str, ...]] = {
    "api_key_missing": (
        "Send the key as 'Authorization: Bearer $FINSECURE_SECRET_KEY', or as the user name of Basic auth.",
        "Run finsecure doctor where your process runs: it says whether FINSECURE_SECRET_KEY is set there.",
    ),
    "invalid_api_key": (
        "Compare its last letters with finsecure keys list (by a key that works), or: finsecure-server keys create.",
        "Run finsecure doctor: it finds a cut-off copy, quotes or a line break in FINSECURE_SECRET_KEY.",
        "Check that the base address is the server that issued the key.",
    ),
    "api_key_expired": (
        "Make a new key: finsecure-server keys create on the server's host, or finsecure keys create with a key that works.",
        "Deploy the new key before the old one's end next time: rolling a key keeps both valid for a while.",
    ),
    "api_key_revoked": (
        "Make a new key: finsecure-server keys create on the server's host, or finsecure keys create with a key that works.",
        "If nobody of yours revoked it, look for calls to /v1/api_keys in finsecure logs list, and tell support.",
    ),
    "api_key_wrong_mode": (
        "Use sk_test_ keys in test mode and sk_live_ keys in live mode.",
        "Check which environment the variable FINSECURE_SECRET_KEY was set for.",
    ),
    "api_key_unexpected_state": (
        "Create a new key, or roll one that is active.",
    ),
    "secret_key_required": (
        "Make the call from your server with a key that begins with sk_test_ or sk_live_.",
        "Never put a secret key into a page or an app.",
    ),
    "insufficient_scope": (
        "Make a key with the scope that the message names: finsecure keys create --kind restricted --scopes SCOPE.",
        "Or make the call with a key that has it.",
    ),
    "client_secret_invalid": (
        "Send the client_secret that came with the object when your server created it.",
        "Fetch a fresh one with a secret key if it was lost.",
    ),
    "url_not_found": (
        "Check the path for a typing mistake; every route begins with /v1/ and is listed in /openapi.json.",
    ),
    "method_not_allowed": (
        "Use one of the methods in the reply's Allow header.",
    ),
    "version_unknown": (
        "Send one of the dates that the message lists, or leave the header out.",
        "Upgrade the server if your SDK is newer than it.",
    ),
    "resource_missing": (
        "Check the id, and that key and object are of the same account and the same mode.",
        "List the objects of that type with the same key.",
    ),
    "livemode_mismatch": (
        "Use the key of the mode in which the object was made: sk_test_ or sk_live_.",
        "Store with each id in which mode it was made: test and live data never meet.",
    ),
    "body_too_large": (
        "Send less in one call; metadata holds at most 50 short values.",
    ),
    "request_header_too_large": (
        "Send parameters of a long call in the body.",
        "Drop headers and cookies that the API does not need.",
    ),
    "content_type_unsupported": (
        "Send application/x-www-form-urlencoded or application/json, and say so in the Content-Type header.",
    ),
    "body_malformed": (
        "Check the place that the message names; text must be UTF-8.",
        "Let an SDK or a JSON library encode the body instead of building it by hand.",
    ),
    "body_and_form_both": (
        "Send all parameters of a POST in the body, in one encoding.",
    ),
    "parameter_missing": (
        "Add the parameter.",
        "Compare the call with its entry in /openapi.json.",
    ),
    "parameter_unknown": (
        "Correct its name, or leave it out.",
        "Compare the call with its entry in /openapi.json.",
    ),
    "parameter_duplicate": (
        "Send it once; write lists as name[0], name[1] or name[].",
    ),
    "parameters_exclusive": (
        "Send only one of the parameters that the message names.",
    ),
    "parameter_invalid_empty": (
        "Send a value, or leave the parameter out.",
    ),
    "parameter_invalid_integer": (
        "Send digits only: no decimal point, no exponent, no separators.",
        "Send amounts in the currency's minor unit: 2000 is $20.00 USD.",
    ),
    "parameter_invalid_string": (
        "Send it as a string without NUL and other control characters.",
    ),
    "parameter_invalid_boolean": (
        "Send true or false.",
    ),
    "parameter_invalid_enum": (
        "Send one of the values that the message lists.",
        "Compare the call with its entry in /openapi.json.",
    ),
    "parameter_invalid_object": (
        "Send its members as {param}[name]=value, or as a JSON object.",
    ),
    "parameter_invalid_array": (
        "Send it as {param}[0]=value, or as a JSON array.",
    ),
    "parameter_invalid_timestamp": (
        "Send seconds, not milliseconds and not a date.",
    ),
    "parameter_out_of_range": (
        "Send a value within the limits that the message names.",
    ),
    "parameter_too_long": (
        "Shorten it to the length that the message names.",
    ),
    "email_invalid": (
        "Send one address such as jenny@example.com, without a display name.",
    ),
    "url_invalid": (
        "Send an absolute address that begins with https://.",
    ),
    "metadata_too_many_keys": (
        "Remove keys by sending them empty, or keep the rest in your own database under the object's id.",
    ),
    "metadata_key_invalid": (
        "Rename the key.",
    ),
    "metadata_key_too_long": (
        "Shorten the key.",
    ),
    "metadata_value_too_long": (
        "Shorten the value, or keep it in your own database under the object's id.",
    ),
    "card_number_in_text": (
        "Send card numbers only in card[number] of POST /v1/payment_methods.",
        "Find where your system put the number into text, and erase it there too.",
    ),
    "expand_invalid": (
        "Expand fields that hold an id, at most four levels deep.",
        "Begin the path with data. when the call returns a list.",
    ),
    "idempotency_mismatch": (
        "Use a fresh Idempotency-Key for each new operation.",
        "Repeat the first request exactly if you only want its answer again.",
    ),
    "idempotency_key_in_use": (
        "Wait as long as Retry-After says, then send the same request with the same key to get its answer.",
        "Disable the pay button after the first click.",
    ),
    "idempotency_key_too_long": (
        "Use a random UUID.",
    ),
    "idempotency_key_empty": (
        "Fill it with a random UUID, or leave the header out.",
    ),
    "rate_limit": (
        "Wait as long as Retry-After says, then send the request again.",
        "Back off exponentially with jitter, and watch X-RateLimit-Remaining.",
        "Ask the operator to raise FINSECURE_RATE_LIMIT if this is your normal load.",
    ),
    "lock_timeout": (
        "Send the same request again with the same Idempotency-Key; it takes effect at most once.",
        "Change one object from one place at a time.",
    ),
    "overloaded": (
        "Wait as long as Retry-After says, then send the request again.",
        "See with finsecure status, or GET /health, whether it lasts.",
    ),
    "database_unavailable": (
        "Send the same request again with the same Idempotency-Key; it takes effect at most once.",
        "As operator, check free disk space and the database's own log.",
        "Run finsecure-server verify once it is back.",
    ),
    "deadline_exceeded": (
        "Send the same request again with the same Idempotency-Key; it takes effect at most once.",
        "Or retrieve the object first to see what became of it.",
    ),
    "internal_error": (
        "Retrieve the object to see what became of it, then try again with a new Idempotency-Key.",
        "If it stays, send the request id to support: it leads straight to the trace.",
    ),
    "processor_not_configured": (
        "Take live payments elsewhere for now: this version has no card network, and no setting adds one.",
        "Use an sk_test_ key to try things out: test mode simulates the card network.",
    ),
    "processor_unreachable": (
        "Try again in a minute: the same call, with the payment method and a new Idempotency-Key.",
        "Ask the processor whether it has an outage if it lasts.",
    ),
    "testmode_only": (
        "Use a key that begins with sk_test_.",
    ),
    "test_clock_backwards": (
        "Send a time after the clock's present one; GET the clock to see it.",
        "Make a new test account to begin at an earlier time.",
    ),
    "test_clock_too_far": (
        "Advance in smaller steps, as far as the message allows each time.",
    ),
    "simulation_invalid": (
        "Use a decline code or one of the words that the message lists; separate the steps of a sequence by commas.",
    ),
    "currency_unknown": (
        "Send a three-letter ISO 4217 code in lower case, for instance usd.",
    ),
    "amount_too_small": (
        "Send at least the minimum that the message names.",
        "Check the unit: amounts are in the currency's minor unit, and 2000 is $20.00 USD.",
    ),
    "amount_too_large": (
        "Check the unit: amounts are in the currency's minor unit, and 2000 is $20.00 USD.",
        "Divide a larger sum over several payments.",
    ),
    "invalid_charge_amount": (
        "Round it to the step that the message names, before you show it to the payer.",
    ),
    "balance_insufficient": (
        "Look at GET /v1/balance, and ask for at most what is available there.",
        "Wait until pending funds become available.",
    ),
    "card_declined": (
        "Read decline_code and follow its next steps.",
        "Ask the payer for another card or a bank transfer, and confirm the same intent with it.",
    ),
    "expired_card": (
        "Ask the payer for the new expiry date or another card.",
        "Confirm the same intent with it.",
    ),
    "incorrect_address": (
        "Ask the payer for the address on the card's statement, and confirm again.",
    ),
    "incorrect_cvc": (
        "Ask the payer for the security code again, and confirm the same intent with it.",
        "Ask the payer for another card or a bank transfer, and confirm the same intent with it.",
    ),
    "incorrect_number": (
        "Ask the payer to enter the number again.",
    ),
    "incorrect_zip": (
        "Ask the payer for the postal code on the card's statement, and confirm again.",
    ),
    "invalid_cvc": (
        "Ask the payer for all digits of the code: four on American Express, three on other cards.",
    ),
    "invalid_expiry_month": (
        "Send card[exp_month] as a number from 1 to 12.",
    ),
    "invalid_expiry_year": (
        "Send card[exp_year] with four digits, not in the past.",
    ),
    "invalid_number": (
        "Ask the payer to enter the number again.",
        "Send digits only, without masking characters.",
    ),
    "insufficient_funds": (
        "Offer to split the payment, or to pay from another account.",
        "Try again after the next payday.",
    ),
    "processing_error": (
        "Confirm the same intent again in a minute, with a new Idempotency-Key.",
        "Ask the payer for another card or a bank transfer, and confirm the same intent with it.",
    ),
    "authentication_required": (
        "Bring the payer back and confirm the intent while they are present; next_action leads to the bank.",
        "Save cards with a SetupIntent so that later payments need no confirmation.",
    ),
    "card_decline_rate_limit_exceeded": (
        "Wait until a day has passed since its first decline: before that no bank is asked.",
        "Ask the payer for another card or a bank transfer, and confirm the same intent with it.",
    ),
    "live_card_in_test_mode": (
        "Use a test card such as pm_card_visa in test mode.",
        "Use an sk_live_ key to take real payments.",
    ),
    "test_card_in_live_mode": (
        "Use a real card in live mode.",
        "Use an sk_test_ key to try things out.",
    ),
    "payment_method_unexpected_state": (
        "Retrieve it with GET /v1/payment_methods/{id}; one that was detached cannot be used again.",
        "Create a new payment method.",
    ),
    "payment_method_already_attached": (
        "Use it with that customer, or detach it first and create a new one.",
    ),
    "payment_method_customer_mismatch": (
        "Send the customer that the payment method is attached to.",
    ),
    "payment_method_unsupported_type": (
        "Send one of the types that the message names.",
    ),
    "account_number_invalid": (
        "Ask the payer for the account number as it stands on a check or in their bank's app.",
    ),
    "routing_number_invalid": (
        "Ask the payer for the routing number for electronic payments; a wire transfer may have another.",
    ),
    "payment_method_bank_account_already_verified": (
        "Go on and charge it: nothing more is needed.",
    ),
    "payment_method_bank_account_blocked": (
        "Retrieve the payment method and read why it is blocked.",
        "Ask the payer for another account or a card.",
    ),
    "bank_account_unverified": (
        "Send the payer to the verification page in next_action.",
    ),
    "bank_account_verification_failed": (
        "Ask the payer to compare the two deposits, or the code, with the account's statement.",
        "Start again with another account once all tries are used up.",
    ),
    "payment_intent_unexpected_state": (
        "Retrieve it with GET /v1/payment_intents/{id} and act on its status.",
        "Create a new intent for a new payment.",
    ),
    "payment_intent_authentication_failure": (
        "Let the payer try again with the same card, or use another one.",
    ),
    "payment_intent_incompatible_payment_method": (
        "Use a payment method of a type in the intent's payment_method_types, which can pay in its currency.",
    ),
    "payment_intent_payment_attempt_failed": (
        "Read last_payment_error on the intent: it says why.",
        "Ask the payer for another card or a bank transfer, and confirm the same intent with it.",
    ),
    "payment_intent_rate_limit_exceeded": (
        "Make a new payment intent, and pay with another card: waiting changes nothing.",
        "Confirm an intent only when the payer has changed something, or as next_steps of the decline allow.",
    ),
    "increment_not_allowed": (
        "Use capture_method=manual, and raise the amount while the status is requires_capture.",
        "Take the difference with a second payment intent.",
    ),
    "increment_limit_exceeded": (
        "Capture what is authorized, and take the rest with a second payment intent.",
    ),
    "setup_intent_unexpected_state": (
        "Retrieve it with GET /v1/setup_intents/{id} and act on its status.",
    ),
    "setup_intent_authentication_failure": (
        "Let the payer try again with the same card, or use another one.",
    ),
    "challenge_closed": (
        "Retrieve the intent to see what became of it.",
        "Confirm it again to begin a new authentication.",
    ),
    "capture_exceeds_authorized": (
        "Capture at most amount_capturable.",
        "Raise the authorization first if the order grew.",
    ),
    "capture_charge_authorization_expired": (
        "Create a new payment intent and ask the payer again.",
        "Capture before capture_before, which the charge shows.",
    ),
    "charge_already_captured": (
        "Retrieve the charge and look at amount_captured, amount_refunded and disputed.",
        "Nothing more is needed if the whole order was captured.",
    ),
    "charge_expired_for_capture": (
        "Create a new payment intent and ask the payer again.",
    ),
    "charge_already_refunded": (
        "List its refunds with GET /v1/refunds?charge={id}.",
    ),
    "charge_not_refundable": (
        "Cancel the payment intent instead if it is only authorized.",
        "Retrieve the charge and look at amount_captured, amount_refunded and disputed.",
    ),
    "charge_disputed": (
        "Answer the dispute with finsecure disputes update, or accept it with finsecure disputes close.",
        "If you win the dispute, the money comes back to you, and a refund is possible again.",
    ),
    "refund_disputed_payment": (
        "Do not refund besides, by any other way either: the payer would be paid twice.",
        "See with GET /v1/disputes?charge={id} what was taken, and when.",
    ),
    "refund_exceeds_charge": (
        "Refund at most amount_captured less amount_refunded, or leave amount out to refund the rest.",
        "List earlier refunds with GET /v1/refunds?charge={id}.",
    ),
    "refund_unexpected_state": (
        "Retrieve it with GET /v1/refunds/{id}; only a pending refund can be canceled.",
    ),
    "dispute_unexpected_state": (
        "Retrieve it with GET /v1/disputes/{id}; a closed one stays closed.",
    ),
    "dispute_evidence_overdue": (
        "Wait for the bank's decision; a dispute event announces it.",
        "Send evidence before evidence_details.due_by next time.",
    ),
    "payout_amount_invalid": (
        "Round it down to the step that the message names; the rest stays in the balance.",
    ),
    "payout_unexpected_state": (
        "Retrieve it with GET /v1/payouts/{id}; only a pending payout can be canceled.",
    ),
    "event_type_unknown": (
        "Use a type of the list in the documentation, for instance payment_intent.succeeded.",
        "End a family with .* to name all of it, for instance charge.dispute.*, or send * for everything.",
    ),
    "event_without_endpoint": (
        "Create an endpoint whose enabled_events cover the event's type, or enable one that is disabled.",
        "Or name an endpoint with webhook_endpoint: it gets the event whatever its filter.",
    ),
    "webhook_endpoint_limit": (
        "Delete endpoints that are no longer needed; disabled ones count too.",
        "Let one endpoint hear of more: enabled_events takes families such as refund.*, and * for everything.",
    ),
    "webhook_header_invalid": (
        "Name it like X-Shop-Token, and give it a value of visible ASCII characters.",
        "Leave out what FinSecure sets itself: host, user-agent, content-*, webhook-* and finsecure-*.",
    ),
    "webhook_secret_limit": (
        "Wait until one of them ends: the endpoint's `secrets` say when.",
        "Or roll with expires_in 0: all secrets before the new one end at once.",
    ),
    "webhook_endpoint_unexpected_state": (
        "Enable it with POST /v1/webhook_endpoints/{id}/enable; what was held meanwhile can be replayed.",
        "Create a new endpoint in place of one that was deleted.",
    ),
    "webhook_replay_unexpected_state": (
        "Retrieve it with GET /v1/webhook_replays/{id}; only a running replay can be canceled.",
    ),
}

DECLINES: dict[str, tuple[str, ...]] = {
    "authentication_required": (
        "Confirm the intent while the payer is present, and follow next_action to their bank.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "authentication_not_handled": (
        "Confirm the intent while the payer is present, and follow next_action to their bank.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "approve_with_id": (
        "Try the same card again after 1 minute, once at most.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "call_issuer": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
        "Try the same card again after 1 day, once at most.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "card_not_supported": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "card_velocity_exceeded": (
        "Offer to split the payment over several cards.",
        "Offer to pay by bank transfer instead.",
        "Try the same card again after 1 day, twice at most.",
    ),
    "currency_not_supported": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "do_not_honor": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
        "Try the same card again after 3 days, twice at most.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "do_not_try_again": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "duplicate_transaction": (
        "Look for an earlier charge of the same amount to this card: it may be paid already.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "expired_card": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "fraudulent": (
        "Hold the order, and take no other payment from this payer until it is reviewed.",
        "Have a person look at the payment: finsecure explain pi_… shows what is known of it.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "generic_decline": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
        "Try the same card again after 3 days, twice at most.",
    ),
    "incorrect_address": (
        "Ask the payer to correct the billing address, and confirm the same intent again.",
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "incorrect_cvc": (
        "Ask the payer for the security code again, 3 times at most.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "incorrect_number": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "incorrect_pin": (
        "Let the payer insert the card, and follow what the terminal asks for.",
    ),
    "incorrect_zip": (
        "Ask the payer to correct the billing address, and confirm the same intent again.",
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "insufficient_funds": (
        "Offer to split the payment over several cards.",
        "Offer to pay by bank transfer instead.",
        "Try the same card again after 2 days, 4 times at most.",
    ),
    "invalid_account": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "invalid_amount": (
        "Offer to split the payment over several cards.",
        "Offer to pay by bank transfer instead.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "invalid_cvc": (
        "Ask the payer for the security code again, 3 times at most.",
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "invalid_expiry_month": (
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "invalid_expiry_year": (
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "invalid_number": (
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "invalid_pin": (
        "Let the payer insert the card, and follow what the terminal asks for.",
    ),
    "issuer_not_available": (
        "Try the same card again after 1 minute, 3 times at most.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "lost_card": (
        "Hold the order, and take no other payment from this payer until it is reviewed.",
        "Have a person look at the payment: finsecure explain pi_… shows what is known of it.",
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "merchant_blacklist": (
        "Hold the order, and take no other payment from this payer until it is reviewed.",
        "Have a person look at the payment: finsecure explain pi_… shows what is known of it.",
    ),
    "new_account_information_available": (
        "Ask the payer for the new number or expiry date that their bank has issued.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "no_action_taken": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
        "Try the same card again after 1 day, once at most.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "not_permitted": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "offline_pin_required": (
        "Let the payer insert the card, and follow what the terminal asks for.",
    ),
    "online_or_offline_pin_required": (
        "Let the payer insert the card, and follow what the terminal asks for.",
    ),
    "pickup_card": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Have a person look at the payment: finsecure explain pi_… shows what is known of it.",
    ),
    "pin_try_exceeded": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "processing_error": (
        "Try the same card again at once, 3 times at most.",
        "Take the payment some other way if it cannot wait.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "reenter_transaction": (
        "Try the same card again after 1 minute, twice at most.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "restricted_card": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "revocation_of_all_authorizations": (
        "Cancel the mandate, and stop every automatic charge to this card.",
        "Charge again only after the payer gave new consent.",
    ),
    "revocation_of_authorization": (
        "Cancel the mandate, and stop every automatic charge to this card.",
        "Charge again only after the payer gave new consent.",
    ),
    "security_violation": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "service_not_allowed": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "stolen_card": (
        "Hold the order, and take no other payment from this payer until it is reviewed.",
        "Have a person look at the payment: finsecure explain pi_… shows what is known of it.",
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
    "stop_payment_order": (
        "Cancel the mandate, and stop every automatic charge to this card.",
        "Ask support, with the request id, if nothing else helped.",
    ),
    "testmode_decline": (
        "Use test cards with test keys only, and real cards with live keys.",
    ),
    "transaction_not_allowed": (
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "try_again_later": (
        "Try the same card again after 1 day, twice at most.",
        "Ask the payer for another card, and confirm the same intent with it.",
        "Offer to pay by bank transfer instead.",
    ),
    "withdrawal_count_limit_exceeded": (
        "Offer to split the payment over several cards.",
        "Offer to pay by bank transfer instead.",
        "Try the same card again after 1 day, twice at most.",
    ),
    "mobile_device_authentication_required": (
        "Let the payer insert the card, and follow what the terminal asks for.",
        "Ask the payer for another card, and confirm the same intent with it.",
    ),
}
