"""Each system check, with the setting that it refuses."""

import copy

import pytest
from celery import Celery
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper as Postgresql
from django.db.backends.sqlite3.base import DatabaseWrapper as Sqlite
from psycopg import IsolationLevel

from portal import checks
from portal.celery import app


def ids(errors):
    return [error.id for error in errors]


@pytest.fixture
def jobs():
    """A Celery application with our settings, for one task more."""
    celery_app = Celery("test", set_as_current=False)
    celery_app.add_defaults(
        {**settings.CELERY, "task_routes": {"test.task": {"queue": "messages"}}}
    )
    return celery_app


def sound_task(celery_app, **options):
    def work():
        return 0

    celery_app.task(name="test.task", shared=False, **options)(work)
    return celery_app


def problems(celery_app):
    """What is wrong with the task of the test; ours are shared by every application."""
    return ids(error for error in checks.task_errors(celery_app) if "test.task" in error.msg)


def test_portal_as_shipped_passes_every_check():
    assert [error for error in run_checks() if error.id.startswith("portal.")] == []


def test_another_engine_is_refused():
    database = Sqlite({**connection.settings_dict, "NAME": ":memory:"}, "default")

    assert ids(checks.engine_errors([database])) == ["portal.E001"]


@pytest.mark.parametrize(
    "level", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE, "serializable"]
)
def test_another_isolation_in_the_options_is_refused(level):
    database = Postgresql({**connection.settings_dict, "OPTIONS": {"isolation_level": level}})

    assert ids(checks.engine_errors([database])) == ["portal.E002"]


def test_read_committed_in_the_options_is_fine():
    options = {"isolation_level": IsolationLevel.READ_COMMITTED}

    assert (
        checks.engine_errors([Postgresql({**connection.settings_dict, "OPTIONS": options})]) == []
    )


@pytest.mark.django_db
def test_another_isolation_of_the_server_is_refused():
    assert checks.server_errors(connection) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_transaction_isolation = 'repeatable read'")

    assert ids(checks.check_servers(None, databases=["default"])) == ["portal.E003"]


def test_server_is_asked_only_where_a_command_uses_the_database():
    assert checks.check_servers(None, databases=None) == []


@pytest.mark.parametrize(
    "path",
    [
        ["visibility_timeout"],
        ["broker_transport_options", "visibility_timeout"],
        ["result_backend_transport_options", "visibility_timeout"],
    ],
)
@pytest.mark.parametrize("value", [3600, None])
def test_unequal_visibility_timeouts_are_refused(path, value):
    celery = copy.deepcopy(settings.CELERY)
    *parents, last = path
    for parent in parents:
        celery = celery[parent]
    broken = copy.deepcopy(settings.CELERY)
    (broken[parents[0]] if parents else broken)[last] = value

    assert ids(checks.visibility_errors(broken)) == ["portal.E004"]


def test_sound_task_passes(jobs):
    assert problems(sound_task(jobs)) == []


@pytest.mark.parametrize("limit", ["task_soft_time_limit", "task_time_limit"])
def test_task_without_a_limit_is_refused(jobs, limit):
    jobs.conf[limit] = None

    assert problems(sound_task(jobs)) == ["portal.E005"]


@pytest.mark.parametrize(
    "limits",
    [
        {"soft_time_limit": 60, "time_limit": 60},
        {"soft_time_limit": 200, "time_limit": 300},
    ],
)
def test_task_that_may_run_into_its_own_redelivery_is_refused(jobs, limits):
    assert problems(sound_task(jobs, **limits)) == ["portal.E005"]


def test_own_limits_of_a_task_count(jobs):
    jobs.conf.task_soft_time_limit = jobs.conf.task_time_limit = None

    assert problems(sound_task(jobs, soft_time_limit=5, time_limit=10)) == []


@pytest.mark.parametrize("routes", [{}, {"test.task": {"queue": "celery"}}])
def test_task_without_a_queue_that_is_read_is_refused(jobs, routes):
    jobs.conf.task_routes = routes

    assert problems(sound_task(jobs)) == ["portal.E006"]


@pytest.mark.parametrize(
    "options",
    [
        {"autoretry_for": (OSError,)},
        {"autoretry_for": (OSError,), "retry_backoff": True},
        {"autoretry_for": (OSError,), "default_retry_delay": 61},
    ],
)
def test_task_that_retries_late_is_refused(jobs, options):
    assert problems(sound_task(jobs, **options)) == ["portal.E007"]


def test_task_that_retries_soon_passes(jobs):
    sound_task(jobs, autoretry_for=(OSError,), retry_backoff=True, retry_backoff_max=60)

    assert problems(jobs) == []


@pytest.mark.parametrize(
    "entry",
    [
        {"task": "test.unknown"},
        {"task": "test.task", "options": {"queue": "celery"}},
        {"task": "test.task", "options": {"countdown": 61}},
        {"task": "test.task", "options": {"eta": "2027-03-16"}},
    ],
)
def test_broken_beat_entry_is_refused(jobs, entry):
    sound_task(jobs).conf.beat_schedule = {"broken": entry}

    assert ids(checks.schedule_errors(jobs)) == ["portal.E008"]


def test_tasks_belong_to_our_application():
    assert app.tasks["outreach.pump"].app is app
    assert app.main == "portal"


def test_a_number_for_a_limit_that_there_is_not_is_refused(settings):
    settings.LIMITS = {"hold.address": 3000, "hold.adress": 3000}

    assert ids(checks.check_limits(None)) == ["portal.E009"]
