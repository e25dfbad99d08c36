"""The Celery application: jobs are doorbells and sweeps, the work list is in PostgreSQL."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

QUEUES = ("messages", "housekeeping")  # what `manage.py run` and the services of deploy/ read

# Each task by name: a system check refuses a task that is missing here.
ROUTES = {
    "outreach.pump": {"queue": "messages"},
    "citizens.top_up_slots": {"queue": "housekeeping"},
    "citizens.open_places": {"queue": "housekeeping"},
    "citizens.tell_changes": {"queue": "housekeeping"},
    "citizens.close_past_days": {"queue": "housekeeping"},
    "citizens.purge_holds": {"queue": "housekeeping"},
    "citizens.purge_attempts": {"queue": "housekeeping"},
    "citizens.purge_codes": {"queue": "housekeeping"},
    "portal.clear_sessions": {"queue": "housekeeping"},
}
# A run that finds the one before still waiting adds nothing, so each expires before the next.
SCHEDULE: dict[str, dict[str, Any]] = {
    "send what is due": {
        "task": "outreach.pump",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "open the slots of the days to come": {
        "task": "citizens.top_up_slots",
        "schedule": crontab(hour="1", minute="10"),
        "options": {"expires": 3600},
    },
    "offer what came back, and open what is due": {
        "task": "citizens.open_places",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "tell whom a change of the plan moved": {
        "task": "citizens.tell_changes",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "close the days that are over": {
        "task": "citizens.close_past_days",
        "schedule": crontab(hour="0", minute="20"),
        "options": {"expires": 3600},
    },
    "forget the holds that ran out": {
        "task": "citizens.purge_holds",
        "schedule": crontab(minute="40"),
        "options": {"expires": 3600},
    },
    "forget the attempts of yesterday": {
        "task": "citizens.purge_attempts",
        "schedule": crontab(minute="45"),
        "options": {"expires": 3600},
    },
    "forget the codes of yesterday": {
        "task": "citizens.purge_codes",
        "schedule": crontab(minute="50"),
        "options": {"expires": 3600},
    },
    "forget the sign-ins that ran out": {
        "task": "portal.clear_sessions",
        "schedule": crontab(hour="2", minute="50"),
        "options": {"expires": 3600},
    },
}

app = Celery("portal")
# A function: importing this module must not load the settings.
app.add_defaults(
    lambda: {**settings.CELERY, "task_routes": ROUTES, "beat_schedule": SCHEDULE},
)
app.autodiscover_tasks()
