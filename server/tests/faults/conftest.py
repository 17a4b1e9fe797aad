"""The same live servers as the flows use."""

from tests.flows.conftest import live

__all__ = ["live"]
