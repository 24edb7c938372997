import os
import signal

import pytest

from payments import checkpoints


def ends(where, *passed):
    """How a process ends that is armed so and passes these points: its exit status, negative for a signal."""
    child = os.fork()
    if not child:
        checkpoints.arm(where)
        for point in passed:
            checkpoints.reached(point)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("where", ["", "here:2", "elsewhere"])
def test_process_that_is_not_armed_for_this_pass_lives_on(where):
    assert ends(where, "here") == 0


@pytest.mark.parametrize(("where", "passed"), [("here", 1), ("here:1", 1), ("here:3", 3)])
def test_armed_process_is_killed_at_that_pass(where, passed):
    assert ends(where, *["here"] * passed) == -signal.SIGKILL
    assert ends(where, *["here"] * (passed - 1)) == 0
