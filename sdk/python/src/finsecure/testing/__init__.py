"""What tests of your own need: a real server of one's own, replies by hand, and events that are signed."""

from __future__ import annotations

from finsecure.testing.events import SECRET, SignedEvent, event, sign, signed_event
from finsecure.testing.server import Server
from finsecure.testing.transport import AsyncMockTransport, MockTransport

__all__ = ["SECRET", "AsyncMockTransport", "MockTransport", "Server", "SignedEvent", "event", "sign", "signed_event"]
