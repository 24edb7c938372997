"""Test clocks over the API."""

from sandbox import test_clocks
from sandbox.resources.common import readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/test_helpers/test_clocks"
ONE = f"{PATH}/{{test_clock}}"

readable(test_clocks.KIND, PATH, "test_clock")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    return test_clocks.new_clock(work, params["frozen_time"], params.get("name"))


@serves(f"POST {ONE}/advance")
def advance(work: Work, params: Json, identifier: str) -> Json:
    return test_clocks.advance(work, _get(work, identifier), params["frozen_time"])


@serves(f"DELETE {ONE}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    return test_clocks.delete(work, _get(work, identifier))


def _get(work: Work, identifier: str) -> Json:
    return work.get(test_clocks.KIND, identifier, param="test_clock")
