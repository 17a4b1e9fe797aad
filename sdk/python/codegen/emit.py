"""The text of each generated module."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from codegen.contract import Contract, Operation, Schema
from codegen.naming import Place, camel, places, singular
from codegen.schemas import Types, declarable, reachable, references, without_subsets

HEAD = '''"""{about}

Written by `python -m codegen` from {source}. Change that, not this.
"""
# fmt: off

from __future__ import annotations
'''
CONTRACT = "contract/openapi.json"

MISC = "  # type: ignore[misc]  # mypy does not see that Any takes the keywords of a TypedDict"

#: Names that the views' base class and the package itself have; a schema of that name is called XObject.
TAKEN = frozenset({"AnyObject", "AsyncClient", "AsyncPage", "Client", "FinSecureObject", "Options", "Page", "Webhook"})
#: Attributes of the views' base class: a member of that name is reached as an item.
BASE = frozenset({"get", "keys", "last_response", "to_dict", "modify"})
#: Keywords of every method: a parameter of that name is given in the dict.
OWN = frozenset({"options", "idempotency_key", "params", "self"})


@dataclass(frozen=True)
class Entry:
    """One operation, placed and typed."""

    operation: Operation
    place: Place
    route: str  # the constant of its route
    kinds: tuple[str, ...]  # the classes of its view, or of those in its list
    paged: bool
    params: str | None  # the TypedDict of its parameters
    required: bool  # whether some of them must be given


def view_name(schema: str) -> str:
    return f"{schema}Object" if schema in TAKEN else schema


def params_name(schema: str) -> str:
    return schema if schema.endswith("Params") else f"{schema}Params"


class Modules:
    """Every generated module, from one contract."""

    def __init__(self, contract: Contract, errors: Mapping[str, Any]) -> None:
        self.contract = contract
        self.errors = errors
        self.views = Types(contract, view_name, mapping="Dict", free="AnyObject")
        self.given = Types(contract, params_name, mapping="Mapping", free="Mapping[str, Any]")
        self.entries = list(self._entries())
        self.schemas = self._view_schemas()

    def texts(self) -> dict[str, str]:
        """File name → text."""
        return {
            "__init__.py": HEAD.format(about="What the contract says, as Python.", source=CONTRACT).partition("\nfrom")[
                0
            ],
            "version.py": self.version(),
            "names.py": self.names(),
            "params.py": self.params(),
            "objects.py": self.objects(),
            "routes.py": self.routes(),
            "services.py": self.services(asynchronous=False),
            "async_services.py": self.services(asynchronous=True),
            "error_table.py": self.error_table(),
        }

    # -- what there is ------------------------------------------------------------------------------------------------

    def _entries(self) -> Iterator[Entry]:
        operations = self.contract.operations
        placed = places(operations, {one.id: self._paged(one) for one in operations})
        for one in operations:
            place = placed[one.id]
            kinds = tuple(view_name(name) for name in self._kinds(one))
            params, required = self._params_of(one, place)
            route = "_".join([*place.resource, place.method]).upper()
            yield Entry(one, place, route, kinds, self._paged(one), params, required)

    def _paged(self, one: Operation) -> bool:
        members = self.contract.follow(one.answer).get("properties", {})
        return "list" in members.get("object", {}).get("enum", ()) and "has_more" in members

    def _kinds(self, one: Operation) -> list[str]:
        answer = self._item(one)
        return list(dict.fromkeys(references(self.contract, answer)))

    def _item(self, one: Operation) -> Schema:
        """What one object of its answer is: of a page, one in it."""
        if self._paged(one):
            item: Schema = self.contract.follow(one.answer)["properties"]["data"]["items"]
            return item
        return one.answer

    def _params_of(self, one: Operation, place: Place) -> tuple[str | None, bool]:
        if one.body is not None:
            name = self.contract.name(one.body)
            assert name is not None, f"{one.id}: a body has no name"
            return params_name(name), bool(self.contract.schemas[name].get("required"))
        if not one.query:
            return None, False
        *before, last = place.resource
        name = camel(*before, singular(last), place.method) + "Params"
        return name, any(parameter.get("required") for parameter in one.query)

    def _view_schemas(self) -> list[str]:
        return reachable(self.contract, [self._item(entry.operation) for entry in self.entries])

    # -- modules ------------------------------------------------------------------------------------------------------

    def version(self) -> str:
        head = HEAD.format(about="The version of the API that this package speaks.", source=CONTRACT)
        return f'{head}\nAPI_VERSION = "{self.contract.version}"\n'

    def names(self) -> str:
        head = HEAD.format(about="Which views there are; read without loading them.", source=CONTRACT)
        lines = "".join(f'        "{view_name(name)}",\n' for name in self.schemas)
        return f"{head}\nNAMES = frozenset(\n    {{\n{lines}    }}\n)\n"

    def routes(self) -> str:
        head = HEAD.format(about="Every operation of the API.", source=CONTRACT)
        lines = [f"{head}\nfrom finsecure._core.call import Route\nfrom finsecure._generated import objects as o\n"]
        for entry in self.entries:
            path = entry.operation.path
            for name in entry.operation.ids:
                path = path.replace(f"{{{name}}}", "{}")
            kinds = "".join(f"o.{kind}, " for kind in entry.kinds)
            paged = ", paged=True" if entry.paged else ""
            lines.append(f'{entry.route} = Route("{entry.operation.method}", "{path}", ({kinds.strip()}){paged})')
        return "\n".join(lines) + "\n"

    def params(self) -> str:
        head = HEAD.format(about="What each operation may be given.", source=CONTRACT)
        lines = [f"{head}\nfrom typing import Any, List, Literal, Mapping, Required, TypedDict\n"]
        bodies = [entry.operation.body for entry in self.entries if entry.operation.body is not None]
        queries = [query["schema"] for entry in self.entries for query in entry.operation.query]
        for name in reachable(self.contract, [*bodies, *queries]):
            schema = self.contract.schemas[name]
            members = schema["properties"]
            lines += self._typed_dict(params_name(name), members, schema.get("required", ()), schema)
        for entry in self.entries:
            if entry.operation.body is None and entry.params is not None:
                query = {one["name"].removesuffix("[]"): one["schema"] for one in entry.operation.query}
                required = [one["name"] for one in entry.operation.query if one.get("required")]
                about = {"description": f"{entry.operation.summary}: what may be asked."}
                lines += self._typed_dict(entry.params, query, required, about)
        return "\n".join(lines)

    def _typed_dict(self, name: str, members: Mapping[str, Schema], required: Any, about: Schema) -> Iterator[str]:
        types = {key: self.given.of(schema) for key, schema in members.items()}
        types = {key: f"Required[{kind}]" if key in required else kind for key, kind in types.items()}
        if not all(map(declarable, types)):
            inner = ", ".join(f'"{key}": "{kind}"' for key, kind in types.items())
            yield f'\n{name} = TypedDict("{name}", {{{inner}}}, total=False)\n'
            return
        yield f"\nclass {name}(TypedDict, total=False):"
        yield doc(about.get("description", name), 4)
        yield ""
        for key, kind in types.items():
            yield f"    {key}: {kind}"
            if "description" in members[key]:
                yield doc(members[key]["description"], 4)
        yield ""

    def objects(self) -> str:
        head = HEAD.format(about="What the API answers with: views of the decoded JSON.", source=CONTRACT)
        names = "\n".join(f'    "{view_name(name)}",' for name in self.schemas)
        lines = [
            f"{head}\nfrom typing import TYPE_CHECKING, Any, ClassVar, Dict, List, Literal, Unpack, overload\n",
            "from finsecure._view import REGISTRY, AnyObject, FinSecureObject, own_client\n",
            "if TYPE_CHECKING:",
            "    from finsecure._core.call import Options",
            "    from finsecure._generated import params as p",
            "    from finsecure._pages import Page",
            f"\n__all__ = [\n{names}\n]\n",
        ]
        homes = self._homes()
        for name in self.schemas:
            lines += self._view(name, [entry for entry in self.entries if entry.place.resource == homes.get(name)])
        lines += self._members()
        lines += self._registry()
        return "\n".join(lines) + "\n"

    def _homes(self) -> dict[str, tuple[str, ...]]:
        """Schema → the resource whose operations its class has: the one that retrieves, makes or lists it."""
        homes: dict[str, tuple[str, ...]] = {}
        for verb in ("retrieve", "create", "list"):
            for entry in self.entries:
                if entry.place.method == verb and entry.kinds:
                    first = next(name for name in self.schemas if view_name(name) == entry.kinds[0])
                    homes.setdefault(first, entry.place.resource)
        return homes

    def _view(self, name: str, entries: list[Entry]) -> Iterator[str]:
        schema = self.contract.schemas[name]
        members = schema["properties"]
        kind = members.get("object", {}).get("enum", [None])[0]
        yield f"\nclass {view_name(name)}(FinSecureObject):"
        yield doc(schema.get("description", name), 4)
        yield "\n    __slots__ = ()"
        if kind is not None:
            yield f'    _object: ClassVar[str | None] = "{kind}"'
        always = ", ".join(f'"{one}"' for one in schema.get("required", ()) if one != "object")
        yield f"    _required = frozenset({{{always}}})" if always else ""
        for key, member in members.items():
            if declarable(key) and key not in BASE:
                yield f"    {key}: {self.views.of(member)}"
                if "description" in member:
                    yield doc(member["description"], 4)
        for entry in entries:
            if entry.place.method not in members:
                client = ".".join(["own_client()", *entry.place.resource])
                yield from self._function(entry, f"{client}.{entry.place.method}", "cls", "Page", static=True)
                if entry.place.method == "update" and "modify" not in members:
                    yield "\n    modify = update  # as Stripe calls it"
        yield ""

    def _members(self) -> Iterator[str]:
        for name in self.schemas:
            rows = []
            for key, member in self.contract.schemas[name]["properties"].items():
                kinds = ", ".join(view_name(one) for one in dict.fromkeys(references(self.contract, member)))
                if kinds:
                    rows.append(f'    "{key}": ({kinds},),')
                elif "Dict[" in self.views.of(member):
                    rows.append(f'    "{key}": (),')
            if rows:
                yield f"{view_name(name)}._members = {{"
                yield from rows
                yield "}"

    def _registry(self) -> Iterator[str]:
        found: dict[str, list[Schema]] = {}
        for name in self.schemas:
            kind = self.contract.schemas[name]["properties"].get("object", {}).get("enum", [None])[0]
            if kind is not None:
                found.setdefault(kind, []).append({"$ref": f"#/components/schemas/{name}"})
        yield "\nREGISTRY.update({"
        for kind, schemas in found.items():
            kept = (self.contract.name(one) or "" for one in without_subsets(self.contract, schemas))
            yield f'    "{kind}": ({", ".join(map(view_name, kept))},),'
        yield "})"

    def services(self, *, asynchronous: bool) -> str:
        kind, page = ("awaited", "AsyncPage") if asynchronous else ("blocking", "Page")
        prefix = "Async" if asynchronous else ""
        head = HEAD.format(
            about=f"Every operation of the API, {kind}: `client.payment_intents.create(…)`.", source=CONTRACT
        )
        lines = [
            f"{head}\nfrom functools import cached_property",
            "from typing import TYPE_CHECKING, Any, Unpack, overload\n",
            "from finsecure._generated import routes as r",
            "from finsecure._service import Service\n",
            "if TYPE_CHECKING:",
            "    from finsecure._core.call import Options",
            "    from finsecure._generated import objects as o",
            "    from finsecure._generated import params as p",
            f"    from finsecure._pages import {page}",
            "    from finsecure._view import AnyObject\n",
        ]
        resources = sorted({entry.place.resource for entry in self.entries}, key=lambda one: (-len(one), one))
        spaces = {one[:depth] for one in resources for depth in range(len(one))}
        for resource in sorted({*resources, *spaces}, key=lambda one: (-len(one), one)):
            lines += self._service(resource, {*resources, *spaces}, prefix, page)
        return "\n".join(lines)

    def _service(self, resource: tuple[str, ...], every: set[tuple[str, ...]], prefix: str, page: str) -> Iterator[str]:
        within = sorted(one for one in every if one[:-1] == resource and one)
        if resource:
            yield f"\nclass {prefix}{camel(*resource)}(Service):"
            yield doc(f"`client.{'.'.join(resource)}`.", 4)
        else:
            yield f"\nclass {prefix}Services:"
            yield doc("The resources of a client.", 4)
        client = "self._client" if resource else "self"
        for one in within:
            name = f"{prefix}{camel(*one)}"
            yield f"\n    @cached_property\n    def {one[-1]}(self) -> {name}:"
            yield f'        """`client.{".".join(one)}`."""\n        return {name}({client})'
        for entry in self.entries:
            if entry.place.resource == resource:
                yield from self._function(entry, "self._request", "self", page, prefix=prefix)
        yield ""

    def _function(
        self, entry: Entry, call: str, first: str, page: str, *, prefix: str = "", static: bool = False
    ) -> Iterator[str]:
        """One method: two ways to give its parameters for a checker, and one body."""
        word = "async def" if prefix else "def"
        mark = "    @classmethod\n" if static else ""
        shown = " | ".join(kind if static else f"o.{kind}" for kind in entry.kinds) or "AnyObject"
        answer = f"{page}[{shown}]" if entry.paged else shown
        ids = "".join(f"{name}: str, " for name in entry.operation.ids)
        slash = "/, " if entry.operation.ids else ""
        writes = entry.operation.method not in {"GET", "DELETE"}
        own = "options: Options | None = None" + (", idempotency_key: str | None = None" if writes else "")
        name = entry.place.method
        about = doc(f"{entry.operation.summary}.\n\n{entry.operation.method} {entry.operation.path}", 8)
        typed = True
        if entry.params is None:
            yield f"\n{mark}    {word} {name}({first}, {ids}{slash}*, {own}) -> {answer}:"
        elif OWN & self._keys(entry):
            yield f"\n{mark}    {word} {name}({first}, {ids}params: p.{entry.params}, /, *, {own}) -> {answer}:"
        elif not entry.required:
            given = f"params: p.{entry.params} | None = None, /, *, {own}, **more: Unpack[p.{entry.params}]"
            yield f"\n{mark}    {word} {name}({first}, {ids}{given}) -> {answer}:"
        else:
            typed = False
            given = f"params: p.{entry.params}, /, *, {own}"
            yield f"\n    @overload\n{mark}    {word} {name}({first}, {ids}{given}) -> {answer}: ..."
            given = f"*, {own}, **params: Unpack[p.{entry.params}]"
            yield f"    @overload\n{mark}    {word} {name}({first}, {ids}{slash}{given}) -> {answer}: ..."
            ignore = "" if ids else MISC
            yield (
                (mark.replace("\n", f"{ignore}\n") if mark else "")
                + (f"    {word} {name}({first}, {ids}params: Any = None, /, *, {own}, **more: Any) -> Any:")
                + ("" if mark else ignore)
            )
        yield about
        ignore = "  # type: ignore[no-any-return]  # the core knows no types" if typed else ""
        yield "        return " + ("await " if prefix else "") + self._body(entry, call, writes, static) + ignore

    def _body(self, entry: Entry, call: str, writes: bool, static: bool) -> str:
        plain = entry.params is None or bool(OWN & self._keys(entry))
        params = "None" if entry.params is None else "params"
        more = "{}" if plain else "more"
        if static:
            given = [*entry.operation.ids, *([] if entry.params is None else ["params"]), "options=options"]
            given += ["idempotency_key=idempotency_key"] * writes + ["**more"] * (not plain)
            return f"{call}({', '.join(given)})"
        ids = "".join(f"{name}, " for name in entry.operation.ids).strip()
        key = ", idempotency_key" if writes else ""
        return f"{call}(r.{entry.route}, ({ids}), {params}, {more}, options{key})"

    def _keys(self, entry: Entry) -> set[str]:
        if entry.operation.body is not None:
            return set(self.contract.follow(entry.operation.body)["properties"])
        return {query["name"] for query in entry.operation.query}

    def error_table(self) -> str:
        head = HEAD.format(
            about="What to do about each error, where a reply does not say it.", source="contract/errors.json"
        )
        lines = [head]
        for name, rows in (("CODES", self.errors["codes"]), ("DECLINES", self.errors["declines"])):
            lines.append(f"{name}: dict[str, tuple[str, ...]] = {{")
            for code, row in rows.items():
                lines.append(f'    "{code}": (')
                lines += [f"        {text(step)}," for step in row["next_steps"]]
                lines.append("    ),")
            lines.append("}\n")
        return "\n".join(lines)


def text(value: str) -> str:
    """A Python text in double quotes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def doc(words: str, indent: int) -> str:
    """A docstring."""
    pad = " " * indent
    words = words.replace("\\", "\\\\").replace('"""', "'''").strip()
    paragraphs = [textwrap.fill(one, 116 - indent, subsequent_indent=pad) for one in words.split("\n\n")]
    body = f"\n\n{pad}".join(paragraphs)
    end = f"\n{pad}" if "\n" in body else (" " if body.endswith('"') else "")
    return f'{pad}"""{body}{end}"""'
