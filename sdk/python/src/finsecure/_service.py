"""What every group of operations is made from."""

from __future__ import annotations

from typing import Any


class Service:
    """The operations of one resource, on one client."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._request = client._request  # noqa: SLF001  because a service is a part of its client
