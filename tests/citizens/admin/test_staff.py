import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from citizens.models import User
from portal import groups
from tests.factories.citizens import UserFactory


@pytest.fixture
def administrator(sign_in, db):
    return sign_in(groups.ADMINISTRATOR)


def change(user):
    return reverse("admin:citizens_user_change", args=[user.pk])


def account(user, **kwargs):
    fields = ("username", "full_name", "email", "office_id", "is_active")
    data = {name.removesuffix("_id"): getattr(user, name) for name in fields}
    return {name: value for name, value in data.items() if value not in (None, False)} | kwargs


def test_an_administrator_adds_a_colleague(client, administrator, office):
    group = Group.objects.get(name=groups.COUNTER_STAFF)
    data = {
        "username": "ani",
        "full_name": "Ani",
        "email": "ani@example.test",
        "office": office.pk,
        "usable_password": "true",
        "password1": "kata sandi yang panjang",
        "password2": "kata sandi yang panjang",
    }

    client.post(reverse("admin:citizens_user_add"), data)
    user = User.objects.get(username="ani")
    client.post(change(user), account(user, groups=[group.pk]))

    assert user.is_staff
    assert not user.is_superuser
    assert user.office == office
    assert user.groups.get() == group


def test_a_short_password_is_refused(client, administrator):
    data = {
        "username": "ani",
        "full_name": "Ani",
        "usable_password": "true",
        "password1": "pendek",
        "password2": "pendek",
    }

    response = client.post(reverse("admin:citizens_user_add"), data)

    assert response.status_code == 200
    assert not User.objects.filter(username="ani").exists()


def test_nobody_makes_a_superuser_in_the_admin(client, administrator):
    user = UserFactory()

    client.post(change(user), account(user, is_superuser="on", user_permissions=["1"]))

    user.refresh_from_db()
    assert not user.is_superuser
    assert not user.user_permissions.exists()


def test_an_administrator_cannot_take_over_a_superuser(client, administrator):
    root = UserFactory(is_superuser=True, full_name="Root")

    assert client.post(change(root), account(root, full_name="Changed")).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    assert client.post(password, {"password1": "x", "password2": "x"}).status_code == 403

    root.refresh_from_db()
    assert root.full_name == "Root"


def test_people_are_made_inactive_and_never_deleted(client, sign_in, db):
    sign_in(None, is_superuser=True)
    user = UserFactory()

    response = client.post(reverse("admin:citizens_user_delete", args=[user.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def reset(client, *users):
    data = {"action": "reset_second_factor", "_selected_action": [user.pk for user in users]}
    return client.post(reverse("admin:citizens_user_changelist"), data, follow=True)


def test_a_lost_phone_is_replaced_by_an_administrator(client, administrator):
    user = UserFactory(username="ani")
    TOTPDevice.objects.create(user=user, confirmed=True)

    response = reset(client, user)

    assert "Second factor to be set up anew: ani." in response.content.decode()
    assert not TOTPDevice.objects.exists()


def test_the_second_factor_of_a_superuser_is_out_of_reach(client, administrator):
    root = UserFactory(is_superuser=True)
    TOTPDevice.objects.create(user=root, confirmed=True)

    reset(client, root)

    assert TOTPDevice.objects.exists()


def test_an_auditor_resets_nothing(client, sign_in, db):
    sign_in(groups.AUDITOR)
    user = UserFactory()
    TOTPDevice.objects.create(user=user, confirmed=True)

    reset(client, user)

    assert TOTPDevice.objects.exists()


def test_groups_are_read_only(client, administrator):
    group = Group.objects.get(name=groups.AUDITOR)
    path = reverse("admin:auth_group_change", args=[group.pk])

    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "Lain"}).status_code == 403
