"""The small scripts of our own pages, each on the least page that it needs; no server stands behind them."""

import pytest

from tests.static.test_embed_size import SCRIPTS

pytestmark = pytest.mark.browser

SITE = "http://localhost/"
BANNER = """<!doctype html><section id="campaign-banner" data-campaign="birthday">An appeal, long
<br>enough<br>to<br>move<br>a page<button class="banner__close" hidden>Close</button></section>
<script src="/banner.js"></script><main id="main" tabindex="-1"><p style="height:3000px">
<p id="line">The line somebody reads.<p style="height:3000px"></main>"""
COPY = """<!doctype html><div class="panel"><input id="link" value="http://localhost/redeem/x/" readonly>
<button data-copy="link" hidden>Copy link</button><p role="status" data-copied="Copied." data-failed="Not copied."></p>
</div><script type="module" src="/copy.js"></script>"""
THANKS = """<!doctype html><div data-status-url="/status.json" data-state="confirming"><h1>Confirming</h1>
<p data-late hidden>You can close this page.</p></div><script type="module" src="/thanks.js"></script>"""


@pytest.fixture
def page(chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.route(
        f"{SITE}*.js", lambda route: route.fulfill(path=SCRIPTS / route.request.url.removeprefix(SITE))
    )
    yield page
    context.close()


def show(page, html):
    page.route(SITE, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(SITE)


def test_closed_banner_stays_closed(page):
    show(page, BANNER)
    page.get_by_role("button", name="Close").click()
    assert page.locator("#campaign-banner").is_hidden()
    assert page.evaluate("document.activeElement.id") == "main"
    page.reload()
    assert page.locator("#campaign-banner").is_hidden()


def test_closing_the_banner_does_not_move_what_is_read(page):
    show(page, BANNER)
    top = "document.getElementById('line').getBoundingClientRect().top"
    page.evaluate("scrollTo(0, 2800)")
    before = page.evaluate(top)
    page.get_by_role("button", name="Close", include_hidden=True).dispatch_event("click")
    assert page.locator("#campaign-banner").is_hidden()
    assert page.evaluate(top) == pytest.approx(before, abs=1)


def test_banner_closes_where_the_browser_keeps_nothing(page):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    )
    show(page, BANNER)
    page.get_by_role("button", name="Close").click()
    assert page.locator("#campaign-banner").is_hidden()


def test_link_is_copied_and_said_so(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page, COPY)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("status").get_by_text("Copied.", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "http://localhost/redeem/x/"


def test_refused_copy_leaves_the_link_selected(page):
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))")
    show(page, COPY)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("status").get_by_text("Not copied.").wait_for()
    assert page.evaluate("getSelection().toString()") == "http://localhost/redeem/x/"


def wait_on(page, states):
    """Opens the waiting page with a stopped clock; each question for the status is answered by the next of `states`."""

    def answer(route):
        state = states.pop(0) if len(states) > 1 else states[0]
        route.fulfill(status=state, json={}) if isinstance(state, int) else route.fulfill(
            json={"state": state}
        )

    page.route(f"{SITE}status.json", answer)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    show(page, THANKS)


def run_until(page, is_done):
    for _ in range(200):
        if is_done():
            return
        page.clock.run_for(500)
    pytest.fail("it never came to that")


def test_waiting_page_reloads_when_the_payment_is_recorded(page):
    states = ["confirming", 503, "paid", "paid"]
    wait_on(page, states)
    loads = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    run_until(page, lambda: loads)
    assert states == ["paid"]


def test_waiting_page_gives_up_with_words_and_not_before_a_minute(page):
    wait_on(page, ["confirming"])
    late = page.get_by_text("You can close this page.")
    for _ in range(58):
        page.clock.run_for(1_000)
    assert late.is_hidden()
    run_until(page, late.is_visible)
