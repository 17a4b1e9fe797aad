"""The contract: an OpenAPI 3.1 document made from the routes and their Structs, so that it cannot say anything else.

Served at /openapi.json, and committed as `contract/openapi.json`; `make generate` writes that, and a test compares.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, get_origin

import msgspec
from msgspec import Struct, inspect

from finsecure_server.core import versions
from finsecure_server.core.env import Env
from finsecure_server.web import idempotency, openapi_errors
from finsecure_server.web.openapi_schemas import Schema, Schemas, info_of, object_name, parts
from finsecure_server.web.params import Nothing
from finsecure_server.web.router import ID_LETTERS_MAX, Answer, Call, Route

PATH: Final = "/openapi.json"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
DEEP: Final = {"style": "deepObject", "explode": True}

ABOUT: Final = """\
A payments API in the shape of Stripe's.

POST takes a form with brackets (`card[number]=…`, `expand[]=customer`) or JSON; GET takes a query. A field that may be
removed takes null in JSON and an empty value in a form. HEAD works wherever GET does. Every reply carries `Request-Id`,
`FinSecure-Version` and the `X-RateLimit` headers. Every error is one envelope, with `next_steps` that say what to do.

Objects are shown as in version {version}; a call that asks for an older `FinSecure-Version` gets them as they were."""


class _Header(NamedTuple):
    """A header of replies."""

    name: str
    description: str
    kind: str
    always: bool  # is it there whenever an operation names it?


HEADERS: Final = (
    _Header("Request-Id", "Names this request; `GET /v1/request_logs/{id}` shows it.", "string", True),
    _Header("FinSecure-Version", "The version in whose shape the reply is.", "string", True),
    _Header("X-RateLimit-Limit", "Calls a second that this key may make.", "integer", True),
    _Header("X-RateLimit-Remaining", "Calls that may follow at once.", "integer", True),
    _Header("X-RateLimit-Reset", "Seconds until the whole allowance is back.", "integer", True),
    _Header(
        "FinSecure-Clock",
        "Now in the account, in seconds since 1970, where the clock of its test mode was moved.",
        "integer",
        False,
    ),
    _Header("Idempotency-Key", "The key of the request, if it had one.", "string", False),
    _Header("Idempotent-Replayed", "`true`: this is the reply of an earlier call with the same key.", "string", False),
    _Header("Retry-After", "Seconds to wait before the next try.", "integer", True),
    _Header(
        "FinSecure-Should-Retry",
        "`true`: the same call, sent again, may succeed. `false`: its reply is kept under its key.",
        "string",
        False,
    ),
    _Header("FinSecure-Rate-Limited-Reason", "Which limit was met.", "string", False),
    _Header("WWW-Authenticate", "How to send a key.", "string", True),
)
_ON_EVERY: Final = tuple(header.name for header in HEADERS[:6])
_ON_POST: Final = ("Idempotency-Key", "Idempotent-Replayed")
_ON_STATUS: Final = {
    401: ("WWW-Authenticate",),
    409: ("Retry-After", "FinSecure-Should-Retry"),
    429: ("Retry-After", "FinSecure-Should-Retry", "FinSecure-Rate-Limited-Reason"),
    500: ("FinSecure-Should-Retry",),
    502: ("FinSecure-Should-Retry",),
    503: ("Retry-After", "FinSecure-Should-Retry"),
    504: ("FinSecure-Should-Retry",),
}

_SECURITY: Final[Schema] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A secret or restricted key: `sk_…`, `rk_…`."},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, and no password."},
    "publishable": {
        "type": "http",
        "scheme": "bearer",
        "description": "A publishable key: `pk_…`. It may stand in a page, and sees less.",
    },
}


def document(
    routes: Sequence[Route],
    *,
    version: str,
    servers: Sequence[str],
    expands: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """The OpenAPI document of the routes. `expands` is {object type: {field: type of what it points to}}."""
    returned = [route.returns for route in routes if _is_json(route)]
    schemas = Schemas([route.params for route in routes], returned, expands)
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
        if links := _links(route, routes):
            paths[route.path][route.method.lower()]["responses"]["200"]["links"] = links
    shared = _shared([operation["responses"] for place in paths.values() for operation in place.values()])
    schemas.components["Error"] = openapi_errors.error_schema(schemas)
    codes = {code for route in routes for code in openapi_errors.codes_of(route)}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "FinSecure API",
            "version": version,
            "description": ABOUT.format(version=version),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server} for server in servers],
        "security": [{"bearer": []}, {"basic": []}],
        "tags": _tags(routes),
        "paths": paths,
        "components": {
            "securitySchemes": _SECURITY,
            "parameters": _REQUEST_HEADERS,
            "responses": shared,
            "headers": {header.name: _told(header) for header in HEADERS},
            "schemas": dict(sorted(schemas.components.items())),
            "examples": {code.value: openapi_errors.example(code, servers[0]) for code in sorted(codes)},
        },
    }


def route(routes: Sequence[Route], *, expands: Mapping[str, Mapping[str, str]]) -> Route:
    """GET /openapi.json, for an application that has these routes. The document is made once, when first asked for."""

    @functools.cache
    def made(public_url: str) -> bytes:
        told = document((*routes, served), version=versions.LATEST, servers=[public_url], expands=expands)
        return msgspec.json.encode(told)

    def offline(env: Env, call: Call[Nothing]) -> Answer:
        return Answer(made(env.public_url))

    served = Route(
        "GET",
        PATH,
        _unreachable,
        returns=dict[str, Any],
        summary="This document",
        public=True,
        offline=offline,
    )
    return served


def _unreachable(*_: object) -> Answer:
    raise AssertionError("answered without the database")


# -- one operation ----------------------------------------------------------------------------------------------------


def _operation(route: Route, schemas: Schemas) -> Schema:
    operation: Schema = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "description": _description(route),
        "tags": [_tag(route)],
        "parameters": _parameters(route, schemas),
    }
    if route.method == "POST":
        operation["requestBody"] = _body(route.params, schemas)
    operation["responses"] = {"200": _success(route, schemas)}
    for status, codes in openapi_errors.by_status(openapi_errors.codes_of(route)).items():
        operation["responses"][str(status)] = openapi_errors.response(status, codes, _headers(route, status))
    if route.public:
        operation["security"] = []
    elif route.publishable:
        operation["security"] = [{"bearer": []}, {"basic": []}, {"publishable": []}]
    if route.scope:
        operation["x-finsecure-scope"] = route.scope
    if route.test_only:
        operation["x-finsecure-test-mode-only"] = True
    if expandable := schemas.expandable(route.returns) if _is_json(route) else []:
        operation["x-finsecure-expandable"] = expandable
    return operation


def operation_id(route: Route) -> str:
    """As Stripe names them: POST /v1/payment_intents/{intent}/confirm is PostPaymentIntentsIntentConfirm."""
    words = re.findall(r"[a-z0-9]+", route.path.removeprefix("/v1"))
    root = "" if route.path.startswith("/v1/") else "Root"
    return route.method.title() + root + "".join(map(str.title, words))


def _description(route: Route) -> str:
    said = (getattr(route.handle, "__doc__", None) or "").strip()
    asked = re.match(r"[A-Z]+ /\S*?(?:[.:]\s*|$)", said)
    said = said[asked.end() :] if asked else said
    told = [said[:1].upper() + said[1:]] if said and not isinstance(route.handle, functools.partial) else []
    if route.params is not Nothing and route.params.__doc__ and route.params.__doc__ != "Filters.":
        told.append(route.params.__doc__)
    if route.scope:
        told.append(f"A restricted key needs the scope `{route.scope}`.")
    if route.publishable:
        told.append("A publishable key may call this, without `expand`.")
    if route.test_only:
        told.append("Test mode only.")
    return "\n\n".join(told)


def _tag(route: Route) -> str:
    return route.path.removeprefix("/v1").split("/")[1].removesuffix(".json")


def _tags(routes: Iterable[Route]) -> list[Schema]:
    """A tag for each first word of a path, told by the object that is called so."""
    about = {
        object_name(part): part.__doc__ for route in routes if _is_json(route) for part in parts(route.returns)[:1]
    }
    tags: list[Schema] = []
    for name in dict.fromkeys(map(_tag, routes)):
        text = about.get(name) or about.get(name.removesuffix("s"))
        tags.append({"name": name} | ({"description": text} if text else {}))
    return tags


def _shared(responses: list[Schema]) -> Schema:
    """Takes out of the operations the errors that several have word for word, and returns them by name."""
    counted = Counter(msgspec.json.encode(reply) for each in responses for reply in each.values())
    names: dict[bytes, str] = {}
    variants: Counter[str] = Counter()
    shared: Schema = {}
    for each in responses:
        for status, reply in each.items():
            text = msgspec.json.encode(reply)
            if status == "200" or counted[text] == 1:
                continue
            if text not in names:
                variants[status] += 1
                names[text] = f"Error{status}_{variants[status]}"
                shared[names[text]] = reply
            each[status] = {"$ref": f"#/components/responses/{names[text]}"}
    return dict(sorted(shared.items()))


# -- what goes in -----------------------------------------------------------------------------------------------------

_REQUEST_HEADERS: Final[Schema] = {
    "FinSecure-Version": {
        "name": "FinSecure-Version",
        "in": "header",
        "description": "The version of the API in whose shape the reply shall be. This document tells of the newest;"
        f" the server knows as well: {', '.join(versions.VERSIONS[:-1])}.",
        "schema": {"type": "string", "enum": [versions.LATEST]},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A random text of your own, a UUID for instance. Two calls with the same key have one effect.",
        "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.KEY_LETTERS_MAX},
    },
}


def _parameters(route: Route, schemas: Schemas) -> list[Schema]:
    found: list[Schema] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"The {'object' if name == 'id' else name.replace('_', ' ')}'s id.",
            "schema": {"type": "string", "minLength": 1, "maxLength": ID_LETTERS_MAX},
        }
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]
    if route.method == "GET":
        found += [_query(field, schema) for field, schema in schemas.fields(route.params)]
    found.append({"$ref": "#/components/parameters/FinSecure-Version"})
    if route.method == "POST":
        found.append({"$ref": "#/components/parameters/Idempotency-Key"})
    return found


def _query(field: inspect.Field, schema: Schema) -> Schema:
    """One parameter of a query: `created[gte]=…` for objects, `expand[]=…` for lists."""
    parameter: Schema = {"name": field.encode_name, "in": "query", "required": field.required, "schema": schema}
    if schema.get("type") == "array":
        parameter |= {"name": field.encode_name + "[]", "style": "form", "explode": True}
    elif _is_deep(schema):
        parameter |= DEEP
    if "description" in schema:
        parameter["description"] = schema["description"]
    return parameter


def _is_deep(schema: Schema) -> bool:
    """Whether it is written with brackets in a form."""
    of = schema.get("type")
    return "$ref" in schema or of in ("object", "array") or any(map(_is_deep, schema.get("anyOf", ())))


def _body(params: type[Struct], schemas: Schemas) -> Schema:
    deep = {field.encode_name: DEEP for field, schema in schemas.fields(params) if _is_deep(schema)}
    form: Schema = {"schema": schemas.body(params, form=True)}
    if deep:
        form["encoding"] = deep
    return {
        "required": any(field.required for field in info_of(params).fields),
        "content": {FORM: form, JSON: {"schema": schemas.body(params, form=False)}},
    }


# -- what comes out ---------------------------------------------------------------------------------------------------


def _success(route: Route, schemas: Schemas) -> Schema:
    if _is_json(route):
        schema, what = schemas.reply(route.returns, route.hidden), parts(route.returns)[0].__doc__
        if get_origin(route.returns) is list:
            what = "A page of the list."
    else:
        schema, what = {"type": "object"}, "An OpenAPI 3.1 document."
    return {"description": what or "", "headers": _headers(route, 200), "content": {JSON: {"schema": schema}}}


def _links(route: Route, routes: Iterable[Route]) -> Schema:
    """Where one can go from here: to what can be done with the object that was made, or with the first of a list."""
    if "{" in route.path or not _is_json(route):
        return {}
    found: Schema = {}
    for other in routes:
        at = re.fullmatch(re.escape(route.path) + r"/\{(\w+)\}(/\w+)?", other.path)
        if at is not None:
            source = "$response.body#/data/0/id" if get_origin(route.returns) is list else "$response.body#/id"
            found[operation_id(other)] = {"operationId": operation_id(other), "parameters": {at[1]: source}}
    return found


def _is_json(route: Route) -> bool:
    """Whether it returns objects of ours."""
    return get_origin(route.returns) is not dict


def _headers(route: Route, status: int) -> Schema:
    names = [*_ON_EVERY, *_ON_STATUS.get(status, ()), *(_ON_POST if route.method == "POST" else ())]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _told(header: _Header) -> Schema:
    return {"description": header.description, "required": header.always, "schema": {"type": header.kind}}
