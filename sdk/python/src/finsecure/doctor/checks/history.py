"""What went wrong lately, by FinSecure's own records: requests of this account, and deliveries to its endpoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from finsecure import errors
from finsecure.doctor.checks.payments import of_error
from finsecure.doctor.context import USER_AGENT, Context
from finsecure.doctor.finding import Finding, Side, passed, skipped, warned

LATELY_SECONDS: Final = 3600
_LIMIT: Final = 100
_DOCTOR: Final = USER_AGENT.partition("/")[0]


def requests(context: Context) -> Finding:
    """Requests of the last hour that failed, but for declined cards, which are no fault of anybody here."""
    this = "account.errors"
    try:
        found = [one.to_dict() for one in context.client().request_logs.list(limit=_LIMIT).data]
    except errors.FinSecureError as error:
        return of_error(context, this, error, "list requests")
    lately = [one for one in found if _lately(context, one) and not one["user_agent"].startswith(_DOCTOR)]
    bad = [one for one in lately if one["status"] >= 400 and one["status"] != 402]
    if not bad:
        return passed(
            this, f"none of {len(lately)} in the last hour failed" if lately else "no request in the last hour"
        )
    theirs = [one for one in bad if one["status"] >= 500]
    (code, status), count = Counter((one["error_code"], one["status"]) for one in theirs or bad).most_common(1)[0]
    last = next(one for one in theirs or bad if (one["error_code"], one["status"]) == (code, status))
    share = f"{len(bad)} of the last {len(lately)} requests failed"
    return warned(
        this,
        Side.FINSECURE if theirs else Side.CONFIGURATION,
        f"{share}, {count} with {code or status}",
        f"The newest of these is {last['method']} {last['path']}, {last['id']}.",
        f"finsecure explain {last['id']}",
    )


def _lately(context: Context, one: Mapping[str, Any]) -> bool:
    return bool(one["created"] > context.world.now() - LATELY_SECONDS)


def deliveries(context: Context) -> Finding:
    """Attempts of the last hour that failed, by endpoint and reason."""
    this = "webhook.deliveries"
    try:
        found = [one.to_dict() for one in context.client().webhook_attempts.list(status="failed", limit=_LIMIT).data]
    except errors.FinSecureError as error:
        return of_error(context, this, error, "list attempts")
    lately = [one for one in found if _lately(context, one) and one["error"] is not None]
    if not lately:
        return passed(this, "no attempt of the last hour failed")
    urls = {one["id"]: one["url"] for one in context.facts.endpoints}
    if context.asked.webhook_url is not None:
        lately = [one for one in lately if one["webhook_endpoint"] in urls]
        if not lately:
            return skipped(this, "none of what failed went to this address", blocks=False)
    reasons = Counter((one["webhook_endpoint"], one["error"]["code"]) for one in lately)
    (endpoint, code), count = reasons.most_common(1)[0]
    last = next(one for one in lately if (one["webhook_endpoint"], one["error"]["code"]) == (endpoint, code))
    return warned(
        this,
        Side.SERVER,
        f"{count} attempt{'' if count == 1 else 's'} to deliver to {urls.get(endpoint, endpoint)} failed: {code}",
        f"{last['error']['message']} {last['error']['cause']}",
        f"finsecure explain {last['event']}   (when it is mended: finsecure webhooks replay {endpoint})",
    )
