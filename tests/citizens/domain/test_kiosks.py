"""How a device becomes a kiosk, and how it stops being one."""

from functools import partial

import pytest

from citizens.domain import kiosks
from citizens.models import Kiosk
from tests.factories.citizens import MINUTE, MOMENT, OfficeFactory, UserFactory
from tests.racing import at_once

HALF_AN_HOUR = 30 * MINUTE


@pytest.fixture
def staff(db):
    return UserFactory()


@pytest.fixture
def registered(staff):
    return kiosks.register(office=OfficeFactory(), name="Pintu utama", staff=staff, at=MOMENT)


def test_a_registered_kiosk_is_no_device_yet(registered, staff):
    kiosk, address = registered

    assert (kiosk.registered_by, kiosk.registered_at) == (staff, MOMENT)
    assert (kiosk.token_hash, kiosk.claimed_at) == (None, None)
    assert kiosks.claimable(token=address, at=MOMENT) == kiosk
    assert kiosks.known(token=address) is None


def test_the_one_time_address_makes_a_device_the_kiosk(registered):
    kiosk, address = registered

    token = kiosks.claim(token=address, at=MOMENT + MINUTE)

    assert kiosks.known(token=token) == kiosk
    kiosk.refresh_from_db()
    assert kiosk.claimed_at == kiosk.last_seen_at == MOMENT + MINUTE


def test_neither_token_is_kept_and_the_same_text_has_two_hashes(registered):
    kiosk, address = registered
    hash_of_address = kiosk.address_hash
    token = kiosks.claim(token=address, at=MOMENT)
    kiosk.refresh_from_db()

    kept = " ".join(str(value) for value in Kiosk.objects.values().get().values())
    assert address not in kept
    assert token not in kept
    Kiosk.objects.update(token_hash=hash_of_address)
    assert kiosks.known(token=address) is None


def test_an_address_works_once(registered):
    _kiosk, address = registered
    kiosks.claim(token=address, at=MOMENT)

    with pytest.raises(kiosks.AddressOver):
        kiosks.claim(token=address, at=MOMENT)
    assert kiosks.claimable(token=address, at=MOMENT) is None


@pytest.mark.parametrize(
    ("late", "works"), [(HALF_AN_HOUR - MINUTE, True), (HALF_AN_HOUR, False)], ids=["29", "30"]
)
def test_an_address_lasts_half_an_hour(registered, late, works):
    _kiosk, address = registered

    assert bool(kiosks.claimable(token=address, at=MOMENT + late)) is works
    if not works:
        with pytest.raises(kiosks.AddressOver):
            kiosks.claim(token=address, at=MOMENT + late)


def test_a_new_address_replaces_one_that_is_left_and_later_the_device(registered):
    kiosk, address = registered
    first = kiosks.claim(token=address, at=MOMENT)

    left = kiosks.new_address(kiosk=kiosk, at=MOMENT)
    newest = kiosks.new_address(kiosk=kiosk, at=MOMENT)

    assert kiosks.claimable(token=left, at=MOMENT) is None
    assert kiosks.known(token=first) == kiosk
    second = kiosks.claim(token=newest, at=MOMENT)
    assert kiosks.known(token=first) is None
    assert kiosks.known(token=second) == kiosk


def test_a_kiosk_that_is_switched_off_is_none_and_says_who_did_it_first(registered, staff):
    kiosk, address = registered
    token = kiosks.claim(token=address, at=MOMENT)
    left = kiosks.new_address(kiosk=kiosk, at=MOMENT)

    assert kiosks.switch_off(kiosk=kiosk, staff=staff, at=MOMENT + MINUTE)
    assert not kiosks.switch_off(kiosk=kiosk, staff=UserFactory(), at=MOMENT + 2 * MINUTE)

    kiosk.refresh_from_db()
    assert (kiosk.switched_off_by, kiosk.switched_off_at) == (staff, MOMENT + MINUTE)
    assert kiosks.known(token=token) is None
    with pytest.raises(kiosks.AddressOver):
        kiosks.claim(token=left, at=MOMENT)
    with pytest.raises(kiosks.SwitchedOff):
        kiosks.new_address(kiosk=kiosk, at=MOMENT)


def test_a_kiosk_of_an_office_that_is_closed_for_good_is_none(registered):
    kiosk, address = registered
    token = kiosks.claim(token=address, at=MOMENT)
    kiosk.office.active = False
    kiosk.office.save()

    assert kiosks.known(token=token) is None


@pytest.mark.race
def test_of_tabs_that_claim_at_once_one_wins(transactional_db):
    kiosk, address = kiosks.register(
        office=OfficeFactory(), name="Pintu utama", staff=UserFactory(), at=MOMENT
    )

    outcomes = at_once(*[partial(kiosks.claim, token=address, at=MOMENT)] * 6)

    won = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert [kiosks.known(token=token) for token in won] == [kiosk]
    assert sum(isinstance(outcome, kiosks.AddressOver) for outcome in outcomes) == 5
