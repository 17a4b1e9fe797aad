"""The version of the API that this package speaks.

Written by `python -m codegen` from contract/openapi.json. Change that, not this.
"""
# fmt: off

from __future__ import annotations

API_VERSION = "2026-11-22"
