"""An explanation: what happened, why, whose side, what next; and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from finsecure.cli import help_pages
from finsecure.cli.data_tables import table
from finsecure.cli.look import clean
from finsecure.cli.output import Output

SIDES: Final = {
    "developer": "Whoever wrote the call can put it right.",
    "merchant": "Whoever runs the shop and this server can put it right.",
    "payer": "The payer can put it right.",
    "issuer": "The payer's bank decides; nobody else can change its mind.",
    "finsecure": "FinSecure's side: this server, or what it depends on.",
    "nobody": "Nobody's: all is as it should be.",
}

_NO_ERROR: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass
class Explanation:
    """Everything that there is to say. Empty parts are not shown."""

    about: str
    happened: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    side: str = "nobody"  # a key of SIDES
    side_words: str = ""
    next_steps: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    url: str = ""

    def data(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "schema": "finsecure.explanation/1",
            "about": self.about,
            "what_happened": self.happened,
            "why": self.why,
            "side": {"id": self.side, "words": self.side_words or SIDES[self.side]},
            "next_steps": self.next_steps,
            "commands": self.commands,
            "page": self.page(),
            "url": self.url,
        }

    def page(self) -> dict[str, str] | None:
        """The page of the help center that the address is of, if this package carries it."""
        path = help_pages.of_url(self.url)
        if path is None:
            return None
        title = help_pages.pages()[path.partition("#")[0]].title
        return {"path": path, "title": title, "command": f"finsecure help {help_pages.topic(path)}"}

    def adopt(self, code: str, base: str, error: Mapping[str, Any] = _NO_ERROR) -> None:
        """Take over why, side, steps and page of a code. `error`: of a reply whose message is told already."""
        found = of_code(code, base)
        if found is not None:
            self.why += [*_meaning(table("errors")[code], error), *found.why]
            self.side, self.side_words = found.side, found.side_words
            self.next_steps += found.next_steps
            self.url = found.url


def say(out: Output, found: Explanation) -> None:
    """Print it, or its JSON."""
    if out.flags.json:
        out.json(found.data())
        return
    look = out.look
    out.line(look.strong(clean(found.about)))
    for title, lines in (("What happened", found.happened), ("Why", found.why)):
        if lines:
            out.line(f"\n{look.strong(title)}")
            for line in lines:
                out.wrapped(clean(line))
    out.line(f"\n{look.strong('Whose side')}")
    out.wrapped(found.side_words or SIDES[found.side])
    if found.next_steps:
        out.line(f"\n{look.strong('What next')}")
        for number, line in enumerate(found.next_steps, 1):
            out.wrapped(clean(line), indent="     ", first=f"  {number}. ")
    if found.commands:
        out.line(f"\n{look.strong('Commands')}")
        for line in found.commands:
            out.line(f"  {clean(line)}")
    page = found.page()
    if page is not None:
        out.line(f"\n{look.strong('Read on')}")
        out.line(f"  {page['title']}: {page['command']}")
    if found.url:
        out.line(f"\n{clean(found.url)}")


def page_of(base: str, code: str) -> str:
    """The page about a code."""
    return f"{base}/help/errors/{code}"


def of_code(code: str, base: str, error: Mapping[str, Any] = _NO_ERROR) -> Explanation | None:
    """What a code of an error, a decline or a failed delivery means; None for a code that is none.

    `error`: of a reply whose message is told already.
    """
    row = table("errors").get(code)
    if row is None:
        return None
    found = Explanation(f"{_KINDS[row['kind']]} {code}", url=page_of(base, code))
    found.happened = [*_meaning(row, error), *_arrives(row)]
    if row.get("cause"):
        found.why.append(row["cause"])
    found.why.append(row["again_in_words"].replace("steps above", "steps below"))
    if row.get("masked"):
        found.why.append("The payer must not learn this reason: they may be the thief.")
    if row.get("payer_message"):
        found.why.append(f"The payer may be told: {row['payer_message']}")
    found.side, found.side_words = row["side"], row["side_in_words"]
    found.next_steps = list(row["next_steps"])
    for card in row.get("cards", ())[:2]:
        found.commands.append(f"finsecure payments create --amount 2000 --currency usd --card {card['name']}")
    if row["kind"] == "delivery_failure":
        found.commands.append(f"finsecure attempts list --error {code}")
    return found


_KINDS: Final = {"error": "Error", "decline": "Decline", "delivery_failure": "Failed delivery"}


def _meaning(row: Mapping[str, Any], error: Mapping[str, Any]) -> list[str]:
    """What the table says beyond the reply's message, which says it of this very call.

    A decline means more than its message, which is written for the payer.
    """
    return [] if row["kind"] == "error" and error.get("message") else [row["meaning"]]


def _arrives(row: Mapping[str, Any]) -> list[str]:
    if row["kind"] == "delivery_failure":
        return ["No reply of the API carries this code: it stands in the attempts of a delivery."]
    decline = f" with decline_code {row['code']}" if row["kind"] == "decline" else ""
    return [f"It arrives as HTTP {row['status']}, {row['type']}, code {row['arrives_as']}{decline}."]


#: HTTP statuses of the API and of what stands before it: what they mean, and whose side it mostly is.
STATUSES: Final = {
    200: ("The call was carried out.", "nobody", ()),
    301: (
        "Something before the API sends callers elsewhere.",
        "developer",
        ("Use the address that --api-base must have, with https.",),
    ),
    308: (
        "Something before the API sends callers elsewhere.",
        "developer",
        ("Use the address that --api-base must have, with https.",),
    ),
    400: ("The call is wrong: `param` and `message` say where.", "developer", ()),
    401: ("No key that may call: it is missing, misspelt, expired or revoked.", "developer", ()),
    402: ("The call was right and the payment failed.", "payer", ()),
    403: ("The key is good, and may not do this.", "developer", ()),
    404: ("There is no such object, or no such address.", "developer", ()),
    405: ("This address does not know this method.", "developer", ()),
    409: ("Another call is at work on the same object or the same idempotency key.", "developer", ()),
    413: ("The body is larger than a call may be.", "developer", ()),
    415: ("The body is neither a form nor JSON.", "developer", ()),
    429: ("Too many calls, or another call holds the object.", "developer", ()),
    431: ("The headers are larger than they may be.", "developer", ()),
    500: (
        "The server failed. The call may have taken effect.",
        "finsecure",
        ("Look at the object first, then send the call again with a new key: the old one keeps this reply.",),
    ),
    502: (
        "A proxy had no reply from the server.",
        "finsecure",
        (
            "finsecure status says whether the server runs.",
            "Without error.code in the reply, send the call again with the same idempotency key.",
        ),
    ),
    503: ("The server cannot answer now: its database is away, or it has too much to do.", "finsecure", ()),
    504: (
        "A proxy waited too long for the server. The call may have taken effect.",
        "finsecure",
        ("Send the same call again with the same idempotency key: it takes effect once.",),
    ),
}


def of_status(status: int, base: str) -> Explanation | None:
    """What an HTTP status means here, and the codes that come with it."""
    found = STATUSES.get(status)
    codes = [code for code, row in table("errors").items() if row["kind"] == "error" and row["status"] == status]
    if found is None and not codes:
        return None
    means, side, steps = found or ("The call was refused.", "developer", ())
    page = help_pages.named(str(status))
    url = base + (page.path if page else "/help/errors")
    made = Explanation(f"HTTP {status}", [means], side=side, next_steps=list(steps), url=url)
    if codes:
        made.why.append(f"The reply's error.code says which it is: {', '.join(codes)}.")
        made.next_steps.append("Read error.code, error.param and error.next_steps of the reply.")
        made.next_steps.append(
            "Run finsecure doctor: it finds what is wrong with the key, and says the line that mends it."
            if status == 401  # such a call is nobody's, and in no log that a key opens
            else "Take the reply's Request-Id header, and ask: finsecure explain req_…"
        )
        made.commands.append(f"finsecure explain {codes[0]}")
    return made
