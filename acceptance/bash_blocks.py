"""How the bash blocks are run: as scripts, with real curl, openssl, nslookup and jq, and no input."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from acceptance.exercise import Exercise, Facts, require
from acceptance.server import KEY
from acceptance.world import API_ADDRESS, Ran, World

#: What they call, and the Debian package that has it.
TOOLS: Final = {
    "bash": "bash",
    "curl": "curl",
    "jq": "jq",
    "nslookup": "bind9-dnsutils",
    "openssl": "openssl",
}
_OK: Final = re.compile(r"HTTP/\S+ 200\b")
_DATE: Final = "%b %d %H:%M:%S %Y GMT"


def _is_balance(text: str) -> bool:
    """Whether the first JSON in a text is the account's balance."""
    decoded, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    return bool(decoded["object"] == "balance")


def _authentication(world: World, block: Path) -> Facts:
    ran = world.run("bash", block)
    return [
        require("it ends with 0", ran, ran.code == 0),
        require("the key's format is sk_test_", ran, ran.out.startswith(KEY[:20])),
        require("the variable is shown", ran, f"FINSECURE_SECRET_KEY={KEY}\n" in ran.out),
        require("the key reads the balance", ran, _is_balance(ran.out)),
    ]


def _diagnostic(world: World, block: Path) -> Facts:
    ran = world.run("bash", block, WEBHOOK_URL="https://yoursite.com/webhook")
    opening, dns, https, authentication, webhook = re.split(r"^\d\. Testing .*\n", ran.out, flags=re.MULTILINE)
    resolved = f"Name:\tapi.finsecure.com\nAddress: {API_ADDRESS}\n"
    bare = world.run("bash", block, without="FINSECURE_SECRET_KEY")
    return [
        require("it ends with 0", ran, ran.code == 0),
        require("its title", ran, opening.startswith("=== FinSecure Connection Diagnostic ===\nDate: ")),
        require("nslookup finds api.finsecure.com", ran, resolved in dns),
        require("curl -I /health is answered with 200 over HTTPS", ran, bool(_OK.match(https))),
        require("the key's first 12 letters", ran, authentication.startswith(f"API Key format: {KEY[:12]}...\n")),
        require("jq shows the balance", ran, _is_balance(authentication)),
        require("the webhook endpoint answers", ran, bool(_OK.match(webhook))),
        require("it comes to its end", ran, ran.out.endswith("=== Diagnostic Complete ===\n")),
        require("without a key it says so", bare, "ERROR: FINSECURE_SECRET_KEY environment variable not" in bare.out),
        require("without an endpoint it leaves it out", bare, "webhook" not in bare.out),
    ]


def _certificate(world: World, block: Path) -> Facts:
    ran = world.run("bash", block)
    return [
        require("it ends with 0", ran, ran.code == 0),
        require("the chain is verified", ran, "Verify return code: 0 (ok)" in ran.out),
        require("for the name that was asked for", ran, "Verification: OK" in ran.out),
        require("the certificate is valid now", ran, _valid_now(ran)),
        require("curl, which verifies, is answered with 200", ran, bool(_OK.search(ran.out))),
    ]


def _valid_now(ran: Ran) -> bool:
    dates = dict(re.findall(r"^(notBefore|notAfter)=(.*)$", ran.out, re.MULTILINE))
    begin, end = (
        datetime.strptime(dates[name], _DATE).replace(tzinfo=UTC)  # "GMT" is not read as a zone
        for name in ("notBefore", "notAfter")
    )
    return begin <= datetime.now(UTC) < end


EXERCISES: Final = (
    Exercise("bash", "# Verify API key format", "as a script with a test key", _authentication),
    Exercise(
        "bash",
        "# FinSecure Connection Diagnostic Script",
        "as a script with a key and a webhook endpoint, and once more with neither",
        _diagnostic,
    ),
    Exercise("bash", "# Check certificate validity", "as a script; s_client's input ends at once", _certificate),
)
