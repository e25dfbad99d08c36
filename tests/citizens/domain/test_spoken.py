import pytest

from citizens.domain import spoken


def test_a_label_is_spelled_digit_by_digit():
    assert spoken.label("B-017") == "B nol satu tujuh"
    assert spoken.label("A-1203") == "A satu dua nol tiga"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "nol"),
        (3, "tiga"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (13, "tiga belas"),
        (20, "dua puluh"),
        (42, "empat puluh dua"),
        (105, "satu nol lima"),
    ],
)
def test_a_counter_is_spoken_as_a_number(value, words):
    assert spoken.number(value) == words


def test_a_call_says_who_and_where():
    assert (
        spoken.call(ticket="B-017", counter=3)
        == "Nomor antrean B nol satu tujuh, silakan ke loket tiga."
    )
