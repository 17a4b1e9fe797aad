"""Calls of the API that an exercise makes by itself, beside those of its block."""

from __future__ import annotations

import os
from typing import Any, Final

import requests

API: Final = "https://api.finsecure.com"
KEY: Final = os.environ["FINSECURE_SECRET_KEY"]
INSUFFICIENT: Final = "pm_card_visa_chargeDeclinedInsufficientFunds"


def call(method: str, path: str, **body: Any) -> Any:
    """The decoded reply. Raises HTTPError."""
    headers = {"Authorization": f"Bearer {KEY}"}
    reply = requests.request(method, API + path, headers=headers, json=body or None, timeout=10)
    reply.raise_for_status()
    return reply.json()
