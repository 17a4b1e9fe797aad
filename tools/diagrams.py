"""The drawings of the help center: Mermaid from the tables that the server runs by, and SVG from that.

`python -m tools.diagrams` (part of `make generate`) writes `help/diagrams/`. Drawing needs an installed Chromium and
the package mermaid of `tools/browser`, so it happens only when a table has changed: each SVG says in its first line
which source it was drawn from, and `server/tests/test_reference.py` compares.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from finsecure_server.core.declines import DECLINES, Remedy

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "help" / "diagrams"
MERMAID: Final = ROOT / "tools" / "browser" / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

#: The declines that are drawn: those of the help document, and the two commonest beside them.
DRAWN: Final = (
    "insufficient_funds",
    "expired_card",
    "incorrect_cvc",
    "authentication_required",
    "processing_error",
    "do_not_honor",
    "lost_card",
    "stolen_card",
)

#: Each remedy in a few words.
BRIEFLY: Final[Mapping[Remedy, str]] = {
    Remedy.RETRY: "Try the same card again later",
    Remedy.UPDATE_CARD: "Ask for another card",
    Remedy.ACH: "Offer a bank transfer",
    Remedy.SPLIT: "Offer to split the payment",
    Remedy.REENTER_CVC: "Ask for the security code again",
    Remedy.REENTER_DATA: "Ask for the billing address again",
    Remedy.AUTHENTICATE: "Let the payer confirm with their bank",
    Remedy.SECURITY_HOLD: "Hold the order",
    Remedy.MANUAL_REVIEW: "A person reviews it",
    Remedy.ESCALATE: "Ask support, with the request id",
    Remedy.CANCEL_MANDATE: "Cancel the mandate",
    Remedy.NEW_MANDATE: "Ask for new consent",
    Remedy.CHECK_DUPLICATE: "Look for an earlier payment",
    Remedy.FIX_INTEGRATION: "Mend the integration",
    Remedy.TERMINAL: "Follow the terminal",
    Remedy.ACCOUNT_UPDATER: "Fetch the card's new data",
    Remedy.OTHER_PROCESSOR: "Send it through another processor",
}
assert set(BRIEFLY) == set(Remedy)

#: What Mermaid leaves in a drawing for its own editor; most of the file.
DATA: Final = re.compile(r' data-[a-z-]+="[^"]*"')

#: Figures after the second decimal, which nobody sees.
LONG: Final = re.compile(r"(\d\.\d\d)\d+")

#: Colours of the pages' two themes, as in finsecure.css.
THEMES: Final[Mapping[str, Mapping[str, str]]] = {
    "light": {
        "page": "#f6f7f9",
        "node": "#ffffff",
        "line": "#525c6b",
        "ink": "#1a1f29",
        "group": "#eef0f4",
        "rim": "#d9dde4",
    },
    "dark": {
        "page": "#11141a",
        "node": "#191d25",
        "line": "#a3adbb",
        "ink": "#e8ebf0",
        "group": "#12151b",
        "rim": "#303744",
    },
}


def declined_payment() -> str:
    """How a declined payment is resolved: the remedies of each decline, in the order of its row."""
    return "\n".join(_declined_payment()) + "\n"


def _declined_payment() -> Iterator[str]:
    yield "graph TB"
    yield '    subgraph remedies ["In this order, until one of them pays"]'
    yield "    direction LR"  # a row for each decline: as columns they are twice as wide, and too small in a page
    yield '    which("Payment<br/>declined")'
    rows = groupby(DRAWN, key=lambda code: DECLINES[code].steps)
    for number, (steps, codes) in enumerate(rows):
        entry = f'c{number}("{"<br/>".join(map(_broken, codes))}")'
        boxes = [f'r{number}s{place}["{BRIEFLY[step]}"]' for place, step in enumerate(steps)]
        yield f"    which --- {entry} --> {' --> '.join(boxes)}"
    yield "    end"
    yield '    remedies -->|"one pays"| paid("Payment complete")'
    yield '    remedies -->|"none does"| support("Customer support")'


def _broken(code: str) -> str:
    """A code in two lines, if one would be wider than most remedies."""
    return code.replace("_", "_<br/>", 1) if len(code) > 15 else code


DIAGRAMS: Final[Mapping[str, Callable[[], str]]] = {"declined-payment": declined_payment}


def stamp(source: str) -> str:
    """What the first line of an SVG says of its source."""
    return f"<!-- drawn from {sha256(source.encode()).hexdigest()} -->"


def browser() -> str | None:
    """An installed browser."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def draw(source: str, theme: Mapping[str, str]) -> str:
    """The SVG of a Mermaid source. Text is text of the SVG, so that it is drawn wherever an image is."""
    settings = {
        "startOnLoad": False,
        "theme": "base",
        "htmlLabels": False,
        "deterministicIds": True,
        "look": "classic",
        "flowchart": {"htmlLabels": False, "nodeSpacing": 12, "rankSpacing": 20, "wrappingWidth": 150, "padding": 8},
        "themeVariables": {
            "fontFamily": "system-ui, sans-serif",
            "fontSize": "19px",
            "primaryColor": theme["node"],
            "primaryBorderColor": theme["line"],
            "primaryTextColor": theme["ink"],
            "lineColor": theme["line"],
            "textColor": theme["ink"],
            "titleColor": theme["ink"],
            "clusterBkg": theme["group"],
            "clusterBorder": theme["rim"],
            "edgeLabelBackground": theme["page"],
        },
        "themeCSS": ".edgeLabel rect { opacity: 1; }",  # else its line runs through a label
    }
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser(), args=list(ARGUMENTS))
        page = chromium.new_page()
        page.add_script_tag(path=MERMAID)
        page.evaluate("settings => mermaid.initialize(settings)", settings)
        svg: str = page.evaluate("async source => (await mermaid.render('drawing', source)).svg", source)
        chromium.close()
    return LONG.sub(r"\1", DATA.sub("", svg))


def main() -> None:
    """Draw what has changed, and name it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, made in DIAGRAMS.items():
        source = made()
        (FOLDER / f"{name}.mmd").write_text(source, "utf-8")
        for look, theme in THEMES.items():
            path = FOLDER / f"{name}-{look}.svg"
            if path.exists() and path.read_text("utf-8").startswith(stamp(source)):
                continue
            if browser() is None or not MERMAID.exists():
                sys.exit("Drawing needs Chromium and the package mermaid: make browser")
            path.write_text(f"{stamp(source)}\n{draw(source, theme)}\n", "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
