"""A site with django-appointment as its own documentation sets it up, for production.

`python -m bench.peers.appointment_site` makes its tables and fills them. It runs in the environment of the peers.
"""

import datetime
import logging
import os
import random
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings

STAFF = 6
SLOT_MINUTES = 15
OPENS, CLOSES = datetime.time(8), datetime.time(15)
DAYS = 60  # each way
APPOINTMENTS = 10_000
SERVICE = 1
_address = urlsplit(os.environ["PEER_DATABASE_URL"])

settings.configure(
    DEBUG=False,
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "phonenumber_field",
        "appointment",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(_address.path.lstrip("/")),
            "USER": unquote(_address.username or ""),
            "PASSWORD": unquote(_address.password or ""),
            "HOST": _address.hostname or "",
            "PORT": _address.port or "",
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 5}},
        }
    },
    # Its tables come without migrations: its documentation has every site make its own.
    MIGRATION_MODULES={"appointment": None},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    STATIC_URL="/static/",
    TIME_ZONE="Asia/Jakarta",
    USE_TZ=True,
    PHONENUMBER_DEFAULT_REGION="ID",
    # It sends within the request; a mail server would only make it slower.
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    LOGGING_CONFIG=None,
)
# It logs every step at INFO to standard output: silent, so that no terminal holds it up.
logging.disable(logging.WARNING)
django.setup()

from appointment import models  # noqa: E402 - after setup()
from django.contrib.auth import get_user_model  # noqa: E402 - after setup()
from django.core.management import call_command  # noqa: E402 - after setup()
from django.core.wsgi import get_wsgi_application  # noqa: E402 - after setup()
from django.urls import include, path  # noqa: E402 - after setup()

urlpatterns = [path("appointment/", include("appointment.urls"))]
application = get_wsgi_application()


def fill() -> None:
    """Staff who work every day, one service, and APPOINTMENTS spread over DAYS each way."""
    models.Config.objects.create(
        slot_duration=SLOT_MINUTES,
        lead_time=OPENS,
        finish_time=CLOSES,
        appointment_buffer_time=0,
        website_name="Bench",
    )
    service = models.Service.objects.create(
        pk=SERVICE, name="KTP", duration=datetime.timedelta(minutes=SLOT_MINUTES), price=0
    )
    members = [_member(number, service) for number in range(STAFF)]
    today = datetime.date.today()  # noqa: DTZ011 - the machine's own day, as the package reads it
    first = datetime.datetime.combine(today, OPENS)
    slots = (CLOSES.hour - OPENS.hour) * 60 // SLOT_MINUTES
    times = [
        (member, first + datetime.timedelta(days=day, minutes=SLOT_MINUTES * slot))
        for member in members
        for day in range(-DAYS, DAYS + 1)
        for slot in range(slots)
    ]
    chosen = random.Random(1).sample(times, APPOINTMENTS)  # noqa: S311 - the same data each time
    requests = models.AppointmentRequest.objects.bulk_create(
        models.AppointmentRequest(
            date=start.date(),
            start_time=start.time(),
            end_time=(start + datetime.timedelta(minutes=SLOT_MINUTES)).time(),
            service=service,
            staff_member=member,
            id_request=f"seed-{number}",
        )
        for number, (member, start) in enumerate(chosen)
    )
    client = get_user_model().objects.create_user("client", "client@example.com")
    models.Appointment.objects.bulk_create(
        models.Appointment(
            client=client,
            appointment_request=request,
            phone="+6281234567890",
            address="Serang",
            id_request=f"seed-{request.pk}",
        )
        for request in requests
    )


def _member(number: int, service: models.Service) -> models.StaffMember:
    user = get_user_model().objects.create_user(f"staff{number}", first_name=f"Staff {number}")
    member = models.StaffMember.objects.create(
        user=user, work_on_saturday=True, work_on_sunday=True
    )
    member.services_offered.add(service)
    for day in range(7):
        models.WorkingHours.objects.create(
            staff_member=member, day_of_week=day, start_time=OPENS, end_time=CLOSES
        )
    return member


if __name__ == "__main__":
    call_command("migrate", verbosity=0)  # its tables refer to these
    call_command("migrate", run_syncdb=True, verbosity=0)
    fill()
