"""Staff at an office, signed in, at a fixed moment, reading English."""

import pytest
import time_machine

from portal import groups
from tests.factories.citizens import MOMENT, OfficeFactory, UserFactory


@pytest.fixture(autouse=True)
def _one_step_sign_in(settings):
    """The second factor has tests of its own."""
    settings.SECOND_FACTOR = False


@pytest.fixture(autouse=True)
def _moment():
    with time_machine.travel(MOMENT, tick=False):
        yield


@pytest.fixture
def office(db):
    return OfficeFactory(code="utama", name="Kantor Utama")


@pytest.fixture
def sign_in(client):
    """Signs somebody in: sign_in(group, office) gives (client, user)."""

    def signed_in(group, office=None, **kwargs):
        user = UserFactory(group=group, office=office, **kwargs)
        client.cookies["language"] = "en"
        client.force_login(user)
        return user

    return signed_in


@pytest.fixture
def staff(sign_in, office):
    """A member of counter staff of `office`, signed in with `client`."""
    return sign_in(groups.COUNTER_STAFF, office)
