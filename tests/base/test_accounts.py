"""Three administrators who cannot do each other's work, and rights that end at once."""

from datetime import date

import pytest

from doudi.base import accounts
from doudi.base.access import scope
from doudi.base.models import User
from doudi.kernel.problems import NotAllowed
from tests.arrange import COUNTY, TOWNSHIP, actor, arranging

pytestmark = pytest.mark.django_db
SYSTEM_ADMINISTRATOR = actor("system_administrator")
SECURITY_ADMINISTRATOR = actor("security_administrator")


@pytest.fixture
def clerk() -> User:
    return accounts.create_user("zhang", "张经办", "first-pass-1", by=SYSTEM_ADMINISTRATOR)


def test_who_opens_accounts_cannot_grant_posts_and_the_other_way_round(clerk):
    with pytest.raises(NotAllowed):
        accounts.grant_post(
            clerk.pk, "township_clerk", TOWNSHIP, since=date(2022, 1, 1), by=SYSTEM_ADMINISTRATOR
        )
    with pytest.raises(NotAllowed):
        accounts.create_user("li", "李", "first-pass-1", by=SECURITY_ADMINISTRATOR)


def test_no_one_holds_two_of_the_three_nor_one_beside_a_business_role(clerk):
    accounts.grant_post(
        clerk.pk, "township_clerk", TOWNSHIP, since=date(2022, 1, 1), by=SECURITY_ADMINISTRATOR
    )
    for role in ("auditor", "system_administrator", "security_administrator"):
        with pytest.raises(accounts.RolesExclude):
            accounts.grant_post(
                clerk.pk, role, COUNTY, since=date(2022, 1, 1), by=SECURITY_ADMINISTRATOR
            )


def test_an_account_is_opened_once_per_name(clerk):
    with pytest.raises(accounts.UserNameTaken):
        accounts.create_user("zhang", "张二", "first-pass-1", by=SYSTEM_ADMINISTRATOR)


def test_a_disabled_account_loses_its_posts_the_same_day(clerk):
    accounts.grant_post(
        clerk.pk, "township_clerk", TOWNSHIP, since=date(2022, 1, 1), by=SECURITY_ADMINISTRATOR
    )
    accounts.disable_user(clerk.pk, by=SYSTEM_ADMINISTRATOR)
    clerk.refresh_from_db()
    assert not clerk.is_active
    from doudi.kernel import clock

    assert not accounts.posts_of(clerk, clock.business_today()).exists()


def test_a_new_password_must_differ_from_what_everybody_uses(clerk):
    me = actor("township_clerk", TOWNSHIP, user_id=clerk.pk)
    with pytest.raises(accounts.PasswordWrong):
        accounts.change_password("wrong", "Qs-2022-long-enough", by=me)
    with pytest.raises(accounts.PasswordWeak):
        accounts.change_password("first-pass-1", "1234567890", by=me)
    accounts.change_password("first-pass-1", "Qs-2022-long-enough", by=me)
    clerk.refresh_from_db()
    assert not clerk.must_change_password


def test_nobody_grants_a_post_to_himself(clerk):
    me = actor("security_administrator", user_id=clerk.pk)
    with arranging(), scope(me):
        pass
    with pytest.raises(accounts.NotOneself):
        accounts.grant_post(clerk.pk, "auditor", COUNTY, since=date(2022, 1, 1), by=me)
