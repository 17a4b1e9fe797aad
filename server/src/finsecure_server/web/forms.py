"""Request bodies and queries into typed parameters, and every way in which they can be wrong into a named error.

Form bodies use Stripe's brackets: `card[number]=…`, `expand[]=customer`, `payment_method_types[0]=card`. All values of
a form are text, so the target type decides what they mean; JSON values are taken as they are. Both end in one check.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from enum import Enum
from itertools import islice
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Struct, inspect

from finsecure_server.core.cards import find_pan
from finsecure_server.core.disclosure import disclosed
from finsecure_server.core.errors import Code, Refused
from finsecure_server.web import params

S = TypeVar("S", bound=Struct)

DEPTH_MAX: Final = 8  # brackets in a name
FIELDS_MAX: Final = 1000  # of a form, and items of a list
DIGITS_MAX: Final = 40  # beyond any amount; a longer run of digits is not read as a number at all
PAN_DIGITS_MIN: Final = 13
SHOWN_LETTERS_MAX: Final = 100  # of a value, in an error or a log
LOGGED_ITEMS_MAX: Final = 100
REDACTED: Final = "[redacted]"
_BEYOND: Final = 10**DIGITS_MAX
_INTEGER: Final = re.compile(r"-?[0-9]+")
_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BAD_LETTERS: Final = re.compile("[\x00\ud800-\udfff]")
_AT: Final = re.compile(r"(.*?)(?: - at `([^`]*)`)?", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(.*)`", re.DOTALL)


class Kind(Enum):
    """What a parameter's text means."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    LIST = "list"
    MAP = "map"
    STRUCT = "struct"


class Shape:
    """What a field takes, read once from the Struct: drives the form, the log's redaction and the hints."""

    __slots__ = ("choices", "fields", "forget", "forgetful", "item", "kind", "nullable", "or_integer", "secret")

    def __init__(self, kind: Kind, *, choices: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.secret = False
        self.forget = False  # not even a digest of it may be kept
        self.forgetful = False  # there is something to forget in it
        self.nullable = False
        self.or_integer = False
        self.choices = choices  # of a text that comes from a closed list
        self.fields: dict[str, Shape] = {}
        self.item: Shape | None = None


def shape_of(struct: type[Struct]) -> Shape:
    """The shape of a parameters Struct."""
    return _shape(inspect.type_info(struct))


def _shape(info: inspect.Type) -> Shape:
    marks: dict[str, Any] = {}
    while isinstance(info, inspect.Metadata):
        marks |= info.extra or {}
        info = info.type
    shape = _unmarked(info)
    shape.secret = shape.secret or bool(marks.get("secret"))
    shape.forget = shape.forget or bool(marks.get("forget"))
    below = [*shape.fields.values(), *([shape.item] if shape.item is not None else [])]
    shape.forgetful = any(part.forget or part.forgetful for part in below)
    return shape


def _unmarked(info: inspect.Type) -> Shape:
    if isinstance(info, inspect.UnionType):
        return _union(info)
    if isinstance(info, inspect.StructType):
        shape = Shape(Kind.STRUCT)
        for field in info.fields:
            shape.fields[field.encode_name] = _shape(field.type)
        return shape
    if isinstance(info, inspect.ListType):
        shape = Shape(Kind.LIST)
        shape.item = _shape(info.item_type)
        return shape
    if isinstance(info, inspect.DictType):
        return Shape(Kind.MAP)
    if isinstance(info, inspect.IntType) or (isinstance(info, inspect.LiteralType) and isinstance(info.values[0], int)):
        return Shape(Kind.INTEGER, choices=_choices(info))
    if isinstance(info, inspect.BoolType):
        return Shape(Kind.BOOLEAN)
    return Shape(Kind.TEXT, choices=_choices(info))


def _choices(info: inspect.Type) -> tuple[str, ...]:
    if isinstance(info, inspect.LiteralType):
        return tuple(str(value) for value in info.values)
    if isinstance(info, inspect.EnumType):
        return tuple(str(member.value) for member in info.cls)
    return ()


def _union(info: inspect.UnionType) -> Shape:
    """`X | None | UNSET` is X. A Struct or a boolean may be given as an integer as well, where the type says so."""
    members = [_shape(member) for member in info.types if not isinstance(member, inspect.NoneType)]
    members = [m for m, t in zip(members, _given(info), strict=True) if t] or members
    order = (Kind.STRUCT, Kind.LIST, Kind.MAP, Kind.BOOLEAN, Kind.INTEGER, Kind.TEXT)
    shape = min(members, key=lambda member: order.index(member.kind))
    shape.nullable = any(isinstance(member, inspect.NoneType) for member in info.types)
    shape.or_integer = shape.kind is not Kind.INTEGER and any(member.kind is Kind.INTEGER for member in members)
    return shape


def _given(info: inspect.UnionType) -> list[bool]:
    return [
        not (isinstance(member, inspect.CustomType) and member.cls is msgspec.UnsetType)
        for member in info.types
        if not isinstance(member, inspect.NoneType)
    ]


# -- reading ----------------------------------------------------------------------------------------------------------


def parse_form(text: bytes) -> dict[str, Any]:
    """`a[b]=1&a[c]=2` into `{"a": {"b": "1", "c": "2"}}`; `a[]=1` gathers under the key of its position."""
    tree: dict[str, Any] = {}
    if not text:
        return tree
    if text.count(b"&") >= FIELDS_MAX:
        raise Refused(Code.BODY_MALFORMED, f"The request has more than {FIELDS_MAX} parameters.")
    quoted = b"%" in text or b"+" in text
    try:
        pairs = [pair.partition("=") for pair in text.decode().split("&") if pair]
        if quoted:
            pairs = [(_unquote(name), mark, _unquote(value)) for name, mark, value in pairs]
    except UnicodeDecodeError:
        raise Refused(Code.BODY_MALFORMED, "The parameters are not valid UTF-8.") from None
    for name, _, value in pairs:
        if "[" in name or "]" in name:
            _put(tree, name, value)
        elif name in tree:
            raise Refused(Code.PARAMETER_DUPLICATE, param=_shown(name))
        else:
            tree[name] = value
    return tree


def _unquote(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote_to_bytes(text).decode() if "%" in text else text


def _put(tree: dict[str, Any], name: str, value: str) -> None:
    match = _NAME.fullmatch(name)
    if match is None:
        raise Refused(Code.BODY_MALFORMED, "The brackets of a parameter's name do not match.", param=_shown(name))
    keys = [match[1], *match[2][1:-1].split("][")]
    if len(keys) > DEPTH_MAX:
        raise Refused(Code.BODY_MALFORMED, f"Parameters nest at most {DEPTH_MAX} deep.", param=_shown(match[1]))
    here = tree
    for key in keys[:-1]:
        below = here.setdefault(key or str(len(here)), {})
        if not isinstance(below, dict):
            raise Refused(Code.PARAMETER_DUPLICATE, param=_shown(name))
        here = below
    last = keys[-1] or str(len(here))
    if last in here:
        raise Refused(Code.PARAMETER_DUPLICATE, param=_shown(name))
    here[last] = value


def parse_json(text: bytes) -> dict[str, Any]:
    """A JSON object. Duplicate names, NaN, lone surrogates and bottomless nesting are refused, not guessed at."""
    try:
        tree = json.loads(text.decode(), object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_parse_int)
    except UnicodeDecodeError:
        raise Refused(Code.BODY_MALFORMED, "The body is not valid UTF-8.") from None
    except RecursionError:
        raise Refused(Code.BODY_MALFORMED, "The body nests too deep.") from None
    except ValueError as error:
        raise Refused(Code.BODY_MALFORMED, f"The body is not valid JSON: {error}.") from None
    if not isinstance(tree, dict):
        raise Refused(Code.BODY_MALFORMED, "The body must be a JSON object.")
    return tree


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise Refused(Code.PARAMETER_DUPLICATE, param=_shown(name))
            seen.add(name)
    return made


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _parse_int(digits: str) -> int:
    if len(digits) <= DIGITS_MAX:
        return int(digits)
    return -_BEYOND if digits[0] == "-" else _BEYOND  # it is out of any range; how far does not matter


# -- meaning ----------------------------------------------------------------------------------------------------------


def decode(tree: dict[str, Any], into: type[S], shape: Shape, *, form: bool) -> S:
    """Parameters of type `into`; `tree` is what the request said."""
    meant = _struct(tree, shape, form, "")
    try:
        return msgspec.convert(meant, into)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), shape, meant) from None


def _struct(tree: dict[str, Any], shape: Shape, form: bool, path: str) -> dict[str, Any]:
    """As deep as the shape goes, and no deeper: what has no place in it is refused where it begins."""
    fields = shape.fields
    meant: dict[str, Any] = {}
    for name, value in tree.items():
        field = fields.get(name)
        if field is None:
            raise _unknown(name, path, fields)
        meant[name] = _value(value, field, form, f"{path}[{name}]" if path else name)
    return meant


def _value(value: Any, shape: Shape, form: bool, path: str) -> Any:
    kind = shape.kind
    if isinstance(value, str):
        if kind is Kind.TEXT:
            if not shape.secret:
                check_text(value, path)
            return None if not value and shape.nullable and form else value
        return _plain(value, shape, form, path)
    if isinstance(value, dict):
        if kind is Kind.STRUCT:
            return _struct(value, shape, form, path)
        if kind is Kind.MAP:
            return _secret_map(value, path) if shape.secret else _map(value, path)
        if kind is Kind.LIST and form:
            return _list([value[key] for key in _positions(value, path)], shape, form, path)
    if isinstance(value, list) and kind is Kind.LIST:
        return _list(value, shape, form, path)
    return value


def _plain(value: str, shape: Shape, form: bool, path: str) -> Any:
    """Text for a field that is not text. In JSON that is an error, which the check of types will name."""
    if not form:
        check_text(value, path)
        return value
    kind = shape.kind
    if not value:
        if shape.nullable or kind is Kind.MAP:
            return None
        return [] if kind is Kind.LIST else value
    if kind is Kind.BOOLEAN and value in ("true", "false"):
        return value == "true"
    if kind is Kind.INTEGER or shape.or_integer:
        if _INTEGER.fullmatch(value) and len(value) <= DIGITS_MAX:
            return int(value)
        if kind is not Kind.BOOLEAN:
            raise Refused(Code.PARAMETER_INVALID_INTEGER, f"Invalid integer: {_shown(value)}", param=path)
    check_text(value, path)
    return value


def _list(values: list[Any], shape: Shape, form: bool, path: str) -> list[Any]:
    assert shape.item is not None
    if len(values) > FIELDS_MAX:  # whatever its type allows: so many are not even looked at
        raise Refused(Code.PARAMETER_INVALID_ARRAY, f"Invalid array: more than {FIELDS_MAX} items", param=path)
    return [_value(value, shape.item, form, f"{path}[{n}]") for n, value in enumerate(values)]


def _positions(value: dict[str, Any], path: str) -> list[str]:
    if not all(key.isascii() and key.isdigit() and len(key) < 5 for key in value):
        raise Refused(Code.PARAMETER_INVALID_ARRAY, "Invalid array", param=path)
    return sorted(value, key=int)


def _map(value: dict[str, Any], path: str) -> dict[str, Any]:
    """Metadata: the limits are per key, so the error can name the key."""
    if len(value) > params.METADATA_KEYS_MAX:
        raise Refused(
            Code.METADATA_TOO_MANY_KEYS,
            f"Metadata holds at most {params.METADATA_KEYS_MAX} keys; this has {len(value)}.",
            param=path,
        )
    for key, text in value.items():
        check_text(key, path)
        here = f"{path}[{_shown(key)}]"
        if not key or "[" in key or "]" in key:
            raise Refused(Code.METADATA_KEY_INVALID, param=here)
        if len(key) > params.METADATA_KEY_LETTERS_MAX:
            raise Refused(Code.METADATA_KEY_TOO_LONG, param=here)
        if text is None:
            continue
        if not isinstance(text, str):
            raise Refused(Code.PARAMETER_INVALID_STRING, "Metadata values are text.", param=here)
        if len(text) > params.METADATA_VALUE_LETTERS_MAX:
            raise Refused(
                Code.METADATA_VALUE_TOO_LONG,
                f"Metadata values hold at most {params.METADATA_VALUE_LETTERS_MAX} characters; this has {len(text)}.",
                param=here,
            )
        check_text(text, here)
    return value


def _secret_map(value: dict[str, Any], path: str) -> dict[str, Any]:
    """What is secret has limits of its own, and no key of it is named in an error."""
    for part in (*value, *value.values()):
        if isinstance(part, str):
            check_text(part, path)
    return value


def is_clean(text: str) -> bool:
    """Whether every engine and every log can hold the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and (text.isascii() or _BAD_LETTERS.search(text) is None)


def cleaned(text: str) -> str:
    """The text with what nobody can hold replaced."""
    return text if is_clean(text) else _BAD_LETTERS.sub("\N{REPLACEMENT CHARACTER}", text)


def check_text(text: str, path: str) -> None:
    """No letter that a database or a log cannot hold, and no card number where none belongs."""
    if not is_clean(text):
        raise Refused(Code.PARAMETER_INVALID_STRING, "The text holds a NUL or half of a surrogate pair.", param=path)
    if len(text) >= PAN_DIGITS_MIN and find_pan(text):
        raise Refused(Code.CARD_NUMBER_IN_TEXT, param=path)


# -- saying what is wrong ---------------------------------------------------------------------------------------------


def _unknown(name: str, path: str, fields: Mapping[str, Shape]) -> Refused:
    shown = _shown(f"{path}[{name}]" if path else name)
    near = difflib.get_close_matches(name[:60], fields, n=1)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    return Refused(Code.PARAMETER_UNKNOWN, f"Received unknown parameter: {shown}.{hint}", param=shown)


_WRONG_TYPE: Final = (
    ("Expected `int", Code.PARAMETER_INVALID_INTEGER, "Invalid integer"),
    ("Expected `str` of length <=", Code.PARAMETER_TOO_LONG, "Too long"),
    ("Expected `str", Code.PARAMETER_INVALID_STRING, "Invalid string"),
    ("Expected `bool", Code.PARAMETER_INVALID_BOOLEAN, "Invalid boolean"),
    ("Invalid enum value", Code.PARAMETER_INVALID_ENUM, "Invalid value"),
    ("Expected `array", Code.PARAMETER_INVALID_ARRAY, "Invalid array"),
    ("Expected `object", Code.PARAMETER_INVALID_OBJECT, "Invalid object"),
)


def _refusal(said: str, shape: Shape, meant: dict[str, Any]) -> Refused:
    """What msgspec says about a value, as one of our errors."""
    match = _AT.fullmatch(said)
    assert match is not None
    what, path = match[1], _bracketed(match[2] or "$")
    if missing := _MISSING.fullmatch(what):
        name = f"{path}[{missing[1]}]" if path else missing[1]
        return Refused(Code.PARAMETER_MISSING, f"Missing required param: {name}.", param=name)
    found, secret, choices = _find(meant, path), *_about(shape, path)
    if found == "":
        return Refused(Code.PARAMETER_INVALID_EMPTY, param=path)
    value = "(not shown)" if secret else _shown(found)
    code, words = next(
        ((code, words) for start, code, words in _WRONG_TYPE if what.startswith(start)),
        (Code.PARAMETER_INVALID_OBJECT, "Invalid value"),
    )
    if choices:
        return Refused(code, f"{words}: {value}; must be one of {', '.join(choices)}.", param=path)
    limits = what.removeprefix("Expected ") if any(sign in what for sign in ("<=", ">=", " matching ")) else ""
    return Refused(code, f"{words}: {value}" + (f" (expected {limits})" if limits else ""), param=path)


def _bracketed(path: str) -> str:
    """`$.card.number` as `card[number]`, `$.items[0].price` as `items[0][price]`."""
    names = re.findall(r"\.([^.\[]+)|\[([^\]]+)\]", path)
    flat = [a or b for a, b in names]
    return flat[0] + "".join(f"[{name}]" for name in flat[1:]) if flat else ""


def _find(tree: Any, path: str) -> Any:
    """What stands at a path that msgspec has named in this very tree. Within a map it names no key, but `...`."""
    for name in re.findall(r"[^\[\]]+", path):
        if isinstance(tree, list):
            tree = tree[int(name)]
        elif isinstance(tree, dict):
            tree = tree.get(name)
        else:
            return None
    return tree


def _about(shape: Shape, path: str) -> tuple[bool, tuple[str, ...]]:
    """Whether what stands at a path is secret, and what it may be."""
    for name in re.findall(r"[^\[\]]+", path):
        below = shape.fields.get(name) or shape.item
        if below is None:
            return False, ()
        if below.secret:
            return True, ()
        shape = below
    return False, shape.choices


def _shown(value: object) -> str:
    """A value as an error may repeat it: short, printable, without a card number or a secret."""
    if isinstance(value, dict | list):
        return "(an object)" if isinstance(value, dict) else "(a list)"  # who knows what is in it
    text = cleaned(value if isinstance(value, str) else json.dumps(value))
    if len(text) > SHOWN_LETTERS_MAX:
        return disclosed(text[: 2 * SHOWN_LETTERS_MAX])[: SHOWN_LETTERS_MAX - 3] + "..."
    if len(text) < PAN_DIGITS_MIN:
        return text
    return "(a card number)" if find_pan(text) else disclosed(text)


def remembered(tree: Any, shape: Shape) -> Any:
    """Parameters that were decoded, without those of which not even a digest may be kept."""
    if not shape.forgetful:
        return tree
    if isinstance(tree, list):
        assert shape.item is not None
        return [remembered(value, shape.item) for value in tree]
    if not isinstance(tree, dict):
        return tree  # null, or an empty text that stands for it
    if shape.item is not None:  # a list in a form: by position
        return {position: remembered(value, shape.item) for position, value in tree.items()}
    fields = shape.fields
    return {name: remembered(value, fields[name]) for name, value in tree.items() if not fields[name].forget}


def redacted(tree: Any, shape: Shape | None) -> Any:
    """The request's parameters as the log may keep them: what the schema knows and does not call secret."""
    if shape is None or shape.secret:
        return REDACTED
    kind = shape.kind
    if isinstance(tree, dict):
        if kind is Kind.STRUCT:
            fields = shape.fields
            return {
                name if name in fields else _shown(name): redacted(value, fields.get(name))
                for name, value in tree.items()
            }
        if kind is Kind.MAP:
            return {_shown(name): _logged(value) for name, value in tree.items()}
        if kind is Kind.LIST:
            return [redacted(value, shape.item) for value in islice(tree.values(), LOGGED_ITEMS_MAX)]
        return REDACTED
    if isinstance(tree, list):
        return [redacted(value, shape.item) for value in tree[:LOGGED_ITEMS_MAX]] if kind is Kind.LIST else REDACTED
    return _logged(tree)


def _logged(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict | list):
        return REDACTED
    if isinstance(value, int):
        return value if abs(value) < 10**12 else _shown(str(value))
    return _shown(value)
