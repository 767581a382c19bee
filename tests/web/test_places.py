"""Anybody signed in finds a division by its name, its initials or its code."""

import pytest

from doudi.base import accounts
from doudi.base.access import Actor
from doudi.places.loading import load_divisions
from tests.arrange import COUNTY, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    load_divisions(within="620521", by=Actor.system())
    opener = actor("system_administrator")
    user = accounts.create_user("wang", "王", "First-password-1", by=opener)
    accounts.grant_post(
        user.pk, "township_clerk", COUNTY, since=user.password_changed_at.date(),
        by=actor("security_administrator"),
    )  # fmt: skip
    me = actor("township_clerk", COUNTY, user_id=user.pk)
    accounts.change_password("First-password-1", "Second-password-2", by=me)
    user.refresh_from_db()
    client.force_login(user, backend="doudi.web.signin.PasswordBackend")
    return client


@pytest.mark.parametrize("question", ["永清镇", "yqz", "620521100"])
def test_a_township_is_found_by_name_initials_and_code(clerk, question):
    page = clerk.get("/places", {"q": question}).content.decode()
    assert "620521100000" in page
    assert "永清镇" in page


def test_without_a_question_the_places_below_the_post_are_shown(clerk):
    assert "贾川乡" in clerk.get("/places").content.decode()


def test_what_is_not_there_is_said(clerk):
    assert "没有找到" in clerk.get("/places", {"q": "无此地"}).content.decode()
