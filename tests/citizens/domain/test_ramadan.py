import datetime

import pytest

from citizens.domain import ramadan
from citizens.domain.ramadan import Ramadan

DATE = datetime.date


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (DATE(2026, 1, 5), Ramadan(DATE(2026, 2, 19), DATE(2026, 3, 20))),
        (DATE(2026, 3, 20), Ramadan(DATE(2026, 2, 19), DATE(2026, 3, 20))),
        (DATE(2026, 3, 21), Ramadan(DATE(2027, 2, 8), DATE(2027, 3, 9))),
        (DATE(2028, 1, 1), Ramadan(DATE(2028, 1, 28), DATE(2028, 2, 26))),
    ],
)
def test_the_next_ramadan_is_proposed(on, expected):
    assert ramadan.expected(on=on) == expected


def test_a_year_with_two_of_them_gives_each_in_turn():
    first = ramadan.expected(on=DATE(2030, 1, 1))
    second = ramadan.expected(on=DATE(2030, 6, 1))

    assert (first.first, second.first) == (DATE(2030, 1, 6), DATE(2030, 12, 26))


def test_beyond_what_the_library_knows_nothing_is_proposed():
    assert ramadan.expected(on=DATE(2190, 1, 1)) is None
