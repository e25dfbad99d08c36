"""Every public page by a name, with somebody's rows behind the personal ones. Nobody real."""

import datetime

from django.urls import reverse

from citizens import tokens
from citizens.domain import appointments, availability, booking
from citizens.enums import Actor
from citizens.models import Hold, ServiceCase

# What needs no rows of anybody; named for what a person sees.
PUBLIC = {
    "home": "/",
    "privacy": "/privasi/",
    "people from elsewhere": "/bukan-warga-kota-serang/",
    "service": "/layanan/ktp/",
    "long service": "/layanan/pindah/",
    "case": "/layanan/ktp/hilang/",
    "case for people of the city": "/layanan/kk/baru/",
    "places": "/layanan/ktp/hilang/waktu/",
    "places after a full time": "/layanan/ktp/hilang/waktu/?penuh=1",
    "find": "/janji/",
    "not found": "/tidak-ada/",
    "outgoing messages": "/pesan-keluar/",
}
PERSONAL = ("times", "details", "check", "new appointment", "appointment", "cancel", "cancelled")
NAMES = (*PUBLIC, *PERSONAL)
COMPONENTS = "/komponen/"
STATUSES = {"not found": 404}


def make(*, at):
    """The address of every page of NAMES, by its name."""
    case = ServiceCase.objects.select_related("service").get(service__code="KTP", code="hilang")
    office = next(o for o in availability.days(case=case, at=at) if o.earliest)
    day = next(day.date for day in office.days if day.free)
    times = availability.times(case=case, office=office.code, day=day, at=at)

    def kept(place, name):
        hold = booking.hold(
            case=case, office=office.code, start=times[place].start, browser=tokens.new(), at=at
        )
        # The tests may take longer than five minutes.
        Hold.objects.filter(pk=hold.pk).update(expires_at=at + datetime.timedelta(days=1))
        answers = booking.Answers(
            full_name=name,
            birth_date=datetime.date(1990, 1, 1),
            nik=f"001001010190{9000 + place}",
            phone="+6281234567890",
            email="warga@contoh.example",
            priority_group="elderly",
        )
        booking.keep_answers(hold=hold, answers=answers)
        return hold, answers

    empty = booking.hold(
        case=case, office=office.code, start=times[0].start, browser=tokens.new(), at=at
    )
    checked, _ = kept(1, "Raden Ajeng Siti Nurhaliza Wulandari Kusumawardhani binti Abdurrahman")
    booked = booking.book(
        **dict(zip(("hold", "answers"), kept(2, "Siti Aminah"), strict=True)), at=at
    )
    cancelled = booking.book(**dict(zip(("hold", "answers"), kept(3, "Budi"), strict=True)), at=at)
    appointments.cancel(appointment=cancelled, at=at, actor=Actor.CITIZEN)
    own = reverse("appointment", args=[booked.token])
    return PUBLIC | {
        "times": f"{PUBLIC['places']}?kantor={office.code}&tanggal={day.isoformat()}",
        "details": reverse("details", args=[empty.token]),
        "check": reverse("check", args=[checked.token]),
        "new appointment": f"{own}?baru",
        "appointment": own,
        "cancel": reverse("cancel", args=[booked.token]),
        "cancelled": reverse("appointment", args=[cancelled.token]),
    }
