"""What granian serves in browser tests: the portal as shipped, on the test database, at a moment of our own.

Imported by the web server's process only. Its environment says which database, which static files, which
moment its clock starts at, and for which process.
"""

import datetime
import os
import signal
import threading
import time

import time_machine
from django.conf import settings

settings.DATABASES["default"]["NAME"] = os.environ["SERVED_DATABASE"]
settings.STATIC_ROOT = os.environ["SERVED_STATIC"]
settings.SECOND_FACTOR = "SERVED_SECOND_FACTOR" in os.environ
# The factories' passwords are hashed so, and a sign-in costs no second.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
time_machine.travel(datetime.datetime.fromisoformat(os.environ["SERVED_MOMENT"])).start()

from portal.celery import app  # noqa: E402 - the settings come first
from portal.wsgi import application  # noqa: E402 - the clock comes first

# Nobody answers doorbells here, and those of a portal that runs beside the tests stay untouched.
app.conf.update(
    broker_url="memory://localhost/", broker_transport=None, broker_transport_options={}
)


def end_with(process):
    """Ends the web server once a process is gone: tests that are killed leave nothing behind."""
    while True:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            os.kill(os.getppid(), signal.SIGTERM)
            return
        time.sleep(1)


threading.Thread(target=end_with, args=[int(os.environ["SERVED_FOR"])], daemon=True).start()

__all__ = ["application"]
