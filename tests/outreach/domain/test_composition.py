import datetime

import pytest
from django.utils import translation

from citizens.enums import Language
from outreach import sms_text
from outreach.domain import composition
from outreach.enums import Channel, Purpose
from tests.factories.citizens import (
    AppointmentFactory,
    OfficeFactory,
    RequirementFactory,
    ServiceCaseFactory,
    VisitorFactory,
    VisitorServiceFactory,
)

pytestmark = pytest.mark.django_db

LONGEST_OFFICE = "Titik layanan Kec. Cipocok Jay"
LONGEST_PAPER = "surat keterangan hilang/rusak{}"


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


def compose(made, purpose=Purpose.CONFIRMATION, channel=Channel.SMS):
    return composition.compose(facts=composition.facts_of(made), purpose=purpose, channel=channel)


def test_an_sms_tells_code_time_place_papers_and_that_it_is_free(settings):
    settings.PUBLIC_URL = "https://antre.example.test"
    made = appointment(office=OfficeFactory(short_name="Kantor utama"))

    text = compose(made).body

    assert text == (
        "Disdukcapil Kota Serang: janji temu 7KQ4-XM2H, Sel 16-03-2027 pukul 09.20 WIB, Kantor utama. "
        "Bawa KK, KTP lama. GRATIS. Lihat/batal: antre.example.test"
    )


def test_an_sms_is_in_the_language_of_the_person(settings):
    settings.PUBLIC_URL = "https://antre.example.test"
    made = appointment(language=Language.ENGLISH, office=OfficeFactory(short_name="Kantor utama"))

    with translation.override("id"):
        text = compose(made, Purpose.REMINDER).body

    assert text == (
        "Disdukcapil Kota Serang: reminder 7KQ4-XM2H, Tue 16-03-2027 at 09.20 WIB, Kantor utama. "
        "Bring KK, KTP lama. FREE. View/cancel: antre.example.test"
    )


def test_an_sms_links_to_the_own_page_where_it_fits(settings):
    settings.PUBLIC_URL = "https://a.test"
    made = appointment(papers=[], office=OfficeFactory(short_name="Kantor"))

    assert compose(made).body.endswith(f" a.test/j/{made.token}/")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("count", [0, 1, 2, 12])
def test_an_sms_with_the_longest_names_is_one_gsm_part(settings, language, purpose, count):
    settings.PUBLIC_URL = "https://antrean-disdukcapil.serangkota.go.id"
    made = appointment(
        papers=[LONGEST_PAPER.format(chr(97 + number)) for number in range(count)],
        office=OfficeFactory(short_name=LONGEST_OFFICE),
        language=language,
    )
    assert len(LONGEST_OFFICE) == made.office._meta.get_field("short_name").max_length

    plan = sms_text.plan(compose(made, purpose).body)

    assert (plan.encoding, plan.parts) == ("gsm7", 1)


@pytest.mark.parametrize("language", Language)
def test_papers_that_do_not_fit_are_hinted_at(settings, language):
    settings.PUBLIC_URL = "https://antre.example.test"
    papers = ["KK", *(LONGEST_PAPER.format(number) for number in range(8))]
    made = appointment(papers=papers, language=language)

    text = compose(made).body

    assert "KK" in text
    assert {Language.INDONESIAN: "dll.", Language.ENGLISH: "etc."}[language] in text


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
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("channel", Channel)
def test_no_message_names_a_person_or_a_nik(language, purpose, channel):
    made = appointment(language=language)
    visitor = made.visitors.get()

    text = compose(made, purpose, channel)

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
            composition.compose(facts=facts, purpose=Purpose.CONFIRMATION, channel=channel)
