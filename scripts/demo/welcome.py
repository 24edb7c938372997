"""What a newcomer reads once the demo answers."""

import time
import urllib.error
import urllib.request

from scripts.demo.environment import Demo

START_SECONDS = 90

PLACES = """
  Groundswell is up. All money here is play money{account}.

    {site}/demo/article/   an article, with the campaign around it
    {site}/                the support page
    {site}/account/        what a member has, pays and can change
    {site}/staff/          members, mail, the books; for staff, support and finance
    {site}/demo/mail/      every mail the demo sends, sign-in codes among them

  Sign in at {site}/accounts/login/ with a code by email, as
    member@example.org · reader@example.org · staff@example.org · finance@example.org · support@example.org

  Cards (any future date, any CVC)
    4242 4242 4242 4242    succeeds
    4000 0000 0000 0002    is declined
    4000 0025 0000 3155    asks for 3-D Secure

  Ctrl-C stops everything. The data stay; `make demo-reset` starts over.
"""


def greet(demo: Demo) -> None:
    """Prints the welcome as soon as the site answers; nothing when it does not within 90 seconds."""
    if _answers(f"http://127.0.0.1:{demo.port}/healthz"):
        account = " in your own Stripe test account" if demo.stripe_key else ""
        print(PLACES.format(site=demo.site_url, account=account), flush=True)


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with direct.open(url, timeout=5):
                return True
        except OSError:
            time.sleep(0.1)
    return False
