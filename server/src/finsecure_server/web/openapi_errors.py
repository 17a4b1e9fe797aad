"""Every error that a route can give, by HTTP status, with the envelope it comes in.

A route names what only its own rules refuse. What the edge, the key, the parameters and the platform can refuse follows
from the route itself: its method, whether it asks for a key, what its parameters may be.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct, inspect

from finsecure_server.core.declines import DECLINES
from finsecure_server.core.errors import NOBODYS, RULES, STATUSES, TYPES, Code, doc_path
from finsecure_server.storage.troubles import Trouble
from finsecure_server.web.asgi import UNCOUNTED
from finsecure_server.web.openapi_schemas import Schema, Schemas, info_of, walk
from finsecure_server.web.params import ListParams
from finsecure_server.web.router import Route

_ALWAYS: Final = (
    Code.VERSION_UNKNOWN,
    Code.BODY_TOO_LARGE,
    Code.REQUEST_HEADER_TOO_LARGE,
    Code.INTERNAL_ERROR,
    Code.DATABASE_UNAVAILABLE,
    Code.OVERLOADED,
    Code.DEADLINE_EXCEEDED,
    Code.BODY_MALFORMED,
    Code.PARAMETER_UNKNOWN,
    Code.PARAMETER_DUPLICATE,
)
_KEY: Final = (
    Code.API_KEY_MISSING,
    Code.INVALID_API_KEY,
    Code.API_KEY_EXPIRED,
    Code.API_KEY_REVOKED,
    Code.API_KEY_WRONG_MODE,
)
_TEXT: Final = (
    Code.PARAMETER_INVALID_STRING,
    Code.PARAMETER_INVALID_EMPTY,
    Code.PARAMETER_TOO_LONG,
    Code.CARD_NUMBER_IN_TEXT,
)
_WRITE: Final = (Code.BODY_AND_FORM_BOTH, Code.CONTENT_TYPE_UNSUPPORTED, Code.LOCK_TIMEOUT)
_REPEAT: Final = (
    Code.IDEMPOTENCY_MISMATCH,
    Code.IDEMPOTENCY_KEY_IN_USE,
    Code.IDEMPOTENCY_KEY_TOO_LONG,
    Code.IDEMPOTENCY_KEY_EMPTY,
    Code.PARAMETER_INVALID_STRING,
    Code.CARD_NUMBER_IN_TEXT,
)
_METADATA: Final = (
    Code.METADATA_TOO_MANY_KEYS,
    Code.METADATA_KEY_INVALID,
    Code.METADATA_KEY_TOO_LONG,
    Code.METADATA_VALUE_TOO_LONG,
    Code.PARAMETER_INVALID_OBJECT,
    *_TEXT,
)

MEANINGS: Final = {
    400: "The call cannot be carried out as it is.",
    401: "The key is missing, or is not one that may call.",
    402: "The call was right and the payment failed. The attempt is kept and can be looked at.",
    403: "The key is good, and may not do this.",
    404: "There is no such object in this account and mode.",
    405: "The address exists, but not for this method.",
    409: "A call with this Idempotency-Key is still at work.",
    413: "The request is too large.",
    415: "The body is neither a form nor JSON.",
    429: "Too many calls, or another call holds the object. `Retry-After` says when the next is welcome.",
    431: "The headers are too large.",
    500: "A mistake of the server's. Nothing was done.",
    502: "The processor could not be reached.",
    503: "The server takes no work now. Nothing was done.",
    504: "Time ran out, and it is not known what was done.",
}
assert set(MEANINGS) == STATUSES

#: Which parameter an example of the code speaks of.
_PARAMS: Final = {
    Code.PARAMETER_MISSING: "currency",
    Code.PARAMETER_UNKNOWN: "amuont",
    Code.PARAMETER_DUPLICATE: "amount",
    Code.PARAMETERS_EXCLUSIVE: "ending_before",
    Code.PARAMETER_INVALID_EMPTY: "starting_after",
    Code.PARAMETER_INVALID_INTEGER: "limit",
    Code.PARAMETER_INVALID_STRING: "description",
    Code.PARAMETER_INVALID_BOOLEAN: "confirm",
    Code.PARAMETER_INVALID_ENUM: "capture_method",
    Code.PARAMETER_INVALID_OBJECT: "metadata",
    Code.PARAMETER_INVALID_ARRAY: "expand",
    Code.PARAMETER_INVALID_TIMESTAMP: "expires_at",
    Code.PARAMETER_OUT_OF_RANGE: "amount",
    Code.PARAMETER_TOO_LONG: "description",
    Code.EMAIL_INVALID: "email",
    Code.URL_INVALID: "return_url",
    Code.CARD_NUMBER_IN_TEXT: "description",
    Code.SIMULATION_INVALID: "metadata[simulate]",
    Code.RESOURCE_MISSING: "id",
}


def codes_of(route: Route) -> list[Code]:
    """Every code that the route can answer with."""
    found = {*route.errors, *_ALWAYS, *_of_params(route.params)}
    if route.path not in UNCOUNTED:
        found.add(Code.RATE_LIMIT)
    if "{" in route.path:
        found |= {Code.PARAMETER_INVALID_STRING, Code.CARD_NUMBER_IN_TEXT, Code.RESOURCE_MISSING}
    if not route.public:
        found |= set(_KEY)
        if Code.RESOURCE_MISSING in found:
            found.add(Code.LIVEMODE_MISMATCH)
        if not route.publishable:
            found.add(Code.SECRET_KEY_REQUIRED)
        if route.scope:
            found.add(Code.INSUFFICIENT_SCOPE)
        if route.test_only:
            found.add(Code.TESTMODE_ONLY)
    if route.method != "GET":
        found |= set(_WRITE)
    if route.method == "POST":
        found |= set(_REPEAT)
    return [code for code in Code if code in found]


@functools.cache
def _of_params(params: type[Struct]) -> frozenset[Code]:
    """What the check of parameters can find."""
    return frozenset(_found_in(params))


def _found_in(params: type[Struct]) -> Iterator[Code]:
    if issubclass(params, ListParams):
        yield from (Code.PARAMETERS_EXCLUSIVE, Code.RESOURCE_MISSING)
    for info in walk(info_of(params)):
        match info:
            case inspect.StructType():
                yield Code.PARAMETER_INVALID_OBJECT
                if any(field.required for field in info.fields):
                    yield Code.PARAMETER_MISSING
                if any(field.encode_name == "expand" for field in info.fields):
                    yield Code.EXPAND_INVALID
            case inspect.DictType():
                yield from _METADATA
            case inspect.ListType():
                yield Code.PARAMETER_INVALID_ARRAY
            case inspect.LiteralType():
                yield from (Code.PARAMETER_INVALID_ENUM, *_TEXT)
            case inspect.StrType():
                yield from _TEXT
            case inspect.IntType():
                yield from (Code.PARAMETER_INVALID_INTEGER, *_TEXT)
            case inspect.BoolType():
                yield from (Code.PARAMETER_INVALID_BOOLEAN, *_TEXT)


def by_status(codes: Iterable[Code]) -> dict[int, list[Code]]:
    """Codes under the HTTP status that they come with."""
    found: dict[int, list[Code]] = {}
    for code in codes:
        found.setdefault(RULES[code].status, []).append(code)
    return dict(sorted(found.items()))


def response(status: int, codes: list[Code], headers: Schema) -> Schema:
    """What an operation says about one status: which errors have it."""
    narrowed: Schema = {
        "properties": {
            "type": {"type": "string", "enum": sorted({RULES[code].type for code in codes})},
            "code": {"type": "string", "enum": [code.value for code in codes if RULES[code].on_wire]},
        }
    }
    if all(RULES[code].on_wire for code in codes):
        narrowed["required"] = ["code"]
    envelope = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"allOf": [{"$ref": "#/components/schemas/Error"}, narrowed]}},
    }
    examples = {code.value: {"$ref": f"#/components/examples/{code.value}"} for code in codes}
    content = {"application/json": {"schema": envelope, "examples": examples}}
    return {"description": MEANINGS[status], "headers": headers, "content": content}


def error_schema(schemas: Schemas) -> Schema:
    """The inside of the envelope."""
    texts = {
        "message": "What is wrong, in a sentence. That of a `card_error` may be shown to the payer, others may not.",
        "param": "The parameter that is wrong, in the names of a form: `card[exp_month]`.",
        "doc_url": "A page that explains it.",
        "request_log_url": "The request as the server saw it; not there for a call that belongs to no account.",
        "charge": "The charge that failed.",
        "network_decline_code": "What the card network answered.",
        "network_advice_code": "What the card network advises.",
        "reason": (
            "Which limit was met, with `rate_limit`; with `database_unavailable` what is wrong with the database: "
            f"{', '.join(Trouble)}."
        ),
    }
    properties: Schema = {
        "type": {"type": "string", "enum": sorted(TYPES), "description": "The family. Switch on it, then on `code`."},
        "code": {
            "type": "string",
            "enum": [code.value for code in Code],
            "description": "What is wrong, for programs.",
        },
        "decline_code": {"type": "string", "enum": sorted(DECLINES), "description": "Why the bank said no."},
        "advice_code": {
            "type": "string",
            "enum": sorted({row.advice_code for row in DECLINES.values() if row.advice_code}),
            "description": "What the bank advises.",
        },
        "next_steps": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What to do about it, in order.",
        },
        **{name: {"type": "string", "description": text} for name, text in texts.items()},
    }
    for name in ("payment_intent", "setup_intent"):
        if found := schemas.shown(name):
            properties[name] = {"anyOf": found, "description": "The intent, as the failure has left it."}
    properties["payment_method"] = {"type": "object", "description": "What was paid with; publishable keys see a part."}
    return {
        "type": "object",
        "title": "Error",
        "description": "Why a call was refused, whose side it is on and what to do next.",
        "required": ["type", "message", "doc_url", "next_steps"],
        "properties": properties,
    }


def example(code: Code, server: str) -> Schema:
    """One error as it looks on the wire."""
    rule = RULES[code]
    decline = DECLINES["insufficient_funds"] if code is Code.CARD_DECLINED else None
    param = _PARAMS.get(code) or ("amount" if "{param}" in rule.message else None)
    error: dict[str, Any] = {"type": rule.type}
    if rule.on_wire:
        error["code"] = code.value
    if decline is not None:
        error |= {"decline_code": decline.code, "advice_code": decline.advice_code}
    error["message"] = rule.message.replace("{param}", param or "")
    if param is not None:
        error["param"] = param
    steps = rule.next_steps if decline is None else decline.next_steps
    error["doc_url"] = server + doc_path(code.value, decline.code if decline else None)
    if code not in NOBODYS:
        error["request_log_url"] = f"{server}/v1/request_logs/req_06ga1h0e3vd5k8w2m4n6q8s0t2"
    error["next_steps"] = [step.replace("{param}", param or "the_parameter") for step in steps]
    return {"summary": rule.message.replace("{param}", param or "the parameter"), "value": {"error": error}}
