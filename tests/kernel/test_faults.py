"""Faults: silent in production, exact in tests."""

import subprocess
import sys
import threading
from time import perf_counter

import pytest

from doudi.kernel import faults


@pytest.fixture(autouse=True)
def _nothing_stays_armed():
    yield
    faults.disarm()
    faults.disable()


def journey(steps=4):
    for step in range(steps):
        faults.here(f"step {step}")


def test_in_production_a_boundary_does_nothing():
    assert faults.here("any") is None
    began = perf_counter()
    faults.wait_here("any", 60)
    assert perf_counter() - began < 5


def test_boundaries_are_counted_only_inside_the_block():
    journey()
    with faults.count() as counted:
        journey()
    journey()
    assert counted.total == 4
    assert counted.names == ["step 0", "step 1", "step 2", "step 3"]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_failure_comes_at_its_boundary_and_only_once(number):
    with faults.fail_at(number), pytest.raises(faults.Injected) as injected:
        journey()
    assert (injected.value.number, injected.value.name) == (number, f"step {number - 1}")
    journey()
    faults.fail_at(number)
    with pytest.raises(faults.Injected):
        journey()
    journey()


def test_a_run_with_fewer_boundaries_runs_clean():
    with faults.fail_at(5):
        journey()


def test_two_faults_at_once_are_the_tests_own_error():
    with faults.fail_at(9), pytest.raises(AssertionError), faults.count():
        pass


def test_a_boundary_is_counted_once_however_many_threads_pass():
    raised = []

    def run():
        try:
            journey(200)
        except faults.Injected:
            raised.append(1)

    with faults.fail_at(700):
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert raised == [1]


@pytest.mark.parametrize("number", [1, 3])
def test_a_kill_leaves_no_chance_to_clean_up(number):
    code = (
        "from doudi.kernel import faults\n"
        f"faults.kill_at({number})\n"
        "try:\n"
        "    for k in range(4): print(k, flush=True); faults.here('x')\n"
        "finally:\n"
        "    print('cleaned')\n"
    )
    dead = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert dead.returncode == -9
    assert dead.stdout.split() == [str(k) for k in range(number)]


def test_a_race_window_opens_only_where_its_name_is_enabled():
    def seconds(name):
        began = perf_counter()
        faults.wait_here(name, 0.05)
        return perf_counter() - began

    with faults.windows_open("after-read"):
        assert seconds("after-read") >= 0.05
        assert seconds("elsewhere") < 0.05
    assert seconds("after-read") < 0.05
    faults.enable("after-read")
    assert seconds("after-read") >= 0.05
    faults.disable()
    assert seconds("after-read") < 0.05
