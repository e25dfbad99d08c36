"""Packing of SMS texts, against a slow reference that cuts real encoded bytes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outreach import sms_text

# The two tables of 3GPP 23.038, in the order of their codes; None is the escape to the second.
GSM7 = dict.fromkeys(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ",
) | dict.fromkeys(
    "ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"

gsm_texts = st.text(st.sampled_from([*GSM7, *EXTENDED * 12]), max_size=700)
wide_texts = st.text(st.sampled_from("aé\u4e2d\u0645\u2019😀🙏") | st.characters(), max_size=320)


def reference(text):
    """Encode the text, then cut it at every 160/153 (70/67) units, one earlier inside a pair."""
    if all(char in GSM7 or char in EXTENDED for char in text):
        units = [unit for char in text for unit in (["ESC", char] if char in EXTENDED else [char])]
        single, several, opens_pair = 160, 153, lambda unit: unit == "ESC"
    else:
        data = text.encode("utf-16-be", "surrogatepass")
        units = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
        single, several, opens_pair = 70, 67, lambda unit: 0xD800 <= unit < 0xDC00
    if len(units) <= single:
        return len(units), [units] if units else []
    parts, rest = [], units
    while rest:
        cut = several - 1 if len(rest) > several and opens_pair(rest[several - 1]) else several
        parts.append(rest[:cut])
        rest = rest[cut:]
    return len(units), parts


@given(gsm_texts | wide_texts)
@example("a" * 152 + "€" + "a" * 152)
@example("ü" * 66 + "中😀" + "ü" * 66)
def test_a_text_packs_as_the_slow_reference_does(text):
    plan = sms_text.plan(text)
    units, parts = reference(text)
    assert (plan.units, plan.parts) == (units, len(parts))
    if parts:
        assert plan.left == plan.per_part - len(parts[-1])


def test_the_basic_table_has_127_characters_beside_the_escape():
    assert len(GSM7) == 127
    assert len(EXTENDED) == 10


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "units", "per_part", "left"),
    [
        ("", "gsm7", 0, 0, 160, 0),
        ("a", "gsm7", 1, 1, 160, 159),
        ("a" * 160, "gsm7", 1, 160, 160, 0),
        ("a" * 161, "gsm7", 2, 161, 153, 145),
        ("€" * 80, "gsm7", 1, 160, 160, 0),
        ("a" * 159 + "€", "gsm7", 2, 161, 153, 145),
        ("a" * 306, "gsm7", 2, 306, 153, 0),
        ("a" * 152 + "€" + "a" * 152, "gsm7", 3, 306, 153, 152),
        ("中" * 70, "ucs2", 1, 70, 70, 0),
        ("中" * 71, "ucs2", 2, 71, 67, 63),
        ("😀" * 35, "ucs2", 1, 70, 70, 0),
        ("中" * 66 + "😀" + "中" * 66, "ucs2", 3, 134, 67, 66),
    ],
)
def test_the_limits_of_one_part_and_of_several(text, encoding, parts, units, per_part, left):
    plan = sms_text.plan(text)
    assert (plan.encoding, plan.parts, plan.units) == (encoding, parts, units)
    assert (plan.per_part, plan.left) == (per_part, left)


def test_what_forces_unicode_is_named_once_in_order():
    plan = sms_text.plan("Halo 🙏, “Anda” 🙏 ç")
    assert plan.encoding == "ucs2"
    assert plan.offending == ("🙏", "“", "”", "ç")
    assert sms_text.plan("Halo {Anda} €").offending == ()


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        (
            "\u201cHalo\u201d \u2018Anda\u2019 \u2013 besok \u2014 pukul 09.20\u2026",
            "\"Halo\" 'Anda' - besok - pukul 09.20...",
        ),
        ("Nur\u2019aini\u00a0Siti\u202f\u2009!", "Nur'aini Siti  !"),
        ("satu\r\ndua\ttiga\u200b\ufeff", "satu\ndua tiga"),
        ("ê ç Ç ā é e\u0301", "e c Ç a é é"),
        ("½ ﬁ № ™ \u00d7 • `\u00b4", "1/2 fi No TM x - ''"),
        ("\uff11\uff12\uff13\uff21\uff22", "123AB"),
        ("10 ≤ 12 🙏 中", "10 ≤ 12 🙏 中"),
        ("{Rp} €5 ~ [a]", "{Rp} €5 ~ [a]"),
    ],
)
def test_typography_becomes_plain_and_other_scripts_stay(typed, sent):
    assert sms_text.normalise(typed) == sent


@given(gsm_texts)
def test_a_text_in_gsm7_is_left_as_it_is_but_for_line_ends(text):
    assert sms_text.normalise(text) == text.replace("\r\n", "\n")


@given(wide_texts)
def test_normalising_twice_changes_nothing_more(text):
    once = sms_text.normalise(text)
    assert sms_text.normalise(once) == once


@given(wide_texts)
def test_normalising_adds_no_offending_character(text):
    assert set(sms_text.plan(sms_text.normalise(text)).offending) <= set(
        sms_text.plan(sms_text.normalise(text.replace("\r", ""))).offending
    ) | set(text)
