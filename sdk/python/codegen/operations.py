"""Write the table from which the `finsecure` command makes a command for every operation of the contract.

`python -m codegen.operations` writes `src/finsecure/cli/data/operations.json`; `--check` exits with 1 if that would
change it. A parameter becomes an option if a shell can say it: text, a number, a truth value, one of some words, a list
of these, or a map of texts. Objects are given with `-d`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codegen.contract import CONTRACT, Contract, Operation, Schema
from codegen.emit import Entry, Modules

PAGE = Path(__file__).resolve().parents[1] / "src" / "finsecure" / "cli" / "data" / "operations.json"
#: What lists have anyway: the command walks the pages by itself.
_PAGING = frozenset({"limit", "starting_after", "ending_before"})


def table(contract: Contract, errors: dict[str, Any]) -> str:
    """Resource → method → how it is called."""
    resources: dict[str, dict[str, Any]] = {}
    for entry in Modules(contract, errors).entries:
        resources.setdefault(".".join(entry.place.resource), {})[entry.place.method] = _row(contract, entry)
    lines = []
    for name, methods in sorted(resources.items()):
        rows = ",\n".join(f" {json.dumps(method)}: {json.dumps(row)}" for method, row in sorted(methods.items()))
        lines.append(f"{json.dumps(name)}: {{\n{rows}\n}}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _row(contract: Contract, entry: Entry) -> dict[str, Any]:
    one = entry.operation
    return {
        "method": one.method,
        "path": one.path,
        "summary": one.summary,
        "ids": list(one.ids),
        "paged": entry.paged,
        **({"whole": True} if entry.paged and not any(row["name"] == "limit" for row in one.query) else {}),
        "params": [row for row in _params(contract, one) if not (entry.paged and row["name"] in _PAGING)],
    }


def _params(contract: Contract, one: Operation) -> Iterator[dict[str, Any]]:
    if one.body is not None:
        body = contract.follow(one.body)
        given = [(name, schema, name in body.get("required", ())) for name, schema in body["properties"].items()]
    else:
        given = [(row["name"].removesuffix("[]"), row["schema"], bool(row.get("required"))) for row in one.query]
    for name, schema, required in given:
        kind = _kind(contract, schema)
        if kind is not None:
            says = _says(schema)
            yield {"name": name, "required": required, **kind, **({"help": says} if says else {})}


def _says(schema: Schema) -> str:
    found = schema.get("description") or next(
        (one["description"] for one in schema.get("anyOf", ()) if "description" in one), ""
    )
    return str(found)


def _kind(contract: Contract, schema: Schema) -> dict[str, Any] | None:
    """How a shell says it; None if it cannot."""
    schema = contract.follow(schema)
    if "times" in _types(contract, schema):
        return {"kind": "times"}
    words = _words(contract, schema)
    if words:
        return {"kind": "words", "words": words}
    kinds = _types(contract, schema)
    if "array" in kinds:
        item = _kind(contract, _items(schema))
        return {"kind": "list", **({"words": item["words"]} if "words" in item else {})} if item else None
    if "object" in kinds:
        return {"kind": "map"} if isinstance(schema.get("additionalProperties"), dict) else None
    for kind in ("integer", "boolean", "string"):
        if kind in kinds:
            return {"kind": kind}
    return None


def _branches(contract: Contract, schema: Schema) -> list[Schema]:
    return [contract.follow(one) for one in schema.get("anyOf", ())] or [schema]


def _types(contract: Contract, schema: Schema) -> set[str]:
    found: set[str] = set()
    for one in _branches(contract, schema):
        if one.get("title") == "Range":
            return {"times"}
        kinds = one.get("type", [])
        found |= {kinds} if isinstance(kinds, str) else set(kinds)
    return found


def _words(contract: Contract, schema: Schema) -> list[str]:
    """Every word it may be, if it is one of some words; true and false are words beside others."""
    branches = _branches(contract, schema)
    words = [word for one in branches for word in one.get("enum", ()) if isinstance(word, str)]
    if words and any(one.get("type") == "boolean" for one in branches):
        words = ["true", "false", *words]
    return words


def _items(schema: Schema) -> Schema:
    items: Schema = schema.get("items") or next(one["items"] for one in schema["anyOf"] if "items" in one)
    return items


def main(words: list[str]) -> int:
    """0 if it is written, or as it should be."""
    errors = json.loads((CONTRACT / "errors.json").read_text("utf-8"))
    text = table(Contract.read(), errors)
    drifted = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if "--check" in words:
        print(
            "operations.json has drifted: say `python -m codegen.operations` in sdk/python" if drifted else "up to date"
        )
        return 1 if drifted else 0
    if drifted:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(text, "utf-8")
        print(f"wrote {PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
