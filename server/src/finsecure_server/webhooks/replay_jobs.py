"""What happens to replays when time passes."""

from __future__ import annotations

from typing import Final

from finsecure_server.webhooks import replay_ops

JOBS: Final = {replay_ops.KIND: replay_ops.step}
