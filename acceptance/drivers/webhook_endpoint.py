"""The endpoint's test, once; `python -m … BLOCK`. What it prints is for the caller to read."""

from __future__ import annotations

import sys

from acceptance.drivers import block

block.run(sys.argv[1])["test_webhook_endpoint"]()
