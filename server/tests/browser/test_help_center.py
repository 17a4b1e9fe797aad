"""The help center in a browser: it can be read by everybody, on everything, and does what it shows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from finsecure_server.pages import contents
from tests.browser.conftest import Opened
from tests.commands.serving import Serving

GUIDE = "/help/troubleshooting/payment-issues"
MISSING = "/help/none"
PAGES = [
    "/",
    "/help",
    GUIDE,
    "/help/reference/test-cards",
    "/help/errors",
    "/help/errors/insufficient_funds",
    "/help/search?q=crad+declined",
    "/help/index",
    "/docs/api",
    "/docs/api/payment_intents/create",
    MISSING,
    "/help/sign-in",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FIRST_VIEW_BYTES_MAX = 80 * 1024


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_it_in_either_theme(opened: Opened, axe: Path, path: str) -> None:
    """Each theme under all rules, on a wide screen and on a phone, where tables are cards and contents are folded."""
    shown = opened()
    page = shown.open(path)
    page.evaluate(axe.read_text("utf-8"))
    for theme, width in (("light", 1280), ("dark", 1280), ("dark", 320)):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        assert broken_rules(page) == [], (theme, width)
    shown.complaints = [text for text in shown.complaints if path != MISSING or "404" not in text]
    shown.assert_calm()


def broken_rules(page: Page) -> list[str]:
    """The rules of accessibility that the page breaks, as axe sees it, each with what breaks it."""
    result: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: rules})", TAGS)
    return [f"{rule['id']}: {node['html']}" for rule in result["violations"] for node in rule["nodes"]]


@pytest.mark.parametrize("path", PAGES)
def test_it_is_narrow_enough_still_and_light(opened: Opened, server: Serving, path: str) -> None:
    shown = opened()
    page = shown.open(path)
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(100)
    assert shown.shifted() == 0
    assert weight([url for url in shown.asked if not url.endswith(MISSING)]) <= FIRST_VIEW_BYTES_MAX
    for width in (320, 640, 900, 1160):
        page.set_viewport_size({"width": width, "height": 640})
        assert shown.wide() <= width


@pytest.mark.parametrize("path", ["/", "/help/reference/test-cards", "/docs/api/payment_intents/create", MISSING])
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_moves_while_it_arrives(opened: Opened, path: str, width: int) -> None:
    """Slowly, to somebody who has the stylesheet already: what is shown first stays where it is."""
    shown = opened(width)
    shown.open("/help/sign-in")
    network = shown.context.new_cdp_session(shown.page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": 6_000, "uploadThroughput": 20_000}
    network.send("Network.emulateNetworkConditions", slow)
    shown.open(path)
    shown.page.wait_for_timeout(100)
    assert shown.shifted() == 0


def test_no_guide_scrolls_sideways(opened: Opened) -> None:
    shown = opened()
    paths = [entry.path for group in contents.groups() for entry in group.entries if entry.path.startswith("/help/")]
    wide = []
    for path in paths:
        shown.open(path)
        for width in (320, 660, 900, 1280):
            shown.page.set_viewport_size({"width": width, "height": 640})
            if shown.wide() > width:
                wide.append((path, width, shown.wide()))
    assert wide == []
    shown.assert_calm()


def weight(urls: list[str]) -> int:
    """What travels, in bytes: headers, and bodies as they are compressed."""
    travels = 0
    for url in urls:
        with urlopen(Request(url, headers={"Accept-Encoding": "gzip"})) as reply:
            travels += len(reply.read()) + len(str(reply.headers))
    return travels


def test_a_stylesheet_is_compressed(opened: Opened) -> None:
    shown = opened()
    with shown.page.expect_response(lambda reply: "finsecure.css" in reply.url) as reply:
        shown.open("/help")
    assert reply.value.headers["content-encoding"] == "gzip"


# -- with the keyboard -------------------------------------------------------------------------------------------------


def test_the_keyboard_reaches_the_content_and_the_search(opened: Opened) -> None:
    page = opened().open(GUIDE)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("#q")).to_have_value("a/b")


def test_skipping_leads_to_the_content(opened: Opened) -> None:
    page = opened().open(GUIDE)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_what_has_the_focus_can_be_seen(opened: Opened) -> None:
    page = opened().open(GUIDE)
    for _ in range(30):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML")


def test_what_a_colour_tells_a_line_tells_where_the_system_says_the_colours(opened: Opened) -> None:
    page = opened().open("/docs/api/payment_intents/create")
    page.emulate_media(forced_colors="active")
    line = "element => getComputedStyle(element).borderBottomColor"
    labels = page.locator(".tabs label")
    assert labels.nth(0).evaluate(line) != labels.nth(1).evaluate(line)
    nav = ".beside [aria-current]", ".beside a:not([aria-current])"
    here, there = (page.locator(one).first.evaluate(line.replace("Bottom", "Left")) for one in nav)
    assert here != there
    outline = "element => getComputedStyle(element).outlineStyle"
    assert page.locator(".themes [aria-pressed=true]").evaluate(outline) == "solid"
    assert page.locator(".themes [aria-pressed=false]").first.evaluate(outline) == "none"


def test_nothing_moves_for_whoever_wants_no_motion(opened: Opened) -> None:
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
    }).length"""
    page = opened().open("/help")
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0


def test_a_drawing_on_a_phone_is_large_enough_to_be_read_and_scrolls_by_itself(opened: Opened) -> None:
    shown = opened(360)
    page = shown.open(GUIDE)
    drawing = page.locator(".in-light").first
    assert drawing.locator("img").evaluate("image => image.clientWidth") >= 700
    assert drawing.evaluate("box => box.scrollWidth > box.clientWidth")
    assert shown.wide() <= 360


# -- searching ---------------------------------------------------------------------------------------------------------


def test_results_come_as_one_types(opened: Opened) -> None:
    shown = opened()
    page = shown.open(GUIDE)
    page.locator("#q").press_sequentially("webhok signature")
    expect(page.locator(".finds .results li").first).to_be_visible()
    expect(page.locator(".find [role=status]")).to_contain_text("instead of “webhok signature”")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".finds .results a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".finds")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/search?q=webhok+signature")
    shown.assert_calm()


def test_the_address_follows_what_is_typed(opened: Opened) -> None:
    shown = opened()
    page = shown.open("/help/search")
    page.locator("#q").fill("idempotency key")
    page.wait_for_url("**/help/search?q=idempotency+key")
    expect(page.locator("#results")).to_contain_text("dempotency")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/search" not in url)
    page.go_back()
    expect(page.locator("#q")).to_have_value("idempotency key")
    shown.assert_calm()


def test_searching_works_without_a_script(opened: Opened) -> None:
    page = opened(scripts=False).open("/help")
    page.locator("#q").fill("expired_card")
    page.keyboard.press("Enter")
    page.wait_for_url("**/help/search?q=expired_card")
    expect(page.locator("#results a").first).to_have_attribute("href", "/help/errors/expired_card")


# -- what a page offers ------------------------------------------------------------------------------------------------


def test_code_can_be_copied(opened: Opened) -> None:
    shown = opened()
    page = shown.open(GUIDE)
    box = page.locator(".codebox").first
    box.locator(".copy").click()
    expect(box.locator(".copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == box.locator("pre").text_content()
    shown.assert_calm()


def test_the_colours_are_remembered(opened: Opened) -> None:
    shown = opened()
    page = shown.open(GUIDE)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    shown.open("/help")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="As the system says").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_the_drawing_follows_the_colours(opened: Opened) -> None:
    page = opened().open(GUIDE)
    expect(page.locator(".in-light").first).to_be_visible()
    expect(page.locator(".in-dark").first).to_be_hidden()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator(".in-dark").first).to_be_visible()
    expect(page.locator(".in-light").first).to_be_hidden()


def test_a_heading_can_be_linked_to(opened: Opened) -> None:
    page = opened().open(GUIDE)
    link = page.locator("a.anchor").first
    link.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).opacity") == "1"
    page.keyboard.press("Enter")
    assert page.url.endswith(str(link.get_attribute("href")))


def test_feedback_works_without_a_script(opened: Opened, server: Serving) -> None:
    page = opened(scripts=False).open(GUIDE)
    page.get_by_label("No", exact=True).check()
    page.get_by_label("What did, or what is missing?").fill("The step with the webhook.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("Thank you")
    page.get_by_role("link", name="Back to the page").click()
    expect(page.locator("h1")).to_have_text("Payments that fail")
    debt = json.loads(server.newcomer.gets("help", "debt", "--json"))
    assert debt["unsolved"] == [
        {"path": GUIDE, "unsolved": 1, "solved": 0, "texts": ["The step with the webhook."]},
    ]


def test_a_long_list_is_narrowed_by_typing(opened: Opened) -> None:
    page = opened().open("/help/index")
    page.locator("#filter").fill("webhook")
    expect(page.locator("#all-pages li", has_text="Getting started")).to_be_hidden()
    expect(page.locator("#left")).to_contain_text(" of ")


def test_codes_are_narrowed_by_what_they_mean_and_the_address_keeps_it(opened: Opened) -> None:
    page = opened().open("/help/errors")
    page.locator("#filter").fill("postal code")
    for _ in range(2):
        expect(page.locator("#codes li:visible")).to_have_count(1)
        expect(page.locator("#codes li:visible a")).to_have_text("incorrect_zip")
        expect(page.locator("#codes section:visible h2")).to_have_text("Wrong address")
        expect(page.locator(".anchors.beside a:visible")).to_have_text("Wrong address")
        expect(page.locator("#left")).to_have_text(re.compile(r"^1 of \d+ codes$"))
        page.goto(page.url)
    page.locator("#filter").fill("nothing says this")
    expect(page.locator("#left")).to_have_text(re.compile(r"^None of \d+ codes says so\.$"))
    page.locator("#filter").fill("")
    assert page.url.endswith("/help/errors")


def test_without_a_script_every_code_is_there_and_no_filter(opened: Opened) -> None:
    page = opened(scripts=False).open("/help/errors")
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("#codes li", has_text="incorrect_zip")).to_be_visible()
    expect(page.locator("#q")).to_be_visible()


def test_the_text_of_a_page_scrolls_with_the_page(opened: Opened) -> None:
    page = opened().open("/docs/api/payment_intents/create")
    assert page.evaluate(
        "[...document.querySelectorAll('main .zones')].map((zone) => getComputedStyle(zone).overflowY)"
    ) == ["visible"]


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_frame_of_a_page_is_two_lines_at_most_and_nothing_touches_the_edge(opened: Opened, width: int) -> None:
    page = opened(width=width).open(GUIDE)
    assert page.evaluate("document.querySelector('.top').getBoundingClientRect().height") < 120
    parts = (".brand", ".trail", "main h1", ".bottom p")
    assert min(page.locator(part).evaluate("part => part.getBoundingClientRect().x") for part in parts) >= 16


def test_paper_is_white_whatever_was_chosen(opened: Opened) -> None:
    page = opened(theme="dark").open(GUIDE)
    for _ in range(2):
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        expect(page.locator(".in-light").first).to_be_visible()
        expect(page.locator(".in-dark").first).to_be_hidden()
        page.emulate_media(media="screen")
        page.get_by_role("button", name="Dark").click()


def test_on_paper_only_the_text_is_left(opened: Opened) -> None:
    page = opened().open(GUIDE)
    page.emulate_media(media="print")
    for part in (".top", ".beside", ".feedback", ".copy"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
