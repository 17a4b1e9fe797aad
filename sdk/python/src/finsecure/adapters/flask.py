"""Webhooks in Flask: `app.register_blueprint(blueprint(hooks, "/webhook"))`."""

from __future__ import annotations

import flask

from finsecure.adapters.hooks import Webhooks

__all__ = ["blueprint"]


def blueprint(hooks: Webhooks, path: str = "/webhook", name: str = "finsecure") -> flask.Blueprint:
    """One route that takes POST. A handler that raises is Flask's to report; FinSecure sends the event again."""
    made = flask.Blueprint(name, __name__)

    @made.post(path)
    def finsecure_webhook() -> flask.Response:
        status, text = hooks.handle(flask.request.get_data(cache=False), dict(flask.request.headers))
        return flask.Response(text, status, content_type="text/plain; charset=utf-8")

    return made
