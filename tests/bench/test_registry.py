"""The bench over a registry measures what it says: everyone is decided, in every form and shard."""

import pytest

from bench import registry
from bench.peers.registry import write_registry

PEOPLE = 2_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench") / "registry"
    write_registry(folder, PEOPLE)
    return folder


@pytest.mark.parametrize("name", sorted(registry.MEASURES))
def test_every_measure_decides_all_people(folder, tmp_path, monkeypatch, name):
    monkeypatch.setattr(registry, "SCRATCH", tmp_path)
    (tmp_path / "answers").mkdir()
    times = registry.SHARDS if "shards" in name else 1
    told = registry.MEASURES[name](folder)
    assert 0.9 * PEOPLE * times < told["people"] < 1.1 * PEOPLE * times
    assert told["wall"] > 0


def test_one_family_is_timed_with_and_without_its_account(folder, monkeypatch):
    monkeypatch.setattr(registry, "ROUNDS", 3)
    told = registry.one_family(folder)
    assert len(told) == 2
    assert min(told.values()) > 0
