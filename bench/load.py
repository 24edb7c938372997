"""Posts requests to a port of this machine, for a number of seconds, and times each answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

PATIENCE = 30


@dataclass
class Measured:
    """Milliseconds of each answer, how many were not 200, and the seconds that all of it took."""

    milliseconds: list[float] = field(default_factory=list)
    failures: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, percent: int) -> float:
        """The milliseconds within which so many percent were answered."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def at_full_load(port: int, requests: Iterator[bytes], *, seconds: float, clients: int = 16) -> Measured:
    """Each client posts as soon as it was answered."""

    async def run(measured: Measured) -> None:
        end = time.perf_counter() + seconds

        async def post_on() -> None:
            while (now := time.perf_counter()) < end:
                await _post(port, next(requests), measured, since=now)

        await asyncio.gather(*(post_on() for _ in range(clients)))

    return _measured(run)


def at_pace(port: int, requests: Iterator[bytes], *, seconds: float, per_second: int) -> Measured:
    """So many a second, whether answers come or not; an answer's time counts from when its request was due."""

    async def run(measured: Measured) -> None:
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as posts:
            for number in range(int(seconds * per_second)):
                due = begun + number / per_second
                await asyncio.sleep(due - time.perf_counter())
                posts.create_task(_post(port, next(requests), measured, since=due))

    return _measured(run)


def _measured(run: Callable[[Measured], Awaitable[None]]) -> Measured:
    async def timed() -> Measured:
        measured = Measured()
        begun = time.perf_counter()
        await run(measured)
        measured.seconds = time.perf_counter() - begun
        return measured

    return asyncio.run(timed())


async def _post(port: int, request: bytes, measured: Measured, *, since: float) -> None:
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
    measured.milliseconds.append((time.perf_counter() - since) * 1000)
    measured.failures += not answer.startswith(b"HTTP/1.1 200")
