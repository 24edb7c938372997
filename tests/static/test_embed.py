"""The component on a stranger's page with a strict policy of its own. The page's clock is ours: nobody waits."""

from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as TooLate

from tests.static.newsroom import Newsroom

pytestmark = pytest.mark.browser


@pytest.fixture
def newsroom():
    with Newsroom() as running:
        yield running


@pytest.fixture
def open_page(chromium, newsroom):
    contexts, troubles = [], []

    def opened(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on(
            "console", lambda said: troubles.append(said.text) if "Security Policy" in said.text else None
        )
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.clock.install(time=0)
        page.clock.pause_at(1_000)
        page.goto(newsroom.stranger_url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def first_answer(page):
    with page.expect_response("**/progress.json"):
        page.clock.run_for(1)


def next_answer(page, newsroom, within=30):
    """Lets the page's clock run, in steps of half a second, until it asks again; gives the seconds that took."""
    asked, seconds = len(newsroom.asked), 0
    while len(newsroom.asked) == asked:
        assert seconds <= within
        page.clock.run_for(500)
        seconds += 0.5
    return seconds


def until_told(page, newsroom, words):
    """Lets the page ask until it says the words: on a busy machine an answer may come too late for one asking."""
    for _ in range(5):
        next_answer(page, newsroom, within=120)
        with suppress(TooLate):
            page.get_by_role("link", name=words).wait_for(timeout=2_500)
            return
    raise AssertionError(f"the page never said {words}")


def bar(page):
    return page.get_by_role("progressbar")


def filled(page):
    """The bar's width as a share of its track, when nothing moves any more."""
    return page.evaluate("""async () => {
        const root = document.querySelector("groundswell-progress").shadowRoot;
        const [track, bar] = ["track", "bar"].map((name) => root.querySelector(`[part=${name}]`));
        for (const motion of bar.getAnimations()) motion.finish();
        return Math.round(100 * bar.getBoundingClientRect().width / track.getBoundingClientRect().width);
    }""")


def test_bar_starts_from_the_servers_number(open_page, newsroom):
    newsroom.is_down = True
    page = open_page()
    bar(page).wait_for()
    assert bar(page).get_attribute("aria-valuenow") == "612"
    assert bar(page).get_attribute("aria-valuetext") == "612 of 1,000 new members"
    assert filled(page) == 61


def test_link_is_what_is_read_without_javascript(open_page, newsroom):
    page = open_page(java_script_enabled=False)
    link = page.get_by_role("link", name="612 of 1,000 new members")
    assert link.get_attribute("href") == f"{newsroom.url}/campaigns/birthday/"
    assert bar(page).count() == 0


def test_number_follows_the_campaign(open_page, newsroom):
    page = open_page()
    first_answer(page)
    newsroom.count = 613
    until_told(page, newsroom, "613 of 1,000 new members")
    assert bar(page).get_attribute("aria-valuenow") == "613"
    assert bar(page).get_attribute("aria-valuetext") == "613 of 1,000 new members"


def test_page_without_numbers_learns_them(open_page, newsroom):
    newsroom.attributes = ""
    page = open_page()
    assert not page.locator("[part=track]").is_visible()
    first_answer(page)
    bar(page).wait_for()
    assert filled(page) == 61


def test_last_number_stays_while_the_newsroom_is_down(open_page, newsroom):
    page = open_page()
    newsroom.count = 640
    first_answer(page)
    page.get_by_role("link", name="640 of").wait_for()
    newsroom.is_down = True
    for _ in range(2):
        next_answer(page, newsroom)
    assert bar(page).get_attribute("aria-valuenow") == "640"


def test_polling_backs_off_to_a_minute_and_comes_back(open_page, newsroom):
    newsroom.is_down = True
    page = open_page()
    first_answer(page)
    waits = [next_answer(page, newsroom, within=120) for _ in range(5)]
    assert all(wait >= least for wait, least in zip(waits, (8, 16, 32, 48, 48), strict=True))

    newsroom.is_down, newsroom.count = False, 700
    until_told(page, newsroom, "700 of")
    assert next_answer(page, newsroom) >= 4


def test_hidden_tab_asks_nothing_and_catches_up(open_page, newsroom):
    page = open_page()
    first_answer(page)
    _hide(page, True)
    asked = len(newsroom.asked)
    page.clock.run_for(600_000)
    assert len(newsroom.asked) == asked

    newsroom.count = 650
    with page.expect_response("**/progress.json"):
        _hide(page, False)
        page.clock.run_for(1)
    page.get_by_role("link", name="650 of").wait_for()


def _hide(page, is_hidden):
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


@pytest.mark.parametrize(
    ("count", "state", "share", "note"),
    [
        (930, "almost", 93, "Only 70 to go"),
        (1000, "reached", 100, "We have reached our goal. Thank you!"),
        (1204, "reached", 100, "We have reached our goal. Thank you!"),
        (810, "ended", 81, "This campaign has ended. Thank you!"),
    ],
)
def test_state_is_said_in_words(open_page, newsroom, count, state, share, note):
    newsroom.count, newsroom.state = count, state
    page = open_page()
    first_answer(page)
    page.get_by_text(note, exact=True).wait_for()
    assert filled(page) == share
    assert bar(page).get_attribute("aria-valuetext") == f"{count:,} of 1,000 new members"


def test_two_bars_share_one_poller(open_page, newsroom):
    page = open_page()
    first_answer(page)
    page.evaluate("document.body.append(document.querySelector('groundswell-progress').cloneNode(true))")
    assert next_answer(page, newsroom) >= 3
    assert bar(page).count() == 2


def test_no_cookie_is_sent(open_page, newsroom):
    page = open_page()
    page.context.add_cookies([{"name": "session", "value": "secret", "url": newsroom.url}])
    first_answer(page)
    next_answer(page, newsroom)
    assert [headers.get("Cookie") for headers in newsroom.asked] == [None] * len(newsroom.asked)
    assert len(newsroom.asked) >= 2


@pytest.mark.parametrize(("motion", "seconds"), [("reduce", 0), ("no-preference", 0.8)])
def test_bar_moves_only_where_motion_is_welcome(open_page, newsroom, motion, seconds):
    page = open_page(reduced_motion=motion)
    style = "getComputedStyle(document.querySelector('groundswell-progress').shadowRoot.querySelector('[part=bar]'))"
    assert page.evaluate(f"parseFloat({style}.transitionDuration)") == seconds


def test_bar_fills_from_the_right_in_a_right_to_left_page(open_page, newsroom):
    page = open_page()
    page.evaluate("document.documentElement.dir = 'rtl'")
    edges = page.evaluate("""() => {
        const root = document.querySelector("groundswell-progress").shadowRoot;
        return ["track", "bar"].map((name) => root.querySelector(`[part=${name}]`).getBoundingClientRect().right);
    }""")
    assert edges[0] == edges[1]
