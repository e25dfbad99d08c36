import secrets

import pytest

from citizens import crypto
from citizens.domain import keys
from citizens.models import Hold, Visitor
from tests.factories.citizens import HoldFactory, VisitorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rotated(settings):
    """Rows of the old key; then a new key is put before it. Returns the old key's successor."""
    VisitorFactory(nik="0010010101900001")
    VisitorFactory(without_nik=True)
    HoldFactory(answers="{}")
    new = secrets.token_bytes(32)
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    return new


def test_rotation_encrypts_every_field_again_once(rotated):
    assert keys.rotate() == 2
    assert keys.rotate() == 0


def test_after_rotation_the_old_key_may_go(rotated, settings):
    keys.rotate()
    settings.FIELD_KEYS = [rotated]

    assert sorted(v.nik or "" for v in Visitor.objects.all()) == ["", "0010010101900001"]
    assert Hold.objects.get().answers == "{}"


def test_rotation_crosses_its_batches(rotated, monkeypatch):
    monkeypatch.setattr(keys, "BATCH", 1)
    VisitorFactory.create_batch(2)

    assert keys.rotate() == 2


def test_a_missing_key_is_an_error_and_no_silent_loss(rotated, settings):
    settings.FIELD_KEYS = [secrets.token_bytes(32)]

    with pytest.raises(crypto.Undecryptable):
        keys.rotate()
