"""A second demo in the same folder is sent to the first and touches nothing."""

import pytest

from demo.alone import AlreadyRuns, alone


def test_a_second_demo_is_told_where_the_first_one_is(tmp_path):
    with alone(tmp_path / "demo", 8000):
        with (
            pytest.raises(AlreadyRuns, match=r"http://127\.0\.0\.1:8000\n"),
            alone(tmp_path / "demo", 8001),
        ):
            raise AssertionError("two demos at once")
        with alone(tmp_path / "other", 8001):
            pass


def test_the_folder_is_free_when_the_first_one_has_ended(tmp_path):
    with alone(tmp_path / "demo", 8000):
        pass
    with alone(tmp_path / "demo", 8002):
        with pytest.raises(AlreadyRuns, match="8002"), alone(tmp_path / "demo", 8003):
            raise AssertionError("two demos at once")
        assert not (tmp_path / "demo").exists(), "the lock is beside what starting over deletes"
