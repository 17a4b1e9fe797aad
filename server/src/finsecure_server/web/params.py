"""Types of parameters that many routes share. Limits are Stripe's where it publishes them."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from finsecure_server.core.errors import Code, Refused

INT64_MAX: Final = 2**63 - 1
METADATA_KEYS_MAX: Final = 50
METADATA_KEY_LETTERS_MAX: Final = 40
METADATA_VALUE_LETTERS_MAX: Final = 500

Int64 = Annotated[int, Meta(ge=-(2**63), le=INT64_MAX)]
Amount = Annotated[int, Meta(description="Minor units of the currency, for instance cents.")]
Text = Annotated[str, Meta(max_length=5000)]
ShortText = Annotated[str, Meta(max_length=500)]
Identifier = Annotated[str, Meta(min_length=1, max_length=255)]
Expand = Annotated[list[Annotated[str, Meta(max_length=200)]], Meta(max_length=20)]
Metadata = Annotated[
    dict[str, str | None],
    Meta(
        description="Up to 50 pairs of your own; keys up to 40 characters, values up to 500. "
        "An empty value removes its key."
    ),
]
Secret = Meta(extra={"secret": True})  # never logged, never echoed, exempt from the search for stray card numbers
#: Not even a digest of it is kept: PCI DSS 3.3.1.2 forbids a security code in any form after authorization.
Forgotten = Meta(extra={"secret": True, "forget": True})
CardNumber = Annotated[str, Meta(max_length=64), Secret]
SecurityCode = Annotated[str, Meta(max_length=16), Forgotten]


class Nothing(Struct, kw_only=True, forbid_unknown_fields=True):
    """No parameters, but for `expand`."""

    expand: Expand | UnsetType = UNSET


class Range(Struct, kw_only=True, forbid_unknown_fields=True):
    """A range of times, in seconds since 1970 UTC."""

    gt: Int64 | UnsetType = UNSET
    gte: Int64 | UnsetType = UNSET
    lt: Int64 | UnsetType = UNSET
    lte: Int64 | UnsetType = UNSET


class ListParams(Struct, kw_only=True, forbid_unknown_fields=True):
    """What every list takes. The two cursors exclude each other."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    starting_after: Identifier | UnsetType = UNSET
    ending_before: Identifier | UnsetType = UNSET
    created: Range | Int64 | UnsetType = UNSET
    expand: Expand | UnsetType = UNSET


def merged(old: dict[str, str], change: dict[str, str | None] | None | UnsetType) -> dict[str, str]:
    """Metadata after an update: given keys are set, empty ones removed, the rest kept; nothing at all clears it.

    Raises metadata_too_many_keys: the limit is of what is kept, not only of what one call brings.
    """
    if isinstance(change, UnsetType):
        return old
    if change is None:
        return {}
    kept = {key: value for key, value in old.items() if key not in change}
    after = kept | {key: value for key, value in change.items() if value}
    if len(after) > METADATA_KEYS_MAX:
        raise Refused(
            Code.METADATA_TOO_MANY_KEYS,
            f"Metadata holds at most {METADATA_KEYS_MAX} keys; with this change it would have {len(after)}.",
            param="metadata",
        )
    return after
