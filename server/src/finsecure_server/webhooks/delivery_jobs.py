"""Timers of deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from finsecure_server.core.env import Env
from finsecure_server.storage.database import Tx
from finsecure_server.webhooks import delivery_ops

JOBS: Final[dict[str, Callable[[Tx, Env, str], None]]] = {delivery_ops.FAILING_CLOCK: delivery_ops.failing_clock}
