"""The NIK rules of the office: format only, and kind to what people really hold."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from citizens import nik
from citizens.nik import Problem

TODAY = date(2026, 11, 24)
PROVINCES = [
    province
    for first, last in [
        (11, 19),
        (21, 21),
        (31, 36),
        (51, 53),
        (61, 65),
        (71, 76),
        (81, 82),
        (91, 96),
    ]
    for province in range(first, last + 1)
]


def written(born, *, female=False, area="367301", serial="0001"):
    return f"{area}{born.day + 40 * female:02}{born:%m}{born.year % 100:02}{serial}"


def reason(text, **options):
    with pytest.raises(nik.Invalid) as caught:
        nik.parse(text, today=TODAY, **options)
    assert not text or text not in str(caught.value)
    return caught.value.reason


births = st.dates(TODAY - timedelta(days=36_000), TODAY)
separators = st.text(st.sampled_from(" -./_\u00a0\u2013\u200b\t\n"), max_size=3)


@given(
    births, st.booleans(), st.sampled_from(PROVINCES), st.integers(0, 9999), st.integers(1, 9999)
)
def test_every_well_formed_nik_is_read_back(born, female, province, rest, serial):
    digits = written(born, female=female, area=f"{province}{rest:04}", serial=f"{serial:04}")
    read = nik.parse(digits, today=TODAY)
    assert read == nik.Nik(
        digits=digits,
        province=digits[:2],
        regency=digits[:4],
        district=digits[:6],
        birth_date=born,
        female=female,
    )


@given(births, st.data())
def test_separators_and_digits_of_any_script_are_cleaned(born, data):
    digits = written(born)
    pasted = data.draw(separators)
    for digit in digits:
        zero = data.draw(st.sampled_from("0\uff10\u0660\u06f0"))
        pasted += chr(ord(zero) + int(digit)) + data.draw(separators)
    assert nik.clean(pasted) == digits


@given(st.text())
def test_any_text_is_either_sixteen_digits_or_refused(text):
    try:
        cleaned = nik.clean(text)
    except nik.Invalid:
        return
    assert len(cleaned) == 16
    assert cleaned.isascii()
    assert cleaned.isdigit()


@given(st.from_regex(r"[0-9]{16}", fullmatch=True))
def test_any_sixteen_digits_are_either_read_or_refused_with_a_reason(digits):
    try:
        read = nik.parse(digits, today=TODAY)
    except nik.Invalid:
        return
    again = written(read.birth_date, female=read.female, area=read.district, serial=digits[12:])
    assert again == digits
    assert read.birth_date <= TODAY


@given(st.integers(1, 99).filter(lambda code: code not in PROVINCES))
def test_an_unknown_province_is_refused(province):
    assert reason(f"{province:02}73010502070001") == Problem.PROVINCE


def test_all_38_provinces_are_known_with_the_papuan_ones():
    assert len(PROVINCES) == 38
    for province in PROVINCES:
        assert nik.parse(f"{province}73010502070001", today=TODAY).province == str(province)


@pytest.mark.parametrize("district", ["360401", "360421", "320401", "369999"])
def test_a_district_that_no_longer_exists_is_accepted(district):
    assert nik.parse(f"{district}0502070001", today=TODAY).district == district


def test_the_demo_province_needs_to_be_allowed():
    assert reason("0073010502070001") == Problem.PROVINCE
    assert nik.parse("0073010502070001", today=TODAY, allow_demo=True).province == nik.DEMO_PROVINCE


@pytest.mark.parametrize("day", ["00", *map(str, range(32, 41)), *map(str, range(72, 100))])
def test_a_day_that_no_man_or_woman_has_is_refused(day):
    assert reason(f"367301{day}02070001") == Problem.DAY


@pytest.mark.parametrize("day", ["01", "31", "41", "71"])
def test_the_first_and_last_days_of_men_and_women_are_read(day):
    assert nik.parse(f"367301{day}01070001", today=TODAY).birth_date.day == int(day) % 40


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.LENGTH),
        ("  - ", Problem.LENGTH),
        ("367301050207001", Problem.LENGTH),
        ("36730105020700011", Problem.LENGTH),
        ("367301050207000l", Problem.LETTERS),
        ("3.67301E+15", Problem.LETTERS),
        ("NIK 3673010502070001", Problem.LETTERS),
        ("367301050207000\u00b2", Problem.LETTERS),
        ("3673010500070001", Problem.MONTH),
        ("3673010513070001", Problem.MONTH),
        ("3673013102070001", Problem.DATE),
        ("3673017104070001", Problem.DATE),
        ("3673012902070001", Problem.DATE),
        ("3673010502070000", Problem.SERIAL),
    ],
)
def test_each_kind_of_mistake_has_its_reason(text, problem):
    assert reason(text) == problem


@pytest.mark.parametrize(
    ("six", "born"),
    [
        ("050207", date(2007, 2, 5)),
        ("241126", date(2026, 11, 24)),
        ("251126", date(1926, 11, 25)),
        ("010127", date(1927, 1, 1)),
        ("290204", date(2004, 2, 29)),
        ("290200", date(2000, 2, 29)),
        ("290228", date(1928, 2, 29)),
    ],
)
def test_the_century_is_the_youngest_one_that_is_not_in_the_future(six, born):
    assert nik.parse(f"367301{six}0001", today=TODAY).birth_date == born


def test_a_leap_day_is_judged_in_the_century_that_it_is_given():
    after_2100 = date(2105, 1, 1)
    assert nik.parse("3673012902000001", today=after_2100).birth_date == date(2000, 2, 29)


def test_a_child_service_refuses_a_date_later_this_year():
    assert reason("3673012511260001", child=True) == Problem.DATE
    newborn = nik.parse("3673012411260001", today=TODAY, child=True)
    assert newborn.birth_date == TODAY


def test_a_child_service_still_reads_an_adult_who_registers_late():
    read = nik.parse("3673010502700001", today=TODAY, child=True)
    assert read.birth_date == date(1970, 2, 5)


@given(births, st.booleans(), births)
def test_a_birth_date_differs_unless_day_month_and_year_agree(born, female, typed):
    digits = written(born, female=female)
    assert not nik.birth_date_differs(digits, birth_date=born, today=TODAY)
    assume((typed - born).days % 36_525)
    assert nik.birth_date_differs(digits, birth_date=typed, today=TODAY)


def test_the_century_alone_is_no_difference():
    born = date(1920, 3, 5)
    assert not nik.birth_date_differs(written(born), birth_date=born, today=TODAY)


def test_neither_number_nor_birth_date_is_in_the_repr():
    shown = repr(nik.parse("3673014502070001", today=TODAY))
    assert "3673014502070001" not in shown
    assert "2007" not in shown
