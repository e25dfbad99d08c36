import pytest
from django.contrib import admin
from django.urls import reverse

from portal import groups
from portal.admin import PortalAdminSite
from tests.factories.citizens import UserFactory

PASSWORD = "kata sandi yang panjang"


@pytest.fixture(autouse=True)
def _one_step_sign_in(settings):
    settings.SECOND_FACTOR = False


@pytest.fixture
def staff(db, client):
    client.cookies["language"] = "en"
    user = UserFactory(username="ani", group=groups.COUNTER_STAFF)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, password):
    data = {"username": "ani", "password": password, "next": "/petugas/"}
    return client.post(reverse("admin:login"), data)


def test_there_is_one_admin_site_and_it_is_ours():
    assert isinstance(admin.site, PortalAdminSite)


def test_staff_sign_in_with_name_and_password(client, staff):
    response = sign_in(client, PASSWORD)

    assert response.url == "/petugas/"
    assert client.get("/petugas/").status_code == 200


def test_the_way_to_today_stands_on_top(client, staff):
    client.force_login(staff)

    html = client.get("/petugas/").content.decode()

    assert f'href="{reverse("admin:citizens_today")}"' in html


def test_who_has_no_business_in_the_queue_sees_no_way_there(client, db):
    client.force_login(UserFactory(group=groups.CAMPAIGN_MANAGER))

    html = client.get("/petugas/").content.decode()

    assert reverse("admin:citizens_today") not in html


def test_a_wrong_password_is_said(client, staff):
    response = sign_in(client, "wrong")

    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_five_wrong_passwords_lock_the_sign_in(client, staff):
    answers = [sign_in(client, "wrong") for _ in range(5)]
    right = sign_in(client, PASSWORD)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    html = right.content.decode()
    assert "The password was wrong 5 times. Try again in 15 minutes." in html
    assert "ani" not in html.replace("administrator", "")


def test_people_who_may_not_enter_are_not_let_in(client, staff):
    staff.is_active = False
    staff.save()

    assert sign_in(client, PASSWORD).status_code == 200
    assert client.get("/petugas/").status_code == 302


def test_staff_pages_are_kept_out_of_every_cache(client, staff):
    client.force_login(staff)

    for path in ("/petugas/", reverse("admin:citizens_today"), reverse("admin:second_factor")):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_a_user_name_that_no_column_could_hold_is_a_wrong_one(client, staff):
    page = client.post(reverse("admin:login"), {"username": "a" * 300, "password": PASSWORD})

    assert page.status_code == 200
    assert page.context["form"].errors
