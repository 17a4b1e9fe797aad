"""Write `contract/errors.json`: every error and every decline with what to do about it, for SDKs in any language.

`python -m tools.error_table`. The same tables make docs/errors.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from finsecure_server.core.declines import DECLINES, SIDE_OF
from finsecure_server.core.errors import RULES

PAGE: Final = Path(__file__).resolve().parents[1] / "contract" / "errors.json"
ABOUT: Final = (
    "Every error code and every decline code. codes: type, HTTP status, transient (the same call, sent again, may "
    "succeed), side (who can put it right), message, next_steps; {param} stands for the parameter. declines: the "
    "code it arrives as, class (SOFT_NOW passes within minutes, SOFT_LATER within days), advice_code, masked (the "
    "payer must not learn it), what the payer may be told, next_steps in order."
)


def error_table() -> str:
    """The file."""
    codes = {
        code.value: {
            "type": rule.type,
            "status": rule.status,
            "transient": rule.transient,
            "side": rule.side.value,
            "message": rule.message,
            "next_steps": list(rule.next_steps),
        }
        for code, rule in RULES.items()
    }
    declines = {
        code: {
            "code": row.api_code.value,
            "class": row.cls.value,
            "side": SIDE_OF[row.cls].value,
            "advice_code": row.advice_code,
            "masked": row.mask,
            "payer_message": row.payer_message,
            "next_steps": list(row.next_steps),
        }
        for code, row in DECLINES.items()
    }
    return json.dumps({"about": ABOUT, "codes": codes, "declines": declines}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(error_table(), "utf-8")
