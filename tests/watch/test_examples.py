"""Every action of the watch has an example, and every example changes something, audited."""

import pytest

from doudi.base.actions import ACTIONS
from doudi.base.models import AuditEntry
from tests.watch.examples import EXAMPLES

pytestmark = pytest.mark.django_db


def test_every_action_of_this_package_has_an_example():
    ours = {
        name for name, each in ACTIONS.items() if each.run.__module__.startswith("doudi.watch.")
    }
    assert ours == set(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_example_of_an_action_changes_something_in_its_own_name(name):
    perform = EXAMPLES[name]()
    before = AuditEntry.objects.count()
    perform()
    entries = list(AuditEntry.objects.order_by("id").values_list("kind", "name")[before:])
    assert ("A", name) in entries
    assert any(kind in "IU" for kind, _ in entries)
