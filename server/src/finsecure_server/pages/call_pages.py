"""The API reference as HTML: every resource and every call, with examples that run and a form that makes the call.

The same pages are Markdown in the library, which is what stands at their addresses with `.md` behind them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

import msgspec

from finsecure_server.core.env import Env
from finsecure_server.help import api_model
from finsecure_server.help.api_examples import Example, things
from finsecure_server.help.api_languages import in_brackets, said
from finsecure_server.help.api_model import GROUPS, PATH, Operation, Resource
from finsecure_server.help.api_pages import common_codes, event_address, facts, meaning
from finsecure_server.help.library import ADDRESS, Library
from finsecure_server.help.page import slug
from finsecure_server.pages import as_data, markdown
from finsecure_server.pages.contents import Entry, Group
from finsecure_server.pages.help_pages import public
from finsecure_server.pages.kept import kept
from finsecure_server.pages.render import MARKDOWN, coded, page
from finsecure_server.web.router import Answer, Call, Route

JSON: Final = "application/json"
ENDINGS: Final = (".md", ".json")


class Input(NamedTuple):
    """A line of the form that makes a call. `how` says where to get what goes in, when it is of the reader's own."""

    name: str
    value: str
    shown: str = ""
    how: str = ""
    more: str = ""  # the address of the call that makes one
    more_words: str = ""


class ErrorRow(NamedTuple):
    """An error that a call can give."""

    status: int
    code: str
    means: str


class CallPages:
    """Makes the pages. `contract` gives the OpenAPI document, and is asked when a page is first wanted."""

    def __init__(self, library: Library, contract: Callable[[], Mapping[str, Any]]) -> None:
        self._library = library
        self._contract = contract

    @cached_property
    def _resources(self) -> Mapping[str, Resource]:
        return api_model.reference(self._contract())

    @cached_property
    def _shared(self) -> Mapping[str, frozenset[str]]:
        return common_codes(self._resources)

    @cached_property
    def _calls(self) -> Mapping[tuple[str, str], tuple[Resource, Operation]]:
        return {
            (resource.name, one.example.operation): (resource, one)
            for resource in self._resources.values()
            for one in resource.operations
        }

    # -- pages -----------------------------------------------------------------------------------------------------

    def index(self, env: Env, _: Call[Any]) -> Answer:
        """GET /docs/api: how to call it, and everything that can be called."""
        groups = [(title, [self._resources[name] for name in names]) for title, names in GROUPS.items()]
        codes = sorted(frozenset().union(*self._shared.values()))
        return self._page(
            "api_index.html",
            env,
            PATH,
            None,
            basics=[{**row, "anchor": slug(row["title"])} for row in api_model.basics()],
            groups=groups,
            codes=[(code, meaning(code)) for code in codes],
        )

    def index_twin(self, env: Env, ending: str) -> Answer:
        """GET /docs/api.md and .json."""
        return self._twin(env, PATH, ending)

    def resource(self, env: Env, call: Call[Any]) -> Answer:
        """GET /docs/api/{resource}: its object, its calls, its events."""
        name, ending = _ending(call.path["resource"])
        resource = self._resources.get(name)
        if resource is None:
            return self._missing(env, name)
        if ending:
            return self._twin(env, resource.path, ending)
        events = [(row.name, event_address(row.name), row.says) for row in resource.events]
        return self._page("api_resource.html", env, resource.path, resource, events=events)

    def operation(self, env: Env, call: Call[Any]) -> Answer:
        """GET /docs/api/{resource}/{operation}: one call."""
        name, ending = _ending(call.path["operation"])
        found = self._calls.get((call.path["resource"], name))
        if found is None:
            return self._missing(env, f"{call.path['resource']} {name}")
        resource, one = found
        if ending:
            return self._twin(env, one.path, ending)
        everywhere = self._shared.get(one.method, frozenset())
        rows = [ErrorRow(row.status, code, meaning(code)) for row in one.errors for code in row.codes]
        reply = api_model.replies().get(one.example.name)
        example = one.example.shown()
        return self._page(
            "api_operation.html",
            env,
            one.path,
            resource,
            one=one,
            facts=list(facts(one)),
            inputs=_inputs(one.example),
            hints=_hints(one.example),
            errors=[row for row in rows if row.code not in everywhere],
            common=[row for row in rows if row.code in everywhere],
            languages_shown=said(example, env.public_url),
            reply=None if reply is None else _pretty(reply).replace(ADDRESS, env.public_url),
        )

    # -- details ---------------------------------------------------------------------------------------------------

    def _page(self, template: str, env: Env, path: str, resource: Resource | None, **facts: Any) -> Answer:
        about = self._library.get(path)
        assert about is not None, f"{path} is not in the library"
        return page(
            template,
            env=env,
            public=True,
            path=path,
            title=about.title,
            lead=about.lead.replace(ADDRESS, env.public_url),
            inline=coded,
            resource=resource,
            groups_beside=self._beside(resource),
            twins=(("Markdown", f"{path}.md"), ("JSON", f"{path}.json")),
            public_url=env.public_url,
            **facts,
        )

    def _beside(self, resource: Resource | None) -> list[Group]:
        """The contents: what this page belongs to, then every resource."""
        groups = [Group("API reference", (Entry(PATH, "How to call it"),))]
        if resource is not None:
            calls = (Entry(one.path, one.example.operation.replace("_", " ")) for one in resource.operations)
            groups.append(Group(resource.title, (Entry(resource.path, "The object"), *calls)))
        for title, names in GROUPS.items():
            entries = (Entry(self._resources[name].path, self._resources[name].title) for name in names)
            groups.append(Group(title, tuple(entries)))
        return groups

    def _twin(self, env: Env, path: str, ending: str) -> Answer:
        found = self._library.get(path)
        assert found is not None, f"{path} is not in the library"
        if ending == ".md":
            return kept(markdown.twin(found, env.public_url), MARKDOWN)
        return kept(msgspec.json.encode(as_data.whole(found, env.public_url)), JSON)

    def _missing(self, env: Env, words: str) -> Answer:
        near = [one for one in self._calls if set(re.split(r"[\W_]+", words)) & set(one)]
        nearest = [self._calls[one][1] for one in near][:8]
        return page("api_missing.html", 404, env=env, words=words, nearest=nearest)


def _ending(name: str) -> tuple[str, str]:
    """A name without `.md` or `.json`, and that ending."""
    for ending in ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending), ending
    return name, ""


def _inputs(example: Example) -> list[Input]:
    """The lines of the form: ids in the path, then parameters, filled in as in the example."""
    names = re.findall(r"\{(\w+)\}", example.place)
    pairs = [*zip(names, example.ids, strict=True), *in_brackets(example.params)]
    return [_input(name, value) for name, value in pairs]


def _input(name: str, value: str) -> Input:
    found = re.fullmatch(r"<(\w+)>", value)
    if found is None:
        return Input(name, value)
    thing = things()[found[1]]
    return Input(name, "", thing.shown, thing.how, f"{PATH}/{thing.call.replace('.', '/')}", thing.call)


def _hints(example: Example) -> list[Input]:
    """Where what the example names comes from, each once."""
    return list({thing: _input(thing, f"<{thing}>") for thing in example.stands_for()}.values())


def _pretty(reply: Any) -> str:
    return json.dumps(reply, indent=2, ensure_ascii=False)


def routes(library: Library, contract: Callable[[], Mapping[str, Any]]) -> tuple[Route, ...]:
    """Every route of the API reference."""
    pages = CallPages(library, contract)

    def twin(ending: str) -> Route:
        def show(env: Env, _: Call[Any]) -> Answer:
            return pages.index_twin(env, ending)

        return public(f"{PATH}{ending}", show, "The API reference, for machines", known=False)

    return (
        public(PATH, pages.index, "The API reference"),
        *map(twin, ENDINGS),
        public(f"{PATH}/{{resource}}", pages.resource, "A resource of the API"),
        public(f"{PATH}/{{resource}}/{{operation}}", pages.operation, "A call of the API"),
    )
