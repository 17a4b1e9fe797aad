"""The short verifier, on what a real receiver got; `python -m … BLOCK WEBHOOK SECRET`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from acceptance.drivers import block
from acceptance.drivers.checks import expect

path, webhook, secret = sys.argv[1:]
body, header = json.loads(Path(webhook).read_text("utf-8"))
verify = block.run(path)["verify_webhook_signature"]
expect("the signature of a delivered webhook is right", verify(body, header, secret))
expect("that of a changed body is not", verify(body + " ", header, secret), wanted=False)
expect("that of another secret is not", verify(body, header, secret + "x"), wanted=False)
