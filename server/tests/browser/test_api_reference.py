"""The API reference in a browser: its form makes the call, with a test key and with no other."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Opened
from tests.commands.serving import Serving

CREATE = "/docs/api/payment_intents/create"


def test_a_call_is_made(opened: Opened, server: Serving) -> None:
    shown = opened()
    page = shown.open(CREATE)
    page.get_by_label("Test key").fill(server.key)
    page.get_by_role("button", name="Call it in test mode").click()
    told = page.locator("[data-told]")
    expect(told).to_contain_text("200 Succeeded")
    expect(page.locator("[data-reply]")).to_contain_text('"status": "succeeded"')
    request = told.get_by_role("link").first
    expect(request).to_have_attribute("href", f"/help/requests/{request.text_content()}")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    shown.assert_calm()


def test_an_error_leads_to_what_it_means(opened: Opened, server: Serving) -> None:
    shown = opened()
    page = shown.open(CREATE)
    page.get_by_label("Test key").fill(server.key)
    page.get_by_label("payment_method", exact=True).fill("pm_card_visa_chargeDeclinedInsufficientFunds")
    page.get_by_role("button", name="Call it in test mode").click()
    link = page.locator("[data-told]").get_by_role("link", name="What insufficient_funds means")
    expect(link).to_have_attribute("href", "/help/errors/insufficient_funds")


def test_a_live_key_is_not_sent(opened: Opened) -> None:
    shown = opened()
    page = shown.open(CREATE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/" in request.url else None)
    page.get_by_label("Test key").fill("sk_live_0123456789abcdef0123456789abcdef")
    page.get_by_role("button", name="Call it in test mode").click()
    expect(page.locator("[data-told]")).to_contain_text("key of live mode. Nothing was sent")
    expect(page.get_by_label("Test key")).to_have_value("")
    assert asked == []
    shown.assert_calm()


def test_what_is_missing_is_said(opened: Opened, server: Serving) -> None:
    page = opened().open("/docs/api/payment_intents/capture")
    page.get_by_role("button", name="Call it in test mode").click()
    expect(page.locator("[data-told]")).to_contain_text("enter a test key first")
    page.get_by_label("Test key").fill(server.key)
    page.get_by_role("button", name="Call it in test mode").click()
    expect(page.locator("[data-told]")).to_contain_text("intent is missing")


def test_a_key_is_kept_only_if_one_says_so(opened: Opened, server: Serving) -> None:
    shown = opened()
    page = shown.open("/docs/api/balance/retrieve")
    page.get_by_label("Test key").fill(server.key)
    page.get_by_label("Keep it until this tab is closed").check()
    page.get_by_role("button", name="Call it in test mode").click()
    expect(page.locator("[data-told]")).to_contain_text("200 Succeeded")
    shown.open(CREATE)
    expect(page.get_by_label("Test key")).to_have_value(server.key)
    page.get_by_label("Keep it until this tab is closed").uncheck()
    assert page.evaluate("sessionStorage.length") == 0


def test_the_language_is_chosen_without_a_script(opened: Opened) -> None:
    page = opened(scripts=False).open(CREATE)
    expect(page.locator(".tab").nth(0)).to_be_visible()
    page.locator("label[for=in-node]").click()
    expect(page.locator(".tab").nth(2)).to_be_visible()
    expect(page.locator(".tab").nth(0)).to_be_hidden()
    expect(page.locator("form.try")).to_be_hidden()
    expect(page.locator("[data-without-script]")).to_be_visible()


def test_the_language_is_remembered(opened: Opened) -> None:
    shown = opened()
    page = shown.open(CREATE)
    page.locator("label[for=in-python]").click()
    shown.open("/docs/api/refunds/create")
    expect(page.locator("#in-python")).to_be_checked()
