"""The document's `FinSecureHealthCheck`: can this program reach the API, is its key good, can it make a payment?"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from finsecure._client import Client
from finsecure._core.call import Reply
from finsecure.errors import APIConnectionError, FinSecureError

__all__ = ["FinSecureHealthCheck"]

_DEADLINE: Final = 3.0  # seconds a call; there are six
_LEAST: Final = {"amount": 100, "currency": "usd", "payment_method_types": ["card"]}


class FinSecureHealthCheck:
    """`run_health_check()` answers with a dict that JSON can hold, in at most 18 seconds, and raises nothing."""

    def __init__(self, api_key: str | None = None, *, client: Client | None = None) -> None:
        """`client`: one of yours, with its address, proxy and certificates; else one from the environment."""
        self.client = client or Client(api_key)

    def run_health_check(self) -> dict[str, Any]:
        """timestamp, overall_status (healthy | degraded), failed_checks, and each check under its name in `checks`."""
        checks = {
            "connectivity": self._test_connectivity(),
            "authentication": self._test_authentication(),
            "payment_creation": self._test_payment_creation(),
            "rate_limits": self._test_rate_limits(),
        }
        failed = [name for name, check in checks.items() if not check["success"]]
        return {
            "timestamp": datetime.now(UTC).isoformat(),
            "overall_status": "degraded" if failed else "healthy",
            "checks": checks,
            "failed_checks": failed,
        }

    def _test_connectivity(self) -> dict[str, Any]:
        return self._check(lambda: self._call("GET", "/v1/health"))

    def _test_authentication(self) -> dict[str, Any]:
        return self._check(lambda: self._call("GET", "/v1/balance"))

    def _test_payment_creation(self) -> dict[str, Any]:
        """An intent that is never confirmed, cancelled at once. With a live key nothing is made."""

        def make() -> tuple[Reply, dict[str, Any]]:
            reply, balance = self._call("GET", "/v1/balance")
            if balance.get("livemode"):
                return reply, {"skipped": "not tried with a live key"}
            reply, intent = self._call("POST", "/v1/payment_intents", _LEAST)
            self._call("POST", f"/v1/payment_intents/{intent['id']}/cancel", {})
            return reply, {"payment_intent_id": intent["id"]}

        return self._check(make, "skipped", "payment_intent_id")

    def _test_rate_limits(self) -> dict[str, Any]:
        def read() -> tuple[Reply, dict[str, Any]]:
            reply, _ = self._call("GET", "/v1/balance")
            limits = {name: value for name, value in reply.headers.items() if name.startswith("x-ratelimit")}
            return reply, {"rate_limit_headers": limits}

        return self._check(read, "rate_limit_headers")

    def _call(self, method: str, path: str, params: dict[str, Any] | None = None) -> tuple[Reply, dict[str, Any]]:
        found = self.client.request(method, path, params, options={"deadline": _DEADLINE, "max_retries": 0})
        return found.last_response, found.to_dict()

    def _check(self, call: Callable[[], tuple[Reply, dict[str, Any]]], *shown: str) -> dict[str, Any]:
        """success, status_code, response_time in seconds, and what else is shown; or the error and what to do."""
        began = time.monotonic()
        try:
            reply, found = call()
        except FinSecureError as error:
            result: dict[str, Any] = {"success": False, "error": str(error), "next_steps": list(error.next_steps)}
            if error.http_status is not None:
                result |= {"status_code": error.http_status, "request_id": error.request_id}
            if isinstance(error, APIConnectionError):
                result["kind"] = error.kind
            return result
        taken = {name: found[name] for name in shown if name in found}
        return {
            "success": True,
            "status_code": reply.http_status,
            "response_time": time.monotonic() - began,
            "request_id": reply.request_id,
            **taken,
        }
