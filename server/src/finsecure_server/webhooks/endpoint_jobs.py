"""What happens to endpoints when time passes."""

from __future__ import annotations

from typing import Final

from finsecure_server.webhooks import endpoint_ops

JOBS: Final = {endpoint_ops.SETTLE: endpoint_ops.settle}
