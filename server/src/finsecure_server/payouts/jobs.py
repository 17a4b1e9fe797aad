"""What happens to payouts when time passes."""

from __future__ import annotations

from typing import Final

from finsecure_server.payouts import ops

JOBS: Final = {"payout_send": ops.send, "payout_arrive": ops.arrive}
