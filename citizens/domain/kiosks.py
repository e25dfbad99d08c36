"""Which device is a kiosk: a supervisor registers it, its one-time address makes it one, a supervisor switches it off.

What opens anything is random, and only its hash is kept: that of an address says nothing of a device's token.
"""

import datetime

from django.db.models import QuerySet

from citizens import crypto, tokens
from citizens.models import Kiosk, Office, User

# Long enough to walk from the office to the hall.
ADDRESS_LASTS = datetime.timedelta(minutes=30)


class AddressOver(Exception):
    """The one-time address was used, has expired, was replaced, or its kiosk is switched off."""


class SwitchedOff(Exception):
    """The kiosk is switched off: it gets no new address. Another one is registered instead."""


def register(*, office: Office, name: str, staff: User, at: datetime.datetime) -> tuple[Kiosk, str]:
    """A new kiosk, and the token of its one-time address, which is shown now and never again."""
    token = tokens.new()
    kiosk = Kiosk.objects.create(
        office=office,
        name=name,
        registered_at=at,
        registered_by=staff,
        address_hash=_address_hash(token),
        address_until=at + ADDRESS_LASTS,
    )
    return kiosk, token


def new_address(*, kiosk: Kiosk, at: datetime.datetime) -> str:
    """Another one-time address in the place of one that is left, for the same kiosk on another or a wiped device.

    The device goes on until the address is used. Raises SwitchedOff.
    """
    token = tokens.new()
    on = Kiosk.objects.filter(pk=kiosk.pk, switched_off_at=None)
    if not on.update(address_hash=_address_hash(token), address_until=at + ADDRESS_LASTS):
        raise SwitchedOff
    return token


def claimable(*, token: str, at: datetime.datetime) -> Kiosk | None:
    """The kiosk that this one-time address makes of a device; None when it is over. One query."""
    return _open(token, at=at).select_related("office").first()


def claim(*, token: str, at: datetime.datetime) -> str:
    """Makes the device a kiosk and returns the token for its cookie; a device that had been this kiosk is none now.

    Of two claims at once, one wins: it is one guarded UPDATE. Raises AddressOver.
    """
    of_device = tokens.new()
    claimed = _open(token, at=at).update(
        address_hash=None,
        address_until=None,
        token_hash=_device_hash(of_device),
        claimed_at=at,
        last_seen_at=at,
    )
    if not claimed:
        raise AddressOver
    return of_device


def known(*, token: str) -> Kiosk | None:
    """The kiosk whose device has this token, with its office; None for any other device. At most one query."""
    if not token:
        return None
    on = Kiosk.objects.filter(token_hash=_device_hash(token), switched_off_at=None)
    return on.filter(office__active=True).select_related("office").first()


def seen(*, kiosk: Kiosk, at: datetime.datetime) -> None:
    """Notes that somebody used the kiosk."""
    Kiosk.objects.filter(pk=kiosk.pk).update(last_seen_at=at)


def switch_off(*, kiosk: Kiosk, staff: User, at: datetime.datetime) -> bool:
    """Ends a kiosk for good, with its device and its address; who did it first stays. Says whether it was on."""
    on = Kiosk.objects.filter(pk=kiosk.pk, switched_off_at=None)
    return bool(
        on.update(switched_off_at=at, switched_off_by=staff, address_hash=None, address_until=None)
    )


def _open(token: str, *, at: datetime.datetime) -> QuerySet[Kiosk]:
    return Kiosk.objects.filter(
        address_hash=_address_hash(token), address_until__gt=at, switched_off_at=None
    )


def _address_hash(token: str) -> str:
    return crypto.keyed_hash(token, purpose="kiosk.address")


def _device_hash(token: str) -> str:
    return crypto.keyed_hash(token, purpose="kiosk.device")
