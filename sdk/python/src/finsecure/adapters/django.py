"""Webhooks in Django: `path("webhook", view(hooks))` among your URLs."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse  # type: ignore[import-untyped]  # Django ships no types
from django.views.decorators.csrf import csrf_exempt  # type: ignore[import-untyped]  # Django ships no types
from django.views.decorators.http import require_POST  # type: ignore[import-untyped]  # Django ships no types

from finsecure.adapters.hooks import Webhooks

__all__ = ["view"]


def view(hooks: Webhooks) -> Callable[[HttpRequest], HttpResponse]:
    """A view that takes POST. It is exempt from the CSRF check: the signature proves more."""

    def finsecure_webhook(request: HttpRequest) -> HttpResponse:
        status, text = hooks.handle(request.body, dict(request.headers))
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")

    return cast("Callable[[HttpRequest], HttpResponse]", csrf_exempt(require_POST(finsecure_webhook)))
