import datetime
import threading
from functools import partial

import pytest
from django.db import transaction

from citizens.domain import limits
from citizens.domain.limits import DAY, HOUR, MINUTE, Limit, TooMany
from citizens.models import AttemptCount
from tests.factories.citizens import MOMENT
from tests.racing import at_once

THREE = Limit("three", 3, 10 * MINUTE)
FIVE = Limit("five", 5, HOUR)
CROWD = 30


def attempts(limit, whom, *, number=1, at=MOMENT):
    """How many of so many attempts were let through."""
    done = 0
    for _ in range(number):
        try:
            limits.check(limit=limit, whom=whom, at=at)
            done += 1
        except TooMany:
            pass
    return done


@pytest.mark.django_db
def test_a_window_has_as_many_attempts_as_the_limit_says():
    assert attempts(THREE, "somebody", number=10) == 3


@pytest.mark.django_db
def test_everybody_and_every_limit_is_counted_alone():
    attempts(THREE, "somebody", number=10)

    assert attempts(THREE, "somebody else") == 1
    assert attempts(FIVE, "somebody") == 1


@pytest.mark.django_db
def test_a_refusal_says_when_the_next_attempt_may_be_made():
    attempts(THREE, "somebody", number=3)

    with pytest.raises(TooMany) as refused:
        limits.check(limit=THREE, whom="somebody", at=MOMENT + 3 * MINUTE)

    # MOMENT is 09.20 on the office's clock: the window ends at 09.30.
    assert refused.value.retry_at == MOMENT + 10 * MINUTE
    assert (
        attempts(THREE, "somebody", at=refused.value.retry_at - datetime.timedelta(seconds=1)) == 0
    )
    assert attempts(THREE, "somebody", at=refused.value.retry_at) == 1


@pytest.mark.django_db
def test_a_limit_a_day_begins_anew_at_the_office_s_midnight():
    a_day = Limit("a day", 1, DAY)
    late = datetime.datetime(2027, 3, 16, 16, 59, tzinfo=datetime.UTC)  # 23.59 WIB

    assert attempts(a_day, "somebody", number=2, at=late) == 1
    assert attempts(a_day, "somebody", number=2, at=late + MINUTE) == 1


@pytest.mark.django_db
def test_a_refused_attempt_counts_too():
    attempts(THREE, "somebody", number=10)

    assert AttemptCount.objects.get().count == 10


@pytest.mark.django_db
def test_several_limits_take_one_statement_and_the_longest_wait_is_told(django_assert_num_queries):
    counted = {THREE: "somebody", FIVE: "somebody", Limit("never", 1, HOUR): ""}
    attempts(THREE, "somebody", number=3)
    attempts(FIVE, "somebody", number=5)

    with django_assert_num_queries(1), pytest.raises(TooMany) as refused:
        limits.check_all(counted=counted, at=MOMENT)

    assert (refused.value.limit, refused.value.retry_at) == (FIVE, MOMENT + 40 * MINUTE)
    assert set(AttemptCount.objects.values_list("count", flat=True)) == {4, 6}


@pytest.mark.django_db
def test_whoever_has_no_name_is_not_counted(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert attempts(THREE, "", number=10) == 10


@pytest.mark.django_db
def test_the_table_tells_nobody_s_address_or_code():
    attempts(THREE, "203.0.113.9")

    assert "203.0.113.9" not in AttemptCount.objects.get().key
    assert AttemptCount.objects.get().key.startswith("three:")


@pytest.mark.django_db
def test_the_settings_may_put_another_number(settings):
    settings.LIMITS = {"three": 6}

    assert attempts(THREE, "somebody", number=10) == 6


@pytest.mark.django_db
def test_counts_are_forgotten_a_day_after_their_window_began():
    attempts(THREE, "somebody")
    attempts(Limit("a day", 1, DAY), "somebody")

    # Every window that began more than a day ago is over; that of the day began at midnight.
    assert limits.purge(at=MOMENT + 14 * HOUR) == 0
    assert limits.purge(at=MOMENT + 15 * HOUR) == 1
    assert limits.purge(at=MOMENT + DAY + MINUTE) == 1


@pytest.mark.django_db
def test_a_thing_is_used_once_whatever_the_hour():
    until = MOMENT + 20 * MINUTE

    uses = [limits.is_first_use(name="proof", of=thing, until=until) for thing in ("a", "a", "b")]

    assert uses == [True, False, True]


@pytest.mark.parametrize("limit", limits.LIMITS.values(), ids=limits.LIMITS.keys())
def test_every_limit_fits_its_column_and_a_day(limit):
    assert len(limit.name) <= 35
    assert DAY % limit.per == datetime.timedelta(0)
    assert limit.most > 0


def test_a_network_may_always_do_more_than_a_browser():
    for name, limit in limits.LIMITS.items():
        if wider := limits.LIMITS.get(f"{name}.address"):
            assert (wider.most >= 5 * limit.most, wider.per) == (True, limit.per), name


@pytest.mark.django_db(transaction=True)
def test_an_attempt_counts_even_when_the_work_is_undone():
    def work():
        limits.check(limit=THREE, whom="somebody", at=MOMENT)
        with transaction.atomic():
            raise RuntimeError

    for _ in range(3):
        with pytest.raises(RuntimeError):
            work()

    assert attempts(THREE, "somebody") == 0


# --- Races ----------------------------------------------------------------------------------------


def let_through(verb):
    outcomes = at_once(*[partial(verb, limit=THREE, whom="somebody", at=MOMENT)] * CROWD)
    assert {type(outcome) for outcome in outcomes} <= {type(None), TooMany}
    return outcomes.count(None)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_thirty_attempts_at_once_count_exactly():
    assert let_through(limits.check) == THREE.most
    assert AttemptCount.objects.get().count == CROWD


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_control_that_reads_before_it_writes_lets_everybody_through():
    read = threading.Barrier(CROWD)

    def check_then_write(*, limit, whom, at):
        counted = AttemptCount.objects.filter(key=whom, window=limit.window(at=at)).first()
        read.wait(timeout=30)
        if counted and counted.count >= limit.most:
            raise TooMany(limit, at)
        AttemptCount.objects.bulk_create(
            [AttemptCount(key=whom, window=limit.window(at=at))],
            update_conflicts=True,
            update_fields=["count"],
            unique_fields=["key", "window"],
        )

    assert let_through(check_then_write) == CROWD > THREE.most


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_limits_counted_in_any_order_never_wait_for_each_other():
    one_way = partial(limits.check_all, counted={THREE: "a", FIVE: "a"}, at=MOMENT)
    other_way = partial(limits.check_all, counted={FIVE: "a", THREE: "a"}, at=MOMENT)

    outcomes = at_once(*[one_way, other_way] * 10)

    assert {type(outcome) for outcome in outcomes} == {type(None), TooMany}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_thing_used_by_thirty_at_once_is_used_once():
    use = partial(limits.is_first_use, name="proof", of="a", until=MOMENT)

    assert sorted(at_once(*[use] * CROWD)) == [False] * (CROWD - 1) + [True]
