"""Every SMS is one GSM-7 part, whatever the names, and says what matters most."""

import pytest
from django.utils import translation

from citizens.enums import Language
from citizens.models import Office, Requirement
from outreach import sms_text
from outreach.domain import short_texts
from outreach.domain.short_texts import Links, Visit

TOKEN = "a" * 22
HOSTS = ["a.test", "antre.serangkota.go.id", "antrean-disdukcapil.serangkota.go.id"]
LONGEST_OFFICE = "Titik layanan Kec. Cipocok Jay"
LONGEST_PAPER = "surat keterangan hilang/rusa{:02}"
PAPERS = [LONGEST_PAPER.format(number) for number in range(12)]
# As many people as a booking has, and every paper of theirs with a long note.
OPTIONAL = [f"{paper} (if it applies)" for paper in PAPERS]
DATES = {
    Language.INDONESIAN: ("Sel 16-03-2027", "Sel 16-03 09.20", "Sen 15-03 08.00"),
    Language.ENGLISH: ("Wed 16-03-2027", "Wed 16-03 09.20", "Mon 15-03 08.00"),
}


def visit(language=Language.INDONESIAN, papers=("KK", "KTP lama"), office=LONGEST_OFFICE):
    date, short, _ = DATES[language]
    return Visit("7KQ4-XM2H", date, "09.20 WIB", short, office, papers)


def links(host):
    return Links(own=f"{host}/j/{TOKEN}/", front=host)


def every_text(language, host, papers, office=LONGEST_OFFICE):
    """What each kind of SMS becomes, by its name."""
    told, where = visit(language, papers, office), links(host)
    before = DATES[language][2]
    offer = f"{host}/tunggu/{TOKEN}/"
    texts = {
        "confirmation": short_texts.confirmation(told, links=where),
        "reminder": short_texts.reminder(told, links=where),
        "moved": short_texts.moved(told, before=before, office_caused=False, links=where),
        "excused": short_texts.moved(told, before=before, office_caused=True, links=where),
        "cancellation": short_texts.cancellation(told, office_caused=False, front=host),
        "cancelled by us": short_texts.cancellation(told, office_caused=True, front=host),
        "offer": short_texts.offer(told, until="Rab 07.20", link=offer),
        "code": short_texts.one_time_code(digits="012345", minutes=10),
        "group": short_texts.group_planned(told),
        "declined": short_texts.group_declined(code=told.code, reason="Maaf, loket penuh. " * 10),
        "withdrawn": short_texts.group_withdrawn(code=told.code),
    }
    return {name: short_texts.fitting(found) for name, found in texts.items()}


def test_the_longest_names_here_are_as_long_as_they_may_be():
    assert len(LONGEST_OFFICE) == Office._meta.get_field("short_name").max_length
    assert len(PAPERS[0]) == Requirement._meta.get_field("short_text").max_length


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("papers", [(), PAPERS[:1], ("KK", *PAPERS), OPTIONAL])
def test_every_sms_is_one_gsm_part(language, host, papers):
    with translation.override(language):
        texts = every_text(language, host, papers)

    for name, text in texts.items():
        plan = sms_text.plan(text)
        assert (plan.encoding, plan.parts) == ("gsm7", 1), (name, text, len(text))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("host", HOSTS)
def test_the_longest_names_leave_room_for_what_matters_most(language, host):
    with translation.override(language):
        texts = every_text(language, host, PAPERS)

    for name in ("confirmation", "reminder", "moved", "excused"):
        assert LONGEST_OFFICE in texts[name]
        assert "09.20" in texts[name]
    assert f"{host}/tunggu/{TOKEN}/" in texts["offer"]
    assert "Rab 07.20" in texts["offer"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("host", HOSTS[:2])
@pytest.mark.parametrize("office", ["Kantor utama", "Kec. Cipocok Jaya"])
def test_offices_and_papers_as_they_are_leave_room_for_the_own_page(language, host, office):
    with translation.override(language):
        texts = every_text(language, host, ("KK", "KTP lama", "surat kehilangan"), office)

    for name in ("confirmation", "reminder", "moved"):
        assert f"{host}/j/{TOKEN}/" in texts[name]
    # The note of a move leaves the papers to the reminders, where there is no room for both.
    assert "KK" in texts["confirmation"]
    assert "KK" in texts["reminder"]


def test_papers_that_do_not_fit_are_hinted_at():
    with translation.override("id"):
        text = short_texts.fitting(
            short_texts.reminder(visit(papers=["KK", *PAPERS]), links=links(HOSTS[1]))
        )

    assert "Bawa KK, dll." in text


@pytest.mark.parametrize(("host", "asked"), list(zip(HOSTS, (True, True, False), strict=True)))
def test_the_question_is_asked_with_its_link_and_a_paper_or_not_at_all(host, asked):
    told = visit(papers=["KK", "KTP lama"], office="Kantor utama")
    answer = f"{host}/j/{TOKEN}/pasti/"

    with translation.override("id"):
        words = short_texts.reminder(told, links=links(host), answer=answer)
        text = short_texts.fitting(words)

    assert text.endswith(f"Masih akan datang? {answer}") is asked
    assert "Bawa KK" in text
    assert sms_text.plan(text).parts == 1


def test_a_reason_that_is_too_long_is_cut_between_words():
    with translation.override("id"):
        text = short_texts.fitting(
            short_texts.group_declined(code="7KQ4-XM2H", reason="loket penuh " * 20)
        )

    assert text.endswith(("loket...", "penuh..."))
    assert len(text) > 140


def test_letters_that_would_force_a_dearer_encoding_are_replaced_or_dropped():
    assert short_texts.plain("\u201cKK\u201d \u2013 asli \U0001f4c4") == '"KK" - asli '


def test_what_takes_two_units_counts_twice():
    long, short = "[" * 90, "[" * 80

    assert short_texts.fitting([long, short, "x"]) == short


def test_the_last_text_is_taken_when_none_fits():
    assert short_texts.fitting(["a" * 300, "b" * 200]) == "b" * 200
