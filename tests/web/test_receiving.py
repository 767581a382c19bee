"""The same file twice is one delivery, and whoever sends it again is told so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from doudi.base import accounts
from doudi.base.access import scope
from doudi.exchange.models import Delivery
from tests.arrange import COUNTY, actor

pytestmark = pytest.mark.django_db
CONTENT = "姓名,公民身份号码,失业登记日期\n张三,620599198907051019,2022-05-16\n".encode()
AGAIN = "没有重复处理"


@pytest.fixture
def reviewer(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    opener = actor("system_administrator")
    user = accounts.create_user("chen", "陈", "First-password-1", by=opener)
    accounts.grant_post(
        user.pk, "county_reviewer", COUNTY, since=user.password_changed_at.date(),
        by=actor("security_administrator"),
    )  # fmt: skip
    me = actor("county_reviewer", COUNTY, user_id=user.pk)
    accounts.change_password("First-password-1", "Second-password-2", by=me)
    user.refresh_from_db()
    client.force_login(user, backend="doudi.web.signin.PasswordBackend")
    return client


def send(client) -> str:
    told = {
        "file": SimpleUploadedFile("失业.csv", CONTENT),
        "format": "jobless",
        "period": "2022-05",
    }
    return client.post("/deliveries/receive", told, follow=True).content.decode()


def test_a_file_sent_again_is_found_and_the_page_says_so(reviewer):
    assert AGAIN not in send(reviewer)
    assert AGAIN in send(reviewer)
    with scope(COUNTY):
        assert Delivery.objects.count() == 1
