"""Five wrong passwords lock the name for half an hour, in words; another name goes on."""

import pytest
from django.test import Client

from doudi.base import accounts
from tests.arrange import actor

pytestmark = pytest.mark.django_db
PASSWORD = "Right-password-1"


@pytest.fixture(autouse=True)
def two_clerks(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for username in ("zhang", "li"):
        accounts.create_user(username, username, PASSWORD, by=actor("system_administrator"))


def sign_in(client: Client, username: str, password: str):
    return client.post("/sign-in", {"username": username, "password": password})


def test_a_name_is_locked_after_five_wrong_passwords_and_the_page_says_so(client):
    for _ in range(4):
        assert "登录名或密码不正确" in sign_in(client, "zhang", "wrong").content.decode()
    locked = sign_in(client, "zhang", "wrong")
    assert locked.status_code == 429
    assert "锁定 30 分钟" in locked.content.decode()
    again = sign_in(client, "zhang", PASSWORD)
    assert again.status_code == 429, "the right password does not open a locked name"


def test_a_colleague_at_the_same_address_is_not_locked_out_with_them(client):
    for _ in range(6):
        sign_in(client, "zhang", "wrong")
    assert sign_in(client, "li", PASSWORD).status_code == 302
