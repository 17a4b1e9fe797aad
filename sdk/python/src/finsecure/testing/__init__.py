"""What tests of your own need: a real server of one's own, replies by hand, and events that are signed."""

from __future__ import annotations

from finsecure.testing.server import Server

__all__ = ["Server"]
