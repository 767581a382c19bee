"""From release to outbox: after the commit, once, the same bytes under the same name."""

import hashlib

import pytest

from doudi.base import files
from doudi.base.access import scope
from doudi.base.worklist import drain, waiting
from doudi.kernel import faults
from doudi.payments.bankfile import read_batch
from doudi.payments.batches import lines_of
from doudi.payments.models import Batch
from doudi.payments.sending import outbox, resend, send_batch, send_waiting
from tests.arrange import COUNTY
from tests.payments.world import add_households, card, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return add_households(3)


@pytest.fixture
def batch(world):
    return released(world)


def sent(batch):
    return outbox() / f"{batch.number}.txt"


def sent_at(world):
    with scope(world.maker):
        return Batch.objects.get().sent_at


def test_a_release_writes_nothing_itself_and_leaves_the_writing_to_the_work_list(world, batch):
    assert not sent(batch).exists()
    assert waiting() == 1
    drain()
    assert hashlib.sha256(sent(batch).read_bytes()).hexdigest() == batch.digest
    assert sent_at(world) is not None


def test_the_file_says_whom_to_pay_how_much_on_which_card(world, batch):
    send_waiting(COUNTY, by=world.releaser)
    told = {(line.reference, line.card, line.fen) for line in read_batch(sent(batch).read_bytes())}
    assert told == {(world.reference(k), card(k), world.fen[k]) for k in range(3)}
    with scope(world.maker):
        assert sorted(lines_of(batch), key=lambda x: x.reference) == read_batch(
            sent(batch).read_bytes()
        )


def test_sending_again_writes_nothing_and_resending_writes_the_same_bytes(world, batch):
    assert send_waiting(COUNTY, by=world.releaser) == [batch.number]
    first = sent(batch).read_bytes()
    sent(batch).unlink()  # the bank took it
    assert send_waiting(COUNTY, by=world.releaser) == []
    send_batch(batch.pk, by=world.releaser)
    assert not sent(batch).exists()
    resend(batch.pk, by=world.releaser)
    assert sent(batch).read_bytes() == first


def test_a_torn_write_is_never_visible_under_the_final_name_and_its_rest_is_removed(
    world, batch, monkeypatch
):
    def torn(path, content):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(files.Path, "unlink", lambda self, **options: None)  # as kill -9 would
            with faults.fail_at(1):
                files.write_whole(path, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("doudi.payments.sending.write_whole", torn)
        with pytest.raises(faults.Injected):
            send_batch(batch.pk, by=world.releaser)
    assert [path.name[:7] for path in outbox().iterdir()] == [".aside-"]
    assert sent_at(world) is None
    send_batch(batch.pk, by=world.releaser)
    assert [path.name for path in outbox().iterdir()] == [sent(batch).name]
