from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def all_at_once(work: Callable[[int], T], threads: int = 20) -> list[T | Exception]:
    """Runs the work in threads that start together, each on its own connection; gives results or exceptions."""
    start = Barrier(threads)

    def run(number: int) -> T | Exception:
        try:
            start.wait(timeout=30)
            return work(number)
        except Exception as error:  # noqa: BLE001  the test reads it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
