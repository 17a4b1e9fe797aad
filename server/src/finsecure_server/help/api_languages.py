"""An example of a call said in curl, in Python, in Node and on the command line, all from the one description."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from finsecure_server.help.api_examples import Example

WIDTH: Final = 88
_PLAIN: Final = re.compile(r"[\w.,:/@%+=…*\[\]-]+")
_SAFE_IN_A_FORM: Final = re.compile(r"[\w.,:/@*…-]*")
#: The command's own words for methods of the packages.
_WORDS: Final = {"retrieve": "get"}
#: Methods for which the command wants a yes, and operations whose reply shows a secret this once.
_ASKED: Final = frozenset({"delete", "revoke"})
_SECRET: Final = frozenset(
    {"api_keys.create", "api_keys.roll", "webhook_endpoints.create", "webhook_endpoints.roll_secret"}
)
#: Parameters that the command has an option for although their values are objects: maps of texts.
_MAPS: Final = frozenset({"metadata", "headers"})


class Said(NamedTuple):
    """An example in one language. `language` is what a fence names, `label` what a tab says."""

    language: str
    label: str
    text: str


def said(example: Example, address: str) -> list[Said]:
    """The example in all four languages."""
    return [
        Said("sh", "curl", curl(example, address)),
        Said("python", "Python", python(example)),
        Said("js", "Node", node(example)),
        Said("sh", "CLI", command(example)),
    ]


# -- curl --------------------------------------------------------------------------------------------------------------


def curl(example: Example, address: str) -> str:
    """For a shell; the key is taken from the environment."""
    words = ["curl"]
    pairs = list(in_brackets(example.params))
    if example.method == "GET" and pairs:
        words.append("-G")
    if example.method == "DELETE" or (example.method == "POST" and not pairs):
        words.append(f"-X {example.method}")
    lines = [" ".join([*words, _quoted(address + example.path)])]
    if not example.public:
        lines.append('-u "$FINSECURE_SECRET_KEY:"')
    for name, value in pairs:
        flag = "-d" if _SAFE_IN_A_FORM.fullmatch(value) else "--data-urlencode"
        lines.append(f"{flag} {_quoted(f'{name}={value}')}")
    whole = " ".join(lines)
    return whole if len(whole) <= WIDTH else " \\\n  ".join(lines)


def in_brackets(params: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Parameters as a form has them: `card[number]`, `expand[]`."""
    for name, value in params.items():
        whole = f"{above}[{name}]" if above else name
        if isinstance(value, Mapping):
            yield from in_brackets(value, whole)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield from ((f"{whole}[]", _text(one)) for one in value)
        else:
            yield whole, _text(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    """For a shell, in double quotes where that is enough: they are what people write."""
    if _PLAIN.fullmatch(text) and not re.search(r"[\[\]*]", text):
        return text
    return f'"{text}"' if not re.search(r'["$`\\!]', text) else shlex.quote(text)


# -- Python ------------------------------------------------------------------------------------------------------------


def python(example: Example) -> str:
    """With the package `finsecure`, whose client takes key and address from the environment."""
    if example.client:
        function = f"client.{example.client}.{example.operation}"
        parts = [json.dumps(one, ensure_ascii=False) for one in example.ids]
        parts += [f"{name}={_python(value)}" for name, value in example.params.items()]
    else:
        function = "client.request"
        parts = [f'"{example.method}"', f'"{example.path}"']
        parts += [_python(example.params)] if example.params else []
    found = _noun(example)
    call = _call(f"{found} = {function}", parts, "    ")
    return f"import finsecure\n\nclient = finsecure.Client()\n{call}\nprint({found})"


def _python(value: Any) -> str:
    match value:
        case bool():
            return str(value)
        case Mapping():
            return "{" + ", ".join(f'"{name}": {_python(inner)}' for name, inner in value.items()) + "}"
        case str() | int():
            return json.dumps(value, ensure_ascii=False)
    return "[" + ", ".join(map(_python, value)) + "]"


# -- Node --------------------------------------------------------------------------------------------------------------


def node(example: Example) -> str:
    """With the package `finsecure` of npm."""
    params = [_node(example.params, 0)] if example.params else []
    if example.client:
        function = f"finsecure.{'.'.join(map(_camel, example.client.split('.')))}.{_camel(example.operation)}"
        parts = [json.dumps(one, ensure_ascii=False) for one in example.ids]
    else:
        function = "finsecure.request"
        parts = [f'"{example.method.lower()}"', f'"{example.path}"']
    found = _camel(_noun(example))
    call = f"const {found} = await {function}({', '.join(parts + params)});"
    if len(call) > WIDTH and params:
        call = f"const {found} = await {function}({', '.join([*parts, _node(example.params, 2)])});"
    head = (
        'import { FinSecure } from "finsecure";\n\nconst finsecure = new FinSecure(process.env.FINSECURE_SECRET_KEY);'
    )
    return f"{head}\n{call}\nconsole.log({found});"


def _node(value: Any, deep: int) -> str:
    """`deep` is how far members of the outermost object are moved in; 0: all on one line."""
    match value:
        case Mapping():
            members = [f"{name}: {_node(inner, 0)}" for name, inner in value.items()]
            if deep:
                return "{\n" + "".join(f"{' ' * deep}{member},\n" for member in members) + "}"
            return "{ " + ", ".join(members) + " }"
        case str() | int():
            return json.dumps(value, ensure_ascii=False)
    return "[" + ", ".join(_node(inner, 0) for inner in value) + "]"


def _camel(word: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), word)


def _call(head: str, parts: Sequence[str], indent: str) -> str:
    """On one line if it fits, else a line for each argument."""
    whole = f"{head}({', '.join(parts)})"
    return whole if len(whole) <= WIDTH else f"{head}(\n" + "".join(f"{indent}{part},\n" for part in parts) + ")"


def _noun(example: Example) -> str:
    """What the reply is called in a program."""
    if example.operation.startswith("list"):
        return example.operation.removeprefix("list_") if "_" in example.operation else example.resource
    if example.operation.startswith("retrieve_") and example.client:
        return example.operation.removeprefix("retrieve_")
    return _NOUNS.get(example.name) or _NOUNS.get(example.resource) or example.resource.removesuffix("s")


_NOUNS: Final = {
    "events.resend": "deliveries",
    "openapi": "contract",
    "test_helpers": "clock",
    "webhook_deliveries": "delivery",
    "webhook_endpoints.send_test_event": "event",
    "webhook_endpoints.test": "report",
}

# -- the command line --------------------------------------------------------------------------------------------------


def command(example: Example) -> str:
    """With the command `finsecure`."""
    if not example.command:
        words = [f"finsecure api {example.method} {example.path}"]
        words += [f"-d {_quoted(f'{name}={value}')}" for name, value in in_brackets(example.params)]
    else:
        words = [" ".join(["finsecure", command_words(example), *example.ids])]
        for name, value in example.params.items():
            words += _options(name, value)
        words += ["--yes"] * (example.operation in _ASKED) + ["--reveal"] * (example.name in _SECRET)
    whole = " ".join(words)
    return whole if len(whole) <= WIDTH else " \\\n  ".join(words)


def command_words(example: Example) -> str:
    """`payments create`."""
    method = _WORDS.get(example.operation, example.operation.replace("retrieve_", "get_"))
    return f"{example.command} {method.replace('_', '-')}"


def _options(name: str, value: Any) -> list[str]:
    flag = "--" + name.replace("_", "-")
    match value:
        case bool():
            return [flag if value else f"--no-{flag[2:]}"]
        case Mapping() if name in _MAPS:
            return [f"{flag} {_quoted(f'{key}={inner}')}" for key, inner in value.items()]
        case Mapping():
            return [f"-d {_quoted(f'{key}={inner}')}" for key, inner in in_brackets({name: value})]
        case str() | int():
            return [f"{flag} {_quoted(str(value))}"]
    return [f"{flag} {_quoted(str(one))}" for one in value]
