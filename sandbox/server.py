"""The process: one port on 127.0.0.1 with the API, the hosted pages and the test switches."""

import threading
import traceback

from werkzeug.wrappers import Request, Response

from sandbox import clock, housekeeping as _fills_the_agenda, webhooks  # noqa: F401
from sandbox.api import Api
from sandbox.control import Control
from sandbox.courier import Courier
from sandbox.http import HangUp
from sandbox.pages.site import Site
from sandbox.work import World

HOUSEKEEPING_INTERVAL = 5.0


class Sandbox:
    """The application together with the threads that deliver webhooks and notice that time has passed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._courier = Courier(world)
        self._ending = threading.Event()
        self._keeper = threading.Thread(target=self._keep_house, name="housekeeping", daemon=True)
        with world.transaction() as work:
            webhooks.configure(work)
        self._api = Api(world)
        self._control = Control(world)
        self._site = Site(world)

    def __call__(self, request: Request) -> Response:
        try:
            return self._answer(request)
        except HangUp:
            raise
        except Exception:  # noqa: BLE001 - a browser gets an answer whatever happens
            traceback.print_exc()
            return Response("The sandbox failed; its terminal says why.", 500)
        finally:
            self._courier.wake()

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/v1/"):
            return self._api.answer(request)
        if request.path.startswith("/_sandbox/"):
            return self._control.answer(request)
        return self._site.answer(request)

    def start(self) -> None:
        self._courier.start()
        self._keeper.start()

    def stop(self) -> None:
        """End the threads; what they had not finished is still in the store."""
        self._ending.set()
        self._courier.stop()
        self._world.store.close()

    def _keep_house(self) -> None:
        while not self._ending.wait(HOUSEKEEPING_INTERVAL):
            try:
                clock.keep_up(self._world)
            except Exception:  # noqa: BLE001 - one bad round must not end all housekeeping
                traceback.print_exc()
            self._courier.wake()
