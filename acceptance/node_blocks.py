"""How the JavaScript blocks are run: by drivers under node."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from acceptance.exercise import DRIVERS, Exercise, Facts, facts
from acceptance.world import World

_ORIGINS: Final = "https://shop.example,https://app.yoursite.com"


def _decline(world: World, block: Path) -> Facts:
    return facts(world.run("node", DRIVERS / "decline.mjs", block))


def _recovery(world: World, block: Path) -> Facts:
    return facts(world.run("node", DRIVERS / "recovery.mjs", block, world.packages.sdk_node))


def _cors(world: World, block: Path) -> Facts:
    command = ("node", DRIVERS / "cors.mjs", block, world.packages.node)
    second = _ORIGINS.partition(",")[2]
    return [
        *facts(world.run(*command, "http://localhost:3000")),
        *facts(world.run(*command, second, ALLOWED_ORIGINS=_ORIGINS)),
    ]


EXERCISES: Final = (
    Exercise(
        "javascript",
        "const declineActions = {",
        "its JSON is compared with what the API answers to that decline; its code runs, and the API has each code",
        _decline,
    ),
    Exercise("javascript", "class PaymentErrorHandler {", "sdk/node is its client; test cards decline", _recovery),
    Exercise(
        "javascript",
        "const cors = require('cors');",
        "on an Express application: a preflight and a call, of the default origin and of ALLOWED_ORIGINS",
        _cors,
    ),
)
