"""The first half of the table of errors: keys, routes, bodies, parameters, repeats, the platform, test mode."""

from __future__ import annotations

from typing import Final

from finsecure_server.core.error_codes import (
    ACCOUNT_MANAGEMENT,
    API_ISSUES,
    AUTH_ERRORS,
    COMPLIANCE,
    DEBUGGING_TOOLS,
    ERROR_CODES,
    MIGRATION,
    PERFORMANCE,
    SERVICE_STATUS,
    Code,
    Rule,
    Side,
)


def _auth(message: str, *steps: str) -> Rule:
    """401: we do not know who calls."""
    return Rule(401, "authentication_error", False, Side.DEVELOPER, message, steps, AUTH_ERRORS)


def _bad(message: str, *steps: str, guide: str = API_ISSUES, status: int = 400) -> Rule:
    """The request itself is wrong; sending it again changes nothing."""
    return Rule(status, "invalid_request_error", False, Side.DEVELOPER, message, steps, guide)


def _ours(status: int, message: str, *steps: str) -> Rule:
    """The platform's own fault, and it may pass."""
    return Rule(status, "api_error", True, Side.FINSECURE, message, steps, SERVICE_STATUS)


_SEE_KEYS: Final = (
    "Make a new key: finsecure-server keys create on the server's host, or finsecure keys create with a key that works."
)
_SAME_KEY: Final = "Send the same request again with the same Idempotency-Key; it takes effect at most once."
_SEE_REFERENCE: Final = "Compare the call with its entry in /openapi.json."

REQUEST_RULES: Final[dict[Code, Rule]] = {
    # -- who calls
    Code.API_KEY_MISSING: _auth(
        "You did not provide an API key.",
        "Send the key as 'Authorization: Bearer $FINSECURE_SECRET_KEY', or as the user name of Basic auth.",
        "Run finsecure doctor where your process runs: it says whether FINSECURE_SECRET_KEY is set there.",
    ),
    Code.INVALID_API_KEY: _auth(
        "Invalid API Key provided: it is not a key of this server.",
        "Compare its last letters with finsecure keys list (by a key that works), or: finsecure-server keys create.",
        "Run finsecure doctor: it finds a cut-off copy, quotes or a line break in FINSECURE_SECRET_KEY.",
        "Check that the base address is the server that issued the key.",
    ),
    Code.API_KEY_EXPIRED: _auth(
        "This API key has expired.",
        _SEE_KEYS,
        "Deploy the new key before the old one's end next time: rolling a key keeps both valid for a while.",
    ),
    Code.API_KEY_REVOKED: _auth(
        "This API key was revoked.",
        _SEE_KEYS,
        "If nobody of yours revoked it, look for calls to /v1/api_keys in finsecure logs list, and tell support.",
    ),
    Code.API_KEY_WRONG_MODE: _auth(
        "This API key belongs to the other mode.",
        "Use sk_test_ keys in test mode and sk_live_ keys in live mode.",
        "Check which environment the variable FINSECURE_SECRET_KEY was set for.",
    ),
    Code.API_KEY_UNEXPECTED_STATE: _bad(
        "This key has been revoked or has expired.",
        "Create a new key, or roll one that is active.",
        guide=ACCOUNT_MANAGEMENT,
    ),
    Code.SECRET_KEY_REQUIRED: _auth(
        "This call needs a secret key, and a publishable key was sent.",
        "Make the call from your server with a key that begins with sk_test_ or sk_live_.",
        "Never put a secret key into a page or an app.",
    ),
    Code.INSUFFICIENT_SCOPE: Rule(
        403,
        "permission_error",
        False,
        Side.MERCHANT,
        "This restricted key may not make this call.",
        (
            "Make a key with the scope that the message names: finsecure keys create --kind restricted --scopes SCOPE.",
            "Or make the call with a key that has it.",
        ),
        AUTH_ERRORS,
    ),
    Code.CLIENT_SECRET_INVALID: _bad(
        "The client secret does not belong to this object.",
        "Send the client_secret that came with the object when your server created it.",
        "Fetch a fresh one with a secret key if it was lost.",
        guide=AUTH_ERRORS,
    ),
    # -- what is called
    Code.URL_NOT_FOUND: _bad(
        "Unrecognized request URL.",
        "Check the path for a typing mistake; every route begins with /v1/ and is listed in /openapi.json.",
        status=404,
    ),
    Code.METHOD_NOT_ALLOWED: _bad(
        "This URL exists, but not for this HTTP method.",
        "Use one of the methods in the reply's Allow header.",
        status=405,
    ),
    Code.VERSION_UNKNOWN: _bad(
        "This FinSecure-Version is not known.",
        "Send one of the dates that the message lists, or leave the header out.",
        "Upgrade the server if your SDK is newer than it.",
        guide=MIGRATION,
    ),
    Code.RESOURCE_MISSING: _bad(
        "No such object.",
        "Check the id, and that key and object are of the same account and the same mode.",
        "List the objects of that type with the same key.",
        status=404,
    ),
    Code.LIVEMODE_MISMATCH: _bad(
        "No such object in the mode of this key: your account has it in the other mode.",
        "Use the key of the mode in which the object was made: sk_test_ or sk_live_.",
        "Store with each id in which mode it was made: test and live data never meet.",
        status=404,
        guide=AUTH_ERRORS,
    ),
    # -- the body as a whole
    Code.BODY_TOO_LARGE: _bad(
        "The request body is too large.", "Send less in one call; metadata holds at most 50 short values.", status=413
    ),
    Code.REQUEST_HEADER_TOO_LARGE: _bad(
        "The request line or its headers are too large.",
        "Send parameters of a long call in the body.",
        "Drop headers and cookies that the API does not need.",
        status=431,
    ),
    Code.CONTENT_TYPE_UNSUPPORTED: _bad(
        "This content type is not supported.",
        "Send application/x-www-form-urlencoded or application/json, and say so in the Content-Type header.",
        status=415,
    ),
    Code.BODY_MALFORMED: _bad(
        "The request body could not be read.",
        "Check the place that the message names; text must be UTF-8.",
        "Let an SDK or a JSON library encode the body instead of building it by hand.",
    ),
    Code.BODY_AND_FORM_BOTH: _bad(
        "Parameters came in two places at once.", "Send all parameters of a POST in the body, in one encoding."
    ),
    # -- one parameter
    Code.PARAMETER_MISSING: _bad("Missing required param: {param}.", "Add the parameter.", _SEE_REFERENCE),
    Code.PARAMETER_UNKNOWN: _bad(
        "Received unknown parameter: {param}.", "Correct its name, or leave it out.", _SEE_REFERENCE
    ),
    Code.PARAMETER_DUPLICATE: _bad(
        "The parameter {param} was sent more than once.", "Send it once; write lists as name[0], name[1] or name[]."
    ),
    Code.PARAMETERS_EXCLUSIVE: _bad(
        "The parameter {param} cannot be used together with another one of this call.",
        "Send only one of the parameters that the message names.",
    ),
    Code.PARAMETER_INVALID_EMPTY: _bad(
        "The parameter {param} must not be empty.", "Send a value, or leave the parameter out."
    ),
    Code.PARAMETER_INVALID_INTEGER: _bad(
        "The parameter {param} must be a whole number.",
        "Send digits only: no decimal point, no exponent, no separators.",
        "Send amounts in the currency's minor unit: 2000 is $20.00 USD.",
    ),
    Code.PARAMETER_INVALID_STRING: _bad(
        "The parameter {param} must be text.", "Send it as a string without NUL and other control characters."
    ),
    Code.PARAMETER_INVALID_BOOLEAN: _bad("The parameter {param} must be true or false.", "Send true or false."),
    Code.PARAMETER_INVALID_ENUM: _bad(
        "The parameter {param} has a value that is not in its list.",
        "Send one of the values that the message lists.",
        _SEE_REFERENCE,
    ),
    Code.PARAMETER_INVALID_OBJECT: _bad(
        "The parameter {param} must be an object.", "Send its members as {param}[name]=value, or as a JSON object."
    ),
    Code.PARAMETER_INVALID_ARRAY: _bad(
        "The parameter {param} must be a list.", "Send it as {param}[0]=value, or as a JSON array."
    ),
    Code.PARAMETER_INVALID_TIMESTAMP: _bad(
        "The parameter {param} must be a time in whole seconds since 1970 UTC.",
        "Send seconds, not milliseconds and not a date.",
    ),
    Code.PARAMETER_OUT_OF_RANGE: _bad(
        "The parameter {param} is out of range.", "Send a value within the limits that the message names."
    ),
    Code.PARAMETER_TOO_LONG: _bad(
        "The parameter {param} is too long.", "Shorten it to the length that the message names."
    ),
    Code.EMAIL_INVALID: _bad(
        "The parameter {param} is not an email address.",
        "Send one address such as jenny@example.com, without a display name.",
    ),
    Code.URL_INVALID: _bad(
        "The parameter {param} is not a URL that can be used here.",
        "Send an absolute address that begins with https://.",
    ),
    Code.METADATA_TOO_MANY_KEYS: _bad(
        "Metadata can hold at most 50 keys.",
        "Remove keys by sending them empty, or keep the rest in your own database under the object's id.",
    ),
    Code.METADATA_KEY_INVALID: _bad("A metadata key must not be empty or contain square brackets.", "Rename the key."),
    Code.METADATA_KEY_TOO_LONG: _bad("A metadata key can have at most 40 characters.", "Shorten the key."),
    Code.METADATA_VALUE_TOO_LONG: _bad(
        "A metadata value can have at most 500 characters.",
        "Shorten the value, or keep it in your own database under the object's id.",
    ),
    Code.CARD_NUMBER_IN_TEXT: _bad(
        "The parameter {param} contains a card number. It was refused, and nothing was stored.",
        "Send card numbers only in card[number] of POST /v1/payment_methods.",
        "Find where your system put the number into text, and erase it there too.",
        guide=COMPLIANCE,
    ),
    Code.EXPAND_INVALID: _bad(
        "This property cannot be expanded.",
        "Expand fields that hold an id, at most four levels deep.",
        "Begin the path with data. when the call returns a list.",
    ),
    # -- sending it again
    Code.IDEMPOTENCY_MISMATCH: Rule(
        400,
        "idempotency_error",
        False,
        Side.DEVELOPER,
        "Keys for idempotent requests work only with the endpoint and parameters they were first used with.",
        (
            "Use a fresh Idempotency-Key for each new operation.",
            "Repeat the first request exactly if you only want its answer again.",
        ),
        API_ISSUES,
        on_wire=False,
    ),
    Code.IDEMPOTENCY_KEY_IN_USE: Rule(
        409,
        "idempotency_error",
        True,
        Side.DEVELOPER,
        "Another request with this Idempotency-Key is still in progress.",
        (
            "Wait as long as Retry-After says, then send the same request with the same key to get its answer.",
            "Disable the pay button after the first click.",
        ),
        API_ISSUES,
    ),
    Code.IDEMPOTENCY_KEY_TOO_LONG: _bad("An Idempotency-Key can have at most 255 characters.", "Use a random UUID."),
    Code.IDEMPOTENCY_KEY_EMPTY: _bad(
        "The Idempotency-Key header is there but empty, which protects from nothing.",
        "Fill it with a random UUID, or leave the header out.",
    ),
    Code.RATE_LIMIT: Rule(
        429,
        "rate_limit_error",
        True,
        Side.DEVELOPER,
        "Too many requests.",
        (
            "Wait as long as Retry-After says, then send the request again.",
            "Back off exponentially with jitter, and watch X-RateLimit-Remaining.",
            "Ask the operator to raise FINSECURE_RATE_LIMIT if this is your normal load.",
        ),
        PERFORMANCE,
    ),
    Code.LOCK_TIMEOUT: Rule(
        429,
        "invalid_request_error",
        True,
        Side.DEVELOPER,
        "Another request is changing this object.",
        (_SAME_KEY, "Change one object from one place at a time."),
        PERFORMANCE,
    ),
    # -- the platform
    Code.OVERLOADED: _ours(
        503,
        "The server has more work than it can take now. Nothing was done.",
        "Wait as long as Retry-After says, then send the request again.",
        "See with finsecure status, or GET /health, whether it lasts.",
    ),
    Code.DATABASE_UNAVAILABLE: _ours(
        503,
        "The database cannot take work now. Nothing was written.",
        _SAME_KEY,
        "As operator, check free disk space and the database's own log.",
        "Run finsecure-server verify once it is back.",
    ),
    Code.DEADLINE_EXCEEDED: _ours(
        504,
        "The request took too long and its answer is not known yet.",
        _SAME_KEY,
        "Or retrieve the object first to see what became of it.",
    ),
    Code.INTERNAL_ERROR: _ours(
        500,
        "An unexpected error occurred on our side.",
        "Retrieve the object to see what became of it, then try again with a new Idempotency-Key.",
        "If it stays, send the request id to support: it leads straight to the trace.",
    ),
    # A live payment on a server without a processor. Not 402: SDKs raise CardError for it and shops would blame the
    # payer's card. Not 5xx: SDKs send those again by themselves, and nothing changes until somebody configures one.
    Code.PROCESSOR_NOT_CONFIGURED: Rule(
        400,
        "invalid_request_error",
        False,
        Side.MERCHANT,
        "No payment processor is configured, so live payments cannot be taken. No money moved.",
        (
            "Take live payments elsewhere for now: this version has no card network, and no setting adds one.",
            "Use an sk_test_ key to try things out: test mode simulates the card network.",
        ),
        ACCOUNT_MANAGEMENT,
    ),
    Code.PROCESSOR_UNREACHABLE: _ours(
        502,
        "The payment processor could not be reached. No money moved.",
        "Try again in a minute: the same call, with the payment method and a new Idempotency-Key.",
        "Ask the processor whether it has an outage if it lasts.",
    ),
    # -- test mode
    Code.TESTMODE_ONLY: _bad(
        "This call exists only in test mode.", "Use a key that begins with sk_test_.", guide=DEBUGGING_TOOLS
    ),
    Code.TEST_CLOCK_BACKWARDS: _bad(
        "A test clock only moves forward.",
        "Send a time after the clock's present one; GET the clock to see it.",
        "Make a new test account to begin at an earlier time.",
        guide=DEBUGGING_TOOLS,
    ),
    Code.TEST_CLOCK_TOO_FAR: _bad(
        "The test clock cannot move that far at once.",
        "Advance in smaller steps, as far as the message allows each time.",
        guide=DEBUGGING_TOOLS,
    ),
    Code.SIMULATION_INVALID: _bad(
        "The simulator does not know what {param} asks for.",
        "Use a decline code or one of the words that the message lists; separate the steps of a sequence by commas.",
        guide=ERROR_CODES,
    ),
}
