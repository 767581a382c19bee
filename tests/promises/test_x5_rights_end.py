"""X5: a right taken away is gone at the next request; a disabled user's session ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from doudi.base import accounts
from doudi.base.models import Post, User
from doudi.kernel import clock
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, actor, arranging
from tests.people.people import a_person
from tests.web.fixtures import desk_settings

pytestmark = [pytest.mark.promise("X5"), pytest.mark.django_db]
PASSWORD = "correct horse 42"
SYSTEM, SECURITY = actor("system_administrator"), actor("security_administrator")


@dataclass
class Seat:
    """Somebody signed in at the desk."""

    user: User
    post: Post
    browser: Client

    def status(self, address: str = "/alerts") -> int:
        return self.browser.get(address).status_code

    def is_out(self) -> bool:
        answer = self.browser.get("/")
        return answer.status_code == 302 and answer.headers["Location"] == "/sign-in"


@pytest.fixture(autouse=True)
def desk(tmp_path: Path) -> Iterator[None]:
    with override_settings(**desk_settings(tmp_path)):
        yield


@pytest.fixture
def seat(db: None) -> Seat:
    with arranging():
        user = User.objects.create(
            username="clerk", name="经办", must_change_password=False,
            password=make_password(PASSWORD),
        )  # fmt: skip
        post = Post.objects.create(
            user=user, role="township_clerk", place=TOWNSHIP, since=date(2022, 1, 1)
        )
    made = Seat(user, post, sign_in(user))
    assert made.status() == 200
    return made


def sign_in(user: User) -> Client:
    browser = Client()
    answer = browser.post("/sign-in", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return browser


def test_a_post_that_ends_takes_its_pages_along_at_the_next_request(seat: Seat):
    accounts.end_post(seat.post.pk, clock.business_today(), by=SECURITY)
    assert seat.status() == 403
    assert "您还没有任职" in seat.browser.get("/").content.decode()


def test_a_post_that_ends_tomorrow_still_holds_today(seat: Seat):
    tomorrow = clock.business_today() + timedelta(days=1)
    accounts.end_post(seat.post.pk, tomorrow, by=SECURITY)
    assert seat.status() == 200
    with clock.business_at(tomorrow):
        assert seat.status() == 403


def test_another_role_or_another_place_counts_from_the_next_request(seat: Seat):
    person = a_person(place=f"{TOWNSHIP[:9]}201")
    assert seat.status(f"/people/{person.pk}") == 200
    with arranging():
        Post.objects.filter(pk=seat.post.pk).update(place=OTHER_TOWNSHIP)
    assert seat.status(f"/people/{person.pk}") == 404
    with arranging():
        Post.objects.filter(pk=seat.post.pk).update(role="finance_maker", place=COUNTY)
    assert seat.status(f"/people/{person.pk}") == 403


def test_posts_are_switched_never_merged(seat: Seat):
    person = a_person(place=f"{TOWNSHIP[:9]}201")
    other = accounts.grant_post(
        seat.user.pk, "township_clerk", OTHER_TOWNSHIP, since=date(2022, 1, 1), by=SECURITY
    )
    assert seat.status(f"/people/{person.pk}") == 200
    seat.browser.post(f"/posts/{other.pk}/switch")
    assert seat.status(f"/people/{person.pk}") == 404


def test_somebody_elses_post_cannot_be_taken(seat: Seat):
    with arranging():
        boss = User.objects.create(username="boss", name="局长", password="!")
        post = Post.objects.create(
            user=boss, role="county_leader", place=COUNTY, since=date(2022, 1, 1)
        )
    seat.browser.post(f"/posts/{post.pk}/switch")
    assert seat.browser.session.get("post") is None
    assert seat.status("/users") == 403


def test_the_session_carries_no_right_that_could_grow_old(seat: Seat):
    assert set(seat.browser.session.keys()) == {
        "_auth_user_id", "_auth_user_backend", "_auth_user_hash",
    }  # fmt: skip


def test_a_disabled_user_is_out_at_the_next_request_and_cannot_come_back(seat: Seat):
    accounts.disable_user(seat.user.pk, by=SYSTEM)
    assert not Session.objects.exists()
    assert seat.is_out()
    again = Client().post("/sign-in", {"username": "clerk", "password": PASSWORD})
    assert again.status_code == 400


def test_a_user_disabled_by_any_other_way_is_out_too(seat: Seat):
    with arranging():
        User.objects.filter(pk=seat.user.pk).update(is_active=False)
    assert seat.is_out()
    assert not Session.objects.filter(session_key=seat.browser.session.session_key).exists()


def test_a_new_password_ends_every_session_made_with_the_old_one(seat: Seat):
    elsewhere = Seat(seat.user, seat.post, sign_in(seat.user))
    answer = seat.browser.post(
        "/password", {"old": PASSWORD, "new": "another horse 43", "again": "another horse 43"}
    )
    assert answer.status_code == 302
    assert elsewhere.is_out()


def test_a_password_reset_by_the_administrator_ends_the_sessions(seat: Seat):
    accounts.reset_password(seat.user.pk, "first pass word 1", by=SYSTEM)
    assert seat.is_out()


def test_before_the_first_password_is_changed_no_page_opens(seat: Seat):
    with arranging():
        User.objects.filter(pk=seat.user.pk).update(must_change_password=True)
    for address in ("/", "/alerts", "/people/1"):
        assert seat.browser.get(address).headers["Location"] == "/password"


def test_the_session_gets_a_new_name_at_sign_in(db: None, seat: Seat):
    """A session name planted before the sign-in is worth nothing after it."""
    browser = Client()
    browser.cookies["sessionid"] = "planted0planted0planted0planted0"
    browser.post("/sign-in", {"username": "clerk", "password": PASSWORD})
    assert browser.cookies["sessionid"].value != "planted0planted0planted0planted0"
