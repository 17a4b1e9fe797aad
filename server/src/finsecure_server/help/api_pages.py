"""The API reference as pages of the library: Markdown, for searching, for terminals, and as twins of the HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from finsecure_server.core.errors import RULES, Code
from finsecure_server.help.api_examples import things
from finsecure_server.help.api_fields import Field
from finsecure_server.help.api_languages import command_words, said
from finsecure_server.help.api_model import GROUPS, PATH, Operation, Resource, basics, reference, replies
from finsecure_server.help.library import ADDRESS
from finsecure_server.help.page import Page, slug

EVENTS: Final = "/help/reference/events"
TITLE_LETTERS: Final = 60


def pages(contract: Mapping[str, Any]) -> Iterator[Page]:
    """A page for the whole, for each resource and for each operation of an OpenAPI document."""
    found = reference(contract)
    shared = common_codes(found)
    yield _index(found, shared)
    for resource in found.values():
        yield _resource(resource)
        for operation in resource.operations:
            yield _operation(resource, operation, shared)


def common_codes(found: Mapping[str, Resource]) -> Mapping[str, frozenset[str]]:
    """Method -> the codes that every call by it can be answered with. Calls that need no key do not count."""
    calls = [one for resource in found.values() for one in resource.operations if not one.public]
    return {
        method: frozenset.intersection(
            *(frozenset(code for row in one.errors for code in row.codes) for one in calls if one.method == method)
        )
        for method in sorted({one.method for one in calls})
    }


def meaning(code: str) -> str:
    """What an error says, as a sentence about any parameter."""
    message = RULES[Code(code)].message.replace("The parameter {param}", "A parameter")
    return message.replace("{param}", "the parameter")


# -- the whole ---------------------------------------------------------------------------------------------------------


def _index(found: Mapping[str, Resource], shared: Mapping[str, frozenset[str]]) -> Page:
    lines = ["How to call the API, and every call that there is.", ""]
    for basic in basics():
        lines += [f"## {basic['title']}", "", basic["says"], "", f"[{basic['more']}]({basic['path']})", ""]
    for group, names in GROUPS.items():
        lines += [f"## {group}", "", "| Call | |", "|--|--|"]
        for name in names:
            lines += [f"| [`{one.method} {one.place}`]({one.path}) | {one.summary} |" for one in found[name].operations]
        lines.append("")
    codes = sorted(frozenset().union(*shared.values()))
    lines += ["## Errors of every call", "", *(f"- [`{code}`](/help/errors/{code}): {meaning(code)}" for code in codes)]
    return Page(
        PATH,
        "API reference",
        f"Every call of the API at {ADDRESS}: parameters, errors, and examples that run.",
        "\n".join(lines) + "\n",
        kind="api",
        aliases=("api docs", "rest api", "endpoints", "openapi", "swagger", "http api"),
        identifiers=("openapi.json", "/v1"),
    )


# -- a resource --------------------------------------------------------------------------------------------------------


def _resource(resource: Resource) -> Page:
    lines = [resource.says, "", "## Operations", "", "| Call | |", "|--|--|"]
    lines += [f"| [`{one.method} {one.place}`]({one.path}) | {one.summary} |" for one in resource.operations]
    if resource.fields:
        lines += ["", "## The object", "", "| Field | Type | Meaning |", "|--|--|--|", *_rows(resource.fields)]
    if resource.events:
        lines += ["", "## Events", ""]
        lines += [f"- [`{row.name}`]({event_address(row.name)}): {row.says}" for row in resource.events]
    place = resource.operations[0].place
    return Page(
        resource.path,
        resource.title,
        resource.says or f"Calls for {resource.title.lower()}.",
        "\n".join(lines) + "\n",
        kind="api",
        aliases=(f"{resource.title} API", f"{resource.object.replace('_', ' ')} object".strip()),
        identifiers=tuple(dict.fromkeys(("/" + "/".join(place.split("/")[1:3]), _class(resource)))) if place else (),
    )


def event_address(name: str) -> str:
    """Where the page of events tells of a type."""
    return f"{EVENTS}#{slug(name)}"


def _class(resource: Resource) -> str:
    return "".join(word.capitalize() for word in (resource.object or resource.name).split("_"))


def _rows(fields: tuple[Field, ...], above: str = "") -> Iterator[str]:
    """A row of a table for each field and everything inside it, with names as a form has them."""
    for field in fields:
        name = f"{above}[{field.name}]" if above else field.name
        kind = field.type + (", or null" if field.nullable and field.type != "null" else "")
        kind += ", required" if field.required else ""
        said_of_it = " ".join([field.says, *_details(field)])
        yield f"| `{name}` | {kind} | {said_of_it} |".replace("  ", " ")
        yield from _rows(field.inside, name)


def _details(field: Field) -> Iterator[str]:
    if field.enum:
        yield (
            "One of " + ", ".join(f"`{word}`" for word in field.enum) + "."
            if len(field.enum) > 1
            else (f"Always `{field.enum[0]}`." if not field.required else f"`{field.enum[0]}`.")
        )
    if field.limits:
        yield field.limits[0].upper() + field.limits[1:] + "."
    if field.default:
        yield f"Unless you say: `{field.default}`."
    if field.expandable:
        yield "Can be expanded."


# -- an operation ------------------------------------------------------------------------------------------------------


def _operation(resource: Resource, one: Operation, shared: Mapping[str, frozenset[str]]) -> Page:
    lines = [f"`{one.method} {one.place}`", "", *(line for part in one.says for line in (part, ""))]
    lines += [f"- {fact}" for fact in facts(one)]
    for heading, fields in (("In the path", one.path_params), ("Parameters", one.params)):
        if fields:
            lines += ["", f"## {heading}", "", "| Name | Type | Meaning |", "|--|--|--|", *_rows(fields)]
    lines += [line for name in one.example.stands_for() for line in ("", _how(name))]
    lines += ["", "## Returns", "", _returns(one)]
    if one.returned:
        lines += ["", "| Field | Type | Meaning |", "|--|--|--|", *_rows(one.returned)]
    lines += ["", "## Example"]
    for text in said(one.example.shown(), ADDRESS):
        lines += ["", f"{text.label}:", "", f"```{text.language}", text.text, "```"]
    if one.example.name in replies():
        shown = json.dumps(replies()[one.example.name], indent=2, ensure_ascii=False)
        lines += ["", "The reply:", "", "```json", shown, "```"]
    lines += ["", "## Errors", "", *_errors(one, shared)]
    return Page(
        one.path,
        _title(one.summary),
        f"{one.summary}: `{one.method} {one.place}`.",
        "\n".join(lines) + "\n",
        kind="api",
        aliases=tuple(dict.fromkeys((one.example.name.replace(".", " ").replace("_", " "), one.summary))),
        identifiers=tuple(identifiers(resource, one)),
        related=(resource.path,),
    )


def _title(summary: str) -> str:
    """The summary up to its first comma, where the whole is long for a title."""
    return summary if len(summary) <= TITLE_LETTERS else re.split(r"[,;:]", summary)[0]


def identifiers(resource: Resource, one: Operation) -> Iterator[str]:
    """What the operation is called in the contract, in HTTP, in the packages and on the command line."""
    yield one.id
    yield f"{one.method} {one.place}"
    if one.place.rpartition("/")[2][:1] != "{" and one.method == "POST" and one.place.count("{"):
        yield one.place
    if one.example.client:
        yield f"{one.example.client}.{one.example.operation}"
        yield f"{_class(resource)}.{one.example.operation}"
        if "_" in one.example.operation:
            yield one.example.operation
    if one.example.command:
        yield f"finsecure {command_words(one.example)}"


def facts(one: Operation) -> Iterator[str]:
    """Who may call it, and in which mode."""
    if one.public:
        yield "Needs no key."
    elif one.scope:
        yield f"A restricted key needs the scope `{one.scope}`."
    else:
        yield (
            "Needs a secret key: no scope of a restricted key allows it."
            if _secret_only(one)
            else "Any key may call it."
        )
    if one.publishable:
        yield "A publishable key may call it as well, and sees less."
    if one.test_only:
        yield "In test mode only."
    if one.expandable:
        yield "Can be expanded: " + ", ".join(f"`{path}`" for path in one.expandable) + "."


def _secret_only(one: Operation) -> bool:
    return any(Code.SECRET_KEY_REQUIRED in row.codes for row in one.errors)


def _how(name: str) -> str:
    thing = things()[name]
    return f"`{thing.shown}`: {thing.how} [{thing.call}]({PATH}/{thing.call.replace('.', '/')})"


def _returns(one: Operation) -> str:
    home = f" Its fields: [the object](/docs/api/{one.returned_home}#the-object)." if one.returned_home else ""
    return f"{one.returns}{home}"


def _errors(one: Operation, shared: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Its own; those of every call have their place on the first page."""
    everywhere = shared.get(one.method, frozenset())
    for row in one.errors:
        for code in row.codes:
            if code not in everywhere:
                yield f"- {row.status} [`{code}`](/help/errors/{code}): {meaning(code)}"
    yield ""
    yield f"And [those of every call]({PATH}#errors-of-every-call)."
