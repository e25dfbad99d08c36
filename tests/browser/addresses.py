"""Every public page by a name, with somebody's rows behind the personal ones. Nobody real."""

import datetime
import itertools

from django.urls import reverse

from citizens import tokens
from citizens.domain import appointments, availability, booking
from citizens.domain import party as parties
from citizens.domain.answers import Answers, PersonAnswers
from citizens.domain.office_time import local_date
from citizens.enums import Actor
from citizens.models import Appointment, Hold, Office
from tests.factories.citizens import QueueDayFactory, TicketFactory
from tests.factories.contact import ContactCodeFactory
from tests.factories.group_visit import GroupVisitFactory
from tests.factories.planning import SpecialDayFactory, SpecialPeriodFactory
from tests.factories.waitlist import WaitlistEntryFactory, WaitlistOfferFactory

FAMILY = "akta-lahir.tepat-waktu~kia.baru-balita,kk.ubah"
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
    "party": "/kunjungan/?rombongan=akta-lahir.tepat-waktu",
    "large party": "/kunjungan/?rombongan="
    + ",".join(["ktp.hilang~kk.ubah~ikd.aktivasi~pindah.keluar"] * 8),
    "adding a service": "/kunjungan/tambah/?rombongan=ktp.hilang&orang=1",
    "adding a person": "/kunjungan/tambah/?rombongan=ktp.hilang",
    "places for a family": f"/kunjungan/waktu/?rombongan={FAMILY}",
    "party that nobody is": "/kunjungan/?rombongan=ktp.tidak-ada",
    "numbers": "/angka/",
    "mobile service": "/pelayanan-keliling/",
    "survey": "/survei/utama/",
    "thanks for the survey": "/survei/terima-kasih/",
    "survey link that is over": f"/survei/nomor/{'a' * 22}/",
    "device that is no kiosk": "/kios/",
    "one-time address that is over": f"/kios/pasang/{'a' * 22}/",
    "group visits": "/kunjungan-kelompok/",
    "asking for a group visit": "/kunjungan-kelompok/minta/",
    "not found": "/tidak-ada/",
    "outgoing messages": "/pesan-keluar/",
}
PERSONAL = (
    *("times", "details", "check", "new appointment", "appointment", "cancel", "cancelled"),
    *("still coming", "prove phone", "prove phone with code", "proved phone"),
    *("times for a family", "person", "contact", "family check"),
    *("group visit", "planned group visit", "withdrawing a group visit"),
    *("moving", "sheet", "joining the waiting list", "waiting", "offer", "waiting no more"),
    *("joining without an appointment", "survey after a visit"),
)
NAMES = (*PUBLIC, *PERSONAL)
SERIALS = itertools.count(9000)  # last digits of a NIK: nobody here is anybody else
COMPONENTS = "/komponen/"
STATUSES = {
    "not found": 404,
    "survey link that is over": 404,
    "one-time address that is over": 404,
    "party that nobody is": 404,
}


def make(*, at):
    """The address of every page of NAMES, by its name."""
    mobile_service(at=at)
    single = Kept(parties.parse("ktp.hilang"), at)
    empty = single.hold()
    checked = single.answered(
        "Raden Ajeng Siti Nurhaliza Wulandari Kusumawardhani binti Abdurrahman"
    )
    booked = single.booked("Siti Aminah")
    cancelled = single.booked("Budi")
    appointments.cancel(appointment=cancelled, at=at, actor=Actor.CITIZEN)
    family = Kept(parties.parse(FAMILY), at)
    begun = family.hold().token
    own = reverse("appointment", args=[booked.token])
    return PUBLIC | {
        "times": f"{PUBLIC['places']}?{single.where}",
        "details": reverse("details", args=[empty.token]),
        "check": reverse("check", args=[checked.token]),
        "new appointment": f"{own}?baru",
        "appointment": own,
        "cancel": reverse("cancel", args=[booked.token]),
        "cancelled": reverse("appointment", args=[cancelled.token]),
        "times for a family": f"{PUBLIC['places for a family']}&{family.where}",
        "person": reverse("person", args=[begun, 2]),
        "contact": reverse("contact", args=[begun]),
        **group_visits(booked),
        **proofs(single, at=at),
        "sheet": reverse("sheet", args=[booked.token]),
        "survey after a visit": after_visit(booked, at=at),
        **waiting(
            booked,
            single.answered("Rini"),
            Kept(single.party, at, last=True).booked("Dewi"),
            at=at,
        ),
        "family check": reverse("check", args=[family.answered("Bayi", "Siti Aminah").token]),
    }


def mobile_service(*, at):
    """A day of the van at a place with a long name, once."""
    van = Office.objects.get(code="keliling")
    if not van.special_days.exists():
        day = SpecialDayFactory(
            office=van,
            date=local_date(at) + datetime.timedelta(days=1),
            place="Halaman Kantor Kelurahan Banjaragung, di samping Lapangan Sepak Bola",
            address="Jalan Raya Cipocok Jaya Kilometer 4, Kota Serang",
            confirmed=True,
        )
        SpecialPeriodFactory(day=day)


def after_visit(booked, *, at):
    """The survey of somebody who has just been served at the office of `booked`."""
    day = QueueDayFactory(office=booked.office, date=local_date(at))
    case = booked.visitors.get().services.get().case
    counter = booked.office.counters.first()
    ticket = TicketFactory(queue_day=day, case=case, counter=counter, arrived_at=at, finished=True)
    return reverse("survey_ticket", args=[ticket.token])


def proofs(single, *, at):
    """The question whether somebody will come, and a phone before, during and after its proof."""
    unproved, asked, proved = (single.booked(name) for name in ("Ani", "Ina", "Nia"))
    # The tests may take longer than ten minutes.
    ContactCodeFactory(appointment=asked, made_at=at, expires_at=at + datetime.timedelta(days=1))
    Appointment.objects.filter(pk=proved.pk).update(phone_proved_at=at)
    return {
        "still coming": reverse("reconfirm", args=[unproved.token]),
        "prove phone": reverse("prove_phone", args=[unproved.token]),
        "prove phone with code": reverse("prove_phone", args=[asked.token]),
        "proved phone": reverse("prove_phone", args=[proved.token]),
    }


def waiting(booked, answered, later, *, at):
    """The waiting list: before, on it, with an offer, after; and without an appointment. And another time at once."""
    entries = [
        WaitlistEntryFactory(appointment=booked, office=booked.office, joined_at=at, state=state)
        for state in ("waiting", "offered", "left")
    ]
    WaitlistOfferFactory(entry=entries[1], office=booked.office, made_at=at)
    names = ("waiting", "offer", "waiting no more")
    return {
        "joining the waiting list": reverse("join_waitlist", args=[later.token]),
        "moving": reverse("reschedule", args=[later.token]),
        **{
            name: reverse("waitlist", args=[entry.token])
            for name, entry in zip(names, entries, strict=True)
        },
        "joining without an appointment": reverse("join_waitlist_new", args=[answered.token]),
    }


def group_visits(booked):
    """A school's request, and one that is planned, where somebody has booked."""
    case = booked.visitors.get().services.get().case
    asked, planned = (
        GroupVisitFactory(office=booked.office, case=case, planned=planned)
        for planned in (False, True)
    )
    return {
        "group visit": reverse("group_visit", args=[asked.token]) + "?baru",
        "planned group visit": reverse("group_visit", args=[planned.token]),
        "withdrawing a group visit": reverse("withdraw_group_visit", args=[planned.token]),
    }


class Kept:
    """Holds and appointments of a party at the first place that has times for it.

    On its first day with times, or `day` such days later, or on its last.
    """

    def __init__(self, party, at, *, day=0, last=False):
        self.party, self.at = party, at
        office = next(o for o in availability.days(party=party, at=at) if o.earliest)
        day = [day.date for day in office.days if day.free][-1 if last else day]
        times = availability.times(party=party, office=office.code, day=day, at=at)
        self.office = office.code
        self.where = f"kantor={office.code}&tanggal={day.isoformat()}"
        self.starts = iter([time.start for time in times])

    def hold(self):
        kept = booking.hold(
            party=self.party,
            office=self.office,
            start=next(self.starts),
            browser=tokens.new(),
            at=self.at,
        )
        # The tests may take longer than five minutes.
        Hold.objects.filter(pk=kept.pk).update(expires_at=self.at + datetime.timedelta(days=1))
        return kept

    def answers(self, names):
        return Answers(
            people=tuple(
                PersonAnswers(name, datetime.date(1990, 1, 1), f"001001010190{next(SERIALS)}")
                for name in names
            ),
            phone="+6281234567890",
            email="warga@contoh.example",
            priority_group="elderly",
            guardian_name="Siti Aminah" if self.party.has_child_service else "",
            household_key="" if len(names) == 1 else tokens.new(),
        )

    def answered(self, *names):
        kept = self.hold()
        booking.keep_answers(hold=kept, answers=self.answers(names))
        return kept

    def booked(self, *names):
        return booking.book(hold=self.hold(), answers=self.answers(names), at=self.at)
