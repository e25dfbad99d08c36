import datetime

import pytest
from django.utils import translation

from citizens.enums import GroupVisitState, Language, OfficeKind
from citizens.models import SpecialDay
from outreach import sms_text
from outreach.domain import composition
from outreach.enums import Channel, Purpose
from tests.factories.citizens import (
    AppointmentEventFactory,
    AppointmentFactory,
    OfficeFactory,
    RequirementFactory,
    ServiceCaseFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.factories.group_visit import GroupVisitFactory
from tests.factories.planning import SpecialDayFactory
from tests.factories.waitlist import WaitlistOfferFactory

pytestmark = pytest.mark.django_db

# Wednesday, 17 March 2027, 10.00 WIB.
NEXT_DAY = datetime.datetime(2027, 3, 17, 3, 0, tzinfo=datetime.UTC)

# What an appointment makes us say.
ABOUT_APPOINTMENTS = [
    Purpose.CONFIRMATION,
    Purpose.REMINDER,
    Purpose.MOVED,
    Purpose.NO_PLACE,
    Purpose.CANCELLATION,
]


def appointment(papers=("KK", "KTP lama"), **fields):
    made = AppointmentFactory(**{"code": "7KQ4XM2H", "language": Language.INDONESIAN} | fields)
    case = ServiceCaseFactory(
        service__name="KTP-el", service__name_en="ID card", name="Hilang", name_en="Lost"
    )
    for number, paper in enumerate(papers):
        RequirementFactory(
            case=case, text=f"{paper} asli", text_en="", short_text=paper, sort_order=number
        )
    VisitorServiceFactory(visitor__appointment=made, case=case)
    return made


def compose(made, purpose=Purpose.CONFIRMATION, channel=Channel.SMS, *, asks=False, change=None):
    facts = composition.facts_of(made, change=change)
    return composition.of_appointment(facts=facts, purpose=purpose, channel=channel, asks=asks)


def a_move(made, *, office_caused=False):
    """From Monday at eight elsewhere to where the appointment is now."""
    return AppointmentEventFactory(
        appointment=made,
        from_starts_at=datetime.datetime(2027, 3, 15, 1, 0, tzinfo=datetime.UTC),
        to_starts_at=made.starts_at,
        from_office=OfficeFactory(name="Titik Layanan Curug"),
        to_office=made.office,
        office_caused=office_caused,
    )


def test_an_sms_tells_code_time_place_papers_that_it_is_free_and_where_to_change_it(settings):
    settings.PUBLIC_URL = "https://antre.example.test"
    made = appointment(office=OfficeFactory(short_name="Kantor utama"))

    text = compose(made).body

    assert text == (
        "Disdukcapil Kota Serang: 7KQ4-XM2H, Sel 16-03 09.20, Kantor utama. Bawa KK, KTP lama. "
        f"GRATIS. Ubah/batal: antre.example.test/j/{made.token}/"
    )


def test_an_sms_is_in_the_language_of_the_person(settings):
    settings.PUBLIC_URL = "https://a.test"
    made = appointment(language=Language.ENGLISH, office=OfficeFactory(short_name="Kantor"))

    with translation.override("id"):
        text = compose(made, Purpose.REMINDER).body

    assert text == (
        "Disdukcapil Kota Serang: reminder 7KQ4-XM2H, Tue 16-03-2027 at 09.20 WIB, Kantor. "
        f"Bring KK, KTP lama. FREE. Change/cancel: a.test/j/{made.token}/"
    )


def test_a_reminder_may_ask_whether_the_person_will_come(settings):
    settings.PUBLIC_URL = "https://a.test"
    made = appointment(papers=["KK"], office=OfficeFactory(short_name="Kantor"))

    sms = compose(made, Purpose.REMINDER, asks=True).body
    email = compose(made, Purpose.REMINDER, Channel.EMAIL, asks=True)

    assert sms == (
        "Disdukcapil Kota Serang: pengingat 7KQ4-XM2H, Sel 16-03-2027 pukul 09.20 WIB, Kantor. "
        f"Bawa KK. GRATIS. Masih akan datang? a.test/j/{made.token}/pasti/"
    )
    assert email.subject.startswith("Masih akan datang? Janji temu 7KQ4-XM2H")
    assert f"\nhttps://a.test/j/{made.token}/pasti/\n" in email.body
    assert f"\nhttps://a.test/j/{made.token}/\n" in email.body


def test_a_move_tells_the_old_and_the_new_time(settings):
    settings.PUBLIC_URL = "https://a.test"
    made = appointment(papers=["KK"], office=OfficeFactory(short_name="Kantor", name="Kantor"))
    change = a_move(made)

    sms = compose(made, Purpose.MOVED, change=change).body
    email = compose(made, Purpose.MOVED, Channel.EMAIL, change=change)

    assert sms == (
        "Disdukcapil Kota Serang: 7KQ4-XM2H PINDAH dari Sen 15-03 08.00 ke Sel 16-03 09.20, Kantor. "
        f"Bawa KK. GRATIS. Ubah/batal: a.test/j/{made.token}/"
    )
    assert email.subject == "Waktu baru janji temu 7KQ4-XM2H: Selasa, 16 Maret 2027 pukul 09.20 WIB"
    assert (
        "tidak berlaku lagi: Senin, 15 Maret 2027 pukul 08.00 WIB, Titik Layanan Curug\n"
        in email.body
    )
    assert "Waktu: Selasa, 16 Maret 2027 pukul 09.20 WIB\nTempat: Kantor, " in email.body
    assert "maaf" not in email.body


@pytest.mark.parametrize("channel", Channel)
def test_a_move_that_the_office_caused_comes_with_an_excuse(channel):
    made = appointment()

    told = compose(made, Purpose.MOVED, channel, change=a_move(made, office_caused=True))

    assert "maaf" in told.body
    assert "kantor kami" in told.body.lower()


@pytest.mark.parametrize("channel", Channel)
def test_a_time_that_cannot_be_kept_comes_with_an_excuse_and_the_way_to_another(settings, channel):
    settings.PUBLIC_URL = "https://antre.example.test"
    made = appointment()

    text = compose(made, Purpose.NO_PLACE, channel).body

    assert f"antre.example.test/j/{made.token}/" in text
    assert "16" in text
    assert "7KQ4-XM2H" in text or channel == Channel.EMAIL
    assert "maaf" in text.lower()


def test_papers_that_always_apply_come_first_and_the_others_say_so(settings):
    settings.PUBLIC_URL = "https://a.test"
    made = appointment(papers=["akta nikah"], language=Language.ENGLISH)
    case = made.visitors.get().services.get().case
    RequirementFactory(case=case, short_text="KK", sort_order=9)
    case.requirements.filter(short_text="akta nikah").update(optional=True)

    assert "KK, akta nikah (if it applies)" in compose(made).body


def test_a_paper_for_two_people_is_named_once():
    made = appointment(papers=["KK"])
    case = made.visitors.get().services.get().case
    VisitorServiceFactory(visitor=VisitorFactory(appointment=made), case=case)

    assert compose(made).body.count("KK") == 1
    assert compose(made, channel=Channel.EMAIL).body.count("KK asli") == 1


def test_papers_are_those_of_the_day_of_the_visit():
    made = appointment(papers=[])
    case = made.visitors.get().services.get().case
    day = datetime.date(2027, 3, 16)
    RequirementFactory(case=case, short_text="baru", valid_from=day)
    RequirementFactory(case=case, short_text="lama", valid_until=day)

    text = compose(made).body

    assert "baru" in text
    assert "lama" not in text


def test_letters_that_would_force_a_dearer_encoding_are_replaced_or_dropped():
    made = appointment(papers=["\u201cKK\u201d \u2013 asli \U0001f4c4"])

    text = compose(made).body

    assert '"KK" - asli' in text
    assert sms_text.plan(text).encoding == "gsm7"


def test_an_email_says_all_that_matters(settings):
    settings.PUBLIC_URL = "https://antre.example.test"
    made = appointment(office=OfficeFactory(name="Kantor Disdukcapil", address="Jalan Contoh 1"))

    text = compose(made, channel=Channel.EMAIL)

    assert text.subject == "Janji temu 7KQ4-XM2H: Selasa, 16 Maret 2027 pukul 09.20 WIB"
    assert text.body.startswith("Janji temu Anda di Disdukcapil Kota Serang sudah tercatat.\n\n")
    assert (
        "Kode: 7KQ4-XM2H\n"
        "Waktu: Selasa, 16 Maret 2027 pukul 09.20 WIB\n"
        "Tempat: Kantor Disdukcapil, Jalan Contoh 1\n"
        "Layanan: KTP-el: Hilang\n"
        "\n"
        "Mohon bawa:\n"
        "- KK asli\n"
        "- KTP lama asli\n"
    ) in text.body
    assert f"\nhttps://antre.example.test/j/{made.token}/\n" in text.body
    assert "gratis" in text.body


def test_an_email_is_in_the_language_of_the_person():
    made = appointment(language=Language.ENGLISH)

    with translation.override("id"):
        text = compose(made, channel=Channel.EMAIL)

    assert text.subject == "Appointment 7KQ4-XM2H: Tuesday, 16 March 2027 at 09.20 WIB"
    assert "For: ID card: Lost\n" in text.body
    assert "free of charge" in text.body


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("purpose", ABOUT_APPOINTMENTS)
@pytest.mark.parametrize("channel", Channel)
def test_no_message_names_a_person_or_a_nik(language, purpose, channel):
    made = appointment(language=language)
    visitor = made.visitors.get()

    text = compose(made, purpose, channel, change=a_move(made))

    assert visitor.nik not in text.subject + text.body
    assert visitor.full_name not in text.subject + text.body


def test_a_text_is_not_escaped_but_its_html_is(settings):
    made = appointment(papers=["KK & KTP <asli>"])

    text = compose(made, channel=Channel.EMAIL)
    html = composition.html_of(body=text.body, subject=text.subject, language="id")

    assert "- KK & KTP <asli> asli\n" in text.body
    assert "KK &amp; KTP &lt;asli&gt;" in html
    assert f'<a href="{settings.PUBLIC_URL}/j/{made.token}/"' in html
    assert '<html lang="id">' in html


def test_the_facts_of_many_people_cost_two_queries(django_assert_num_queries):
    made = appointment()
    VisitorServiceFactory.create_batch(2, visitor=VisitorFactory(appointment=made))

    with django_assert_num_queries(2):
        facts = composition.facts_of(made)
        for channel in Channel:
            composition.of_appointment(facts=facts, purpose=Purpose.CONFIRMATION, channel=channel)


def test_services_that_several_people_come_for_are_listed_once():
    made = appointment()
    case = made.visitors.get().services.get().case
    VisitorServiceFactory(visitor=VisitorFactory(appointment=made), case=case)
    VisitorServiceFactory(visitor=VisitorFactory(appointment=made), case__name="Baru")

    body = compose(made, channel=Channel.EMAIL).body

    assert body.count("KTP-el: Hilang") == 1
    assert body.count(": Baru") == 1


def test_a_mail_about_a_visit_at_the_van_names_the_place_of_that_day():
    made = appointment(office__kind=OfficeKind.MOBILE, starts_at=NEXT_DAY)
    day = SpecialDayFactory(office=made.office, date=NEXT_DAY.date(), place="Pasar Kalodran")
    own = made.office.address

    assert own in compose(made, channel=Channel.EMAIL).body
    SpecialDay.objects.filter(pk=day.pk).update(confirmed=True)

    body = compose(made, channel=Channel.EMAIL).body
    assert "Pasar Kalodran" in body
    assert own not in body


# --- Offers, codes, groups ------------------------------------------------------------------------


@pytest.fixture
def offer():
    return WaitlistOfferFactory(
        office__short_name="Kantor", office__name="Kantor utama", starts_at=NEXT_DAY
    )


def test_an_offer_tells_place_time_deadline_and_where_to_take_it(settings, offer):
    settings.PUBLIC_URL = "https://a.test"
    link = f"a.test/tunggu/{offer.entry.token}/"

    sms = composition.of_offer(offer=offer, channel=Channel.SMS, language="id").body
    email = composition.of_offer(offer=offer, channel=Channel.EMAIL, language="id")

    assert sms == (
        "Disdukcapil Kota Serang: ada tempat: Rab 17-03-2027 pukul 10.00 WIB, Kantor. "
        f"Disimpan untuk Anda sampai 11.20. Ambil: {link}"
    )
    assert email.subject == "Ada tempat: Rabu, 17 Maret 2027 pukul 10.00 WIB"
    assert "Disimpan untuk Anda sampai: Selasa, 16 Maret 2027 11.20 WIB\n" in email.body
    assert f"\nhttps://{link}\n" in email.body


def test_a_deadline_on_another_day_says_which(settings, offer):
    settings.PUBLIC_URL = "https://a.test"
    offer.expires_at += datetime.timedelta(hours=20)

    sms = composition.of_offer(offer=offer, channel=Channel.SMS, language="en").body

    assert "until Wed 07.20." in sms


@pytest.mark.parametrize("channel", Channel)
def test_a_code_comes_with_how_long_it_is_good_and_a_warning(channel):
    text = composition.of_code(digits="012345", minutes=10, channel=channel, language="id")

    assert "Kode Anda 012345, berlaku 10 menit." in text.body
    assert "Jangan beri tahu siapa pun, termasuk petugas." in text.body
    assert "012345" not in text.subject


def test_a_code_by_sms_says_nothing_else():
    text = composition.of_code(digits="012345", minutes=10, channel=Channel.SMS, language="id")

    assert text.body == (
        "Disdukcapil Kota Serang: Kode Anda 012345, berlaku 10 menit. "
        "Jangan beri tahu siapa pun, termasuk petugas."
    )


def test_a_planned_group_is_told_when_and_where():
    visit = GroupVisitFactory(
        planned=True, code="7KQ4XM2H", office__short_name="Kantor", starts_at=NEXT_DAY
    )

    sms = composition.of_group_visit(group_visit=visit, channel=Channel.SMS).body
    email = composition.of_group_visit(group_visit=visit, channel=Channel.EMAIL)

    assert sms == (
        "Disdukcapil Kota Serang: kunjungan kelompok 7KQ4-XM2H: Rab 17-03-2027 pukul 10.00 WIB, "
        "Kantor. Tiap orang membawa berkasnya. GRATIS."
    )
    assert email.subject.endswith("7KQ4-XM2H: Rabu, 17 Maret 2027 pukul 10.00 WIB")
    assert "Jumlah orang: 20\n" in email.body
    assert f"/kunjungan-kelompok/{visit.token}/\n" in email.body


@pytest.mark.parametrize("channel", Channel)
def test_a_group_that_cannot_come_is_told_why(channel):
    visit = GroupVisitFactory(declined=True, reason="Loket penuh.")

    text = composition.of_group_visit(group_visit=visit, channel=channel)

    assert "Loket penuh." in text.body


@pytest.mark.parametrize("channel", Channel)
def test_a_group_that_takes_its_request_back_is_told_so(channel):
    visit = GroupVisitFactory(state=GroupVisitState.WITHDRAWN, language="en")

    assert "withdrawn" in composition.of_group_visit(group_visit=visit, channel=channel).body
