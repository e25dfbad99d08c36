"""System checks: what the portal relies on and a wrong setting would silently take away."""

from collections.abc import Iterable, Sequence
from typing import Any

from celery import Celery, Task
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import autodiscover_modules
from psycopg import IsolationLevel

from citizens.domain import limits
from portal.celery import QUEUES, app

LONGEST_DELAY = 60  # seconds; what is due later than that lives in a column


def engine_errors(databases: Iterable[BaseDatabaseWrapper]) -> list[CheckMessage]:
    """E001: another engine. E002: another isolation asked for in OPTIONS."""
    errors: list[CheckMessage] = []
    for database in databases:
        if database.vendor != "postgresql":
            errors.append(
                Error(
                    f"The database {database.alias!r} is {database.vendor}, not PostgreSQL.",
                    hint="Set DATABASE_URL to postgres://user@host/name, or leave it unset.",
                    id="portal.E001",
                )
            )
        asked = database.settings_dict["OPTIONS"].get("isolation_level")
        if asked not in (None, IsolationLevel.READ_COMMITTED):
            errors.append(
                Error(
                    f"The database {database.alias!r} asks for the isolation {asked!r}.",
                    hint="Re-reading after a lock needs READ COMMITTED: remove isolation_level.",
                    id="portal.E002",
                )
            )
    return errors


def server_errors(database: BaseDatabaseWrapper) -> list[CheckMessage]:
    """E003: a server, database or role whose default is another isolation. Asks the server."""
    with database.cursor() as cursor:
        cursor.execute("SHOW default_transaction_isolation")
        (level,) = cursor.fetchone()
    if level == "read committed":
        return []
    return [
        Error(
            f"The server of the database {database.alias!r} defaults to the isolation {level!r}.",
            hint="ALTER ROLE ... SET default_transaction_isolation = 'read committed'.",
            id="portal.E003",
        )
    ]


def visibility_errors(celery: dict[str, Any]) -> list[CheckMessage]:
    """E004: the three visibility time-outs of Celery's Redis transport differ."""
    found = [
        celery["broker_transport_options"].get("visibility_timeout"),
        celery["result_backend_transport_options"].get("visibility_timeout"),
        celery.get("visibility_timeout"),
    ]
    if found[0] is not None and len(set(found)) == 1:
        return []
    return [
        Error(
            f"Celery's three visibility time-outs are not equal: {found}.",
            hint="Redis takes the smallest of them: a task may be delivered again while it runs.",
            id="portal.E004",
        )
    ]


def task_errors(celery_app: Celery) -> list[CheckMessage]:
    """E005: a task without sound time limits. E006: one without a queue that a worker reads.

    E007: one that retries itself later than LONGEST_DELAY.
    """
    errors: list[CheckMessage] = []
    for name, task in sorted(celery_app.tasks.items()):
        if name.startswith("celery."):
            continue
        if problem := _limit_problem(celery_app, task):
            errors.append(Error(f"The task {name} {problem}.", id="portal.E005"))
        if (queue := _queue_of(celery_app, name)) not in QUEUES:
            errors.append(
                Error(
                    f"The task {name} goes to the queue {queue!r}, which nobody reads.",
                    hint=f"Add it to ROUTES in portal/celery.py: {', '.join(QUEUES)}.",
                    id="portal.E006",
                )
            )
        if _longest_retry(task) > LONGEST_DELAY:
            errors.append(
                Error(
                    f"The task {name} retries itself after more than {LONGEST_DELAY} seconds.",
                    hint="Write when it is due into its row; beat rings again.",
                    id="portal.E007",
                )
            )
    return errors


def _queue_of(celery_app: Celery, name: str) -> str:
    route: dict[str, Any] = celery_app.amqp.router.route({}, name)
    return str(route["queue"].name)


def _limit_problem(celery_app: Celery, task: Task[Any, Any]) -> str:
    soft = task.soft_time_limit or celery_app.conf.task_soft_time_limit
    hard = task.time_limit or celery_app.conf.task_time_limit
    if not soft or not hard:
        return "has no soft or no hard time limit"
    if not soft < hard < celery_app.conf.visibility_timeout:
        return f"must have limits soft < hard < visibility time-out, not {soft} and {hard}"
    return ""


def _longest_retry(task: Task[Any, Any]) -> int:
    """Seconds until an automatic retry at most; 0 for a task that never retries by itself."""
    if not getattr(task, "autoretry_for", ()):
        return 0
    if getattr(task, "retry_backoff", False):
        return int(getattr(task, "retry_backoff_max", 600))
    return int(task.default_retry_delay)


def schedule_errors(celery_app: Celery) -> list[CheckMessage]:
    """E008: an entry of beat's schedule that no worker runs, or that waits inside a worker."""
    errors: list[CheckMessage] = []
    for name, entry in celery_app.conf.beat_schedule.items():
        options = entry.get("options", {})
        if entry["task"] not in celery_app.tasks:
            problem = f"rings the unknown task {entry['task']}"
        elif options.get("queue", QUEUES[0]) not in QUEUES:
            problem = f"names the queue {options['queue']!r}, which nobody reads"
        elif "eta" in options or options.get("countdown", 0) > LONGEST_DELAY:
            problem = f"waits longer than {LONGEST_DELAY} seconds inside a worker"
        else:
            continue
        errors.append(Error(f"The beat entry {name!r} {problem}.", id="portal.E008"))
    return errors


def limit_errors(numbers: Iterable[str]) -> list[CheckMessage]:
    """E009: a number for a limit that there is not; the limit that was meant would silently stay as it is."""
    return [
        Error(
            f"LIMITS names {name!r}, which is no limit.",
            hint=f"There are: {', '.join(sorted(limits.LIMITS))}.",
            id="portal.E009",
        )
        for name in numbers
        if name not in limits.LIMITS
    ]


@register
def check_engine(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001 and E002, without asking any server."""
    return engine_errors(connections.all())


@register(Tags.database)
def check_servers(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """E003, where a command names the databases it uses (`migrate` does)."""
    return [error for alias in databases or () for error in server_errors(connections[alias])]


@register
def check_limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E009."""
    return limit_errors(settings.LIMITS)


@register
def check_jobs(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004 to E008, over every task of the installed apps."""
    autodiscover_modules("tasks")
    return visibility_errors(settings.CELERY) + task_errors(app) + schedule_errors(app)
