"""A person at a browser: finds things by role and name, reads their mail, and notes what went wrong on the page."""

import re
import shutil

from axe_playwright_python.sync_playwright import Axe

from demo.mailbox import messages
from tests.support.stack import wait_for

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# What has the focus: its label or its text; and whether an outline or a shadow shows it, on it or around it.
_FOCUSED = """() => {
  const at = document.activeElement;
  const near = [at, at.closest("label")].filter(Boolean).map((each) => getComputedStyle(each));
  return {
    words: [...(at.labels ?? []), at].map((each) => each.innerText ?? "").join(" "),
    is_shown: near.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none"),
  };
}"""
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}


class Person:
    def __init__(self, browser, stack, *, viewport=PHONE, **context):
        self.stack = stack
        self.troubles = []
        self._context = browser.new_context(viewport=viewport, **{"locale": "en-IE"} | context)
        self.page = self.open_tab()

    def open_tab(self):
        page = self._context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        return page

    def _note(self, kind, text):
        # Chromium reports a page's own 4xx answer as an error; CSP violations come the same way and must not pass.
        if kind == "error" and "status of 4" not in text:
            self.troubles.append(text)

    def leave(self):
        self._context.close()

    def go(self, path):
        self.page.goto(path if path.startswith("http") else self.stack.site + path)

    def press(self, name):
        press(self.page.get_by_role("button", name=name).first)

    def follow(self, name):
        self.page.get_by_role("link", name=name).first.click()

    def choose(self, name):
        """The choice that begins with these words: what it costs or saves may stand behind them."""
        self.page.get_by_role("radio", name=re.compile(rf"^{name}(?!\d)")).check()

    def fill(self, label, text):
        self.page.get_by_label(label).fill(text)

    def tab_to(self, words):
        """Goes on by Tab alone until what has the focus reads so, and shows it."""
        for _ in range(80):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(_FOCUSED)
            if words in found["words"]:
                assert found["is_shown"], f"nothing shows that {words} has the focus"
                return
        raise AssertionError(f"Tab never comes to {words}")

    def sees(self, text):
        self.page.get_by_text(text).first.wait_for()

    def is_at(self, heading):
        self.page.get_by_role("heading", name=heading).first.wait_for()

    def pay(self, card="4242 4242 4242 4242"):
        """Fills Stripe's page in and presses its button."""
        self.page.wait_for_url(re.compile("/c/pay/"))
        self.fill("Card number", card)
        self.fill("Expiry date", "12 / 34")
        self.fill("Security code", "123")
        name = self.page.get_by_label("Name on card")
        if name.count():
            name.fill("Ada Reader")
        self.page.get_by_role("button", name=re.compile("^(Pay|Subscribe|Start|Donate)")).click()

    def sign_in_code(self, email):
        """The code in the newest mail to the address."""
        pattern = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)
        return wait_for(lambda: _first(pattern.search(text) for text in self._mails(email)), what="a code")[1]

    def link_in_mail(self, email, part):
        """The newest mailed link that holds `part`."""
        pattern = re.compile(rf"https?://\S*{part}\S*")
        return wait_for(lambda: _first(pattern.search(text) for text in self._mails(email)), what="a link")[0]

    def _mails(self, email):
        return [mail.text for mail in messages(self.stack.mail_folder) if email in mail.to]

    def axe_violations(self):
        return violations(self.page)


def press(button):
    """Presses it; if it sends a form, the answer is there afterwards: nobody looks at the old page for the new one."""
    if not button.evaluate("at => at.type === 'submit' && Boolean(at.form)"):
        button.click()
        return
    with button.page.expect_navigation():
        button.click()


def violations(page):
    """What axe finds wrong with the page: rules, each with the elements that break it."""
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]


def _first(found):
    return next((each for each in found if each), None)
