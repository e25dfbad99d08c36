import datetime
import tomllib

import pytest

from citizens.domain.reference import DATA
from citizens.enums import OfferResult, Outcome
from citizens.management.demo import rhythm

RNG = rhythm.chance(1)
MONDAY = datetime.date(2027, 3, 15)


def read(path):
    return tomllib.loads((DATA / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("offset", range(5))
def test_an_ordinary_day_brings_300_to_350_people(offset):
    day = MONDAY + datetime.timedelta(days=offset)

    for _ in range(50):
        assert 300 <= rhythm.visits_on(day, closed_before=0, rng=RNG) <= 350


def test_the_first_day_after_a_long_closure_is_a_peak():
    tuesday = MONDAY + datetime.timedelta(days=1)

    assert rhythm.visits_on(tuesday, closed_before=9, rng=RNG) > 410


def test_the_first_monday_of_a_month_is_a_peak():
    assert rhythm.visits_on(datetime.date(2027, 3, 1), closed_before=2, rng=RNG) > 430


def test_most_walk_ins_come_in_the_morning():
    opens = datetime.datetime(2027, 3, 16, 1, 0, tzinfo=datetime.UTC)
    closes = opens + datetime.timedelta(hours=7, minutes=30)
    times = [rhythm.walk_in_at(opens, closes, RNG) for _ in range(2000)]

    morning = sum(at < opens + datetime.timedelta(hours=4) for at in times)

    assert morning > 0.7 * len(times)
    assert opens - datetime.timedelta(minutes=30) <= min(times)
    assert max(times) < closes


def test_shares_of_the_groups_make_a_whole():
    assert sum(rhythm.GROUP_SHARE.values()) == pytest.approx(1)
    assert sum(rhythm.DISTRICT_SHARE.values()) == pytest.approx(1)


def test_every_case_of_the_catalogue_has_a_frequency_and_no_other():
    for path in (DATA / "services").glob("*.toml"):
        group = read(path)
        cases = {
            (service["code"], case["code"])
            for service in group["service"]
            for case in service["case"]
        }
        assert rhythm.CASES[group["group"]["code"]].keys() == cases


def test_every_reason_is_on_the_list_of_the_office():
    known = {reason["code"] for reason in read("reasons.toml")["reason"]}

    assert rhythm.DECLINED_BECAUSE.keys() | rhythm.NOT_POSSIBLE_BECAUSE.keys() <= known
    assert "not_eligible" in known


@pytest.mark.parametrize("service", ["KTP", "IKD", "KK"])
def test_a_refused_offer_has_a_reason_and_no_other(service):
    for _ in range(500):
        result, reason = rhythm.offer(service=service, case="pertama", ended=Outcome.DONE, rng=RNG)
        refused = result in (OfferResult.DECLINED, OfferResult.NOT_POSSIBLE)
        assert refused == (reason is not None)


def test_nobody_is_asked_while_the_system_is_down():
    result, _ = rhythm.offer(service="IKD", case="aktivasi", ended=Outcome.SYSTEM_DOWN, rng=RNG)

    assert result == OfferResult.NOT_ASKED


def test_only_a_printed_document_waits_for_print():
    ended = {rhythm.outcome(needs_print=False, booked=True, rng=RNG) for _ in range(500)}

    assert Outcome.AWAITING_PRINT not in ended


def test_nearer_days_are_fuller():
    def mean(working_days):
        fills = [
            rhythm.upcoming_fill("akta", working_days=working_days, hour=10, rng=RNG)
            for _ in range(200)
        ]
        return sum(fills) / len(fills)

    assert mean(1) > mean(4) > mean(8) > 0


def test_tomorrow_is_full_for_what_most_people_want():
    assert rhythm.upcoming_fill("ktp", working_days=1, hour=14, rng=RNG) == 1
