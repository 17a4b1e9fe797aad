"""`finsecure webhooks test` and `send-test-event`: does an endpoint do what it should?"""

from __future__ import annotations

from typing import Any, Final

import click

from finsecure.cli.data_tables import table
from finsecure.cli.explanation import page_of
from finsecure.cli.failures import OK
from finsecure.cli.flags import command
from finsecure.cli.session import Answer, Session, chosen, with_session
from finsecure.cli.show import one

ENDPOINTS: Final = "/v1/webhook_endpoints"
YOUR_SIDE: Final = 20
#: The page about a check that failed; what is not named here is about the handler's answer.
_PAGES: Final = {
    "reachable": "webhook_connection_error",
    "tls": "webhook_tls_error",
    "redirect": "webhook_redirect_refused",
    "time": "webhook_timeout",
}
_MARKS: Final = {"pass": "✓", "warn": "!", "fail": "✗", "skipped": "-"}


@command("test")
@click.argument("webhook_endpoint")
@with_session
def test(session: Session, webhook_endpoint: str) -> None:
    """Test an endpoint from the server: a signed event, the same again, and one with a wrong signature.

    Ends with 0 if nothing failed, with 20 if something did.
    """
    found = session.post(f"{ENDPOINTS}/{webhook_endpoint}/test")
    code = OK if found["passed"] else YOUR_SIDE
    if session.flags.json:
        session.out.json(found)
        click.get_current_context().exit(code)
    look = session.out.look
    session.out.line(look.strong(f"{webhook_endpoint}  {found['url']}"))
    for check in found["checks"]:
        _say(session, check)
    session.out.line(f"\n{look.good('✓') if found['passed'] else look.bad('✗')} {found['verdict']}")
    if not found["passed"]:
        failed = next((check["id"] for check in found["checks"] if check["status"] == "fail"), "")
        session.out.line(page_of(session.base, _PAGES.get(failed, "webhook_http_error")))
    click.get_current_context().exit(code)


def _say(session: Session, check: dict[str, Any]) -> None:
    look = session.out.look
    mark = {"pass": look.good, "warn": look.warn, "fail": look.bad, "skipped": look.dim}[check["status"]](
        _MARKS[check["status"]]
    )
    took = f"  {check['timing_ms']} ms" if check["timing_ms"] is not None else ""
    session.out.line(f"{mark} {check['id']:<19} {check['status']:<8}{took}")
    session.out.wrapped(check["detail"], indent="    ")
    if check["fix"]:
        session.out.wrapped(f"fix: {check['fix']}", indent="    ")


@command("send-test-event")
@click.argument("webhook_endpoint")
@click.option("--type", "type_", default="webhook_endpoint.test", show_default=True, help="Any type of event.")
@with_session
def send_test_event(session: Session, webhook_endpoint: str, type_: str) -> None:
    """Send an endpoint an event of any type, made from a real example. Nothing of it has happened."""
    kind = chosen(type_, list(table("events")), "event-type")
    answer: Answer = session.call("POST", f"{ENDPOINTS}/{webhook_endpoint}/send_test_event", {"type": kind})
    one(session, answer)
    session.out.note(f"How it fares: finsecure explain {answer.data['id']}")
