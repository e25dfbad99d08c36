"""What every test may rely on. The settings are the shipped ones, but for what is set here."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import translation

from portal.celery import app


def pytest_configure():
    """Nothing that a test writes or rings leaves its process; passwords cost no second each."""
    from django.conf import settings  # noqa: PLC0415 - pytest-django has to set them up before

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    # Doorbells ring in memory, and nobody answers: a test calls the pump itself.
    app.conf.update(broker_url="memory://", broker_transport=None, broker_transport_options={})


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A database whose commits do not wait for the disk: tests kill clients of PostgreSQL, never the machine."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        cursor.execute("SET synchronous_commit = off")


@pytest.fixture(autouse=True)
def _own_outbox_and_cache(settings, tmp_path):
    """Each test has its own outbox and starts with nothing remembered."""
    settings.OUTBOX_DIR = tmp_path / "outbox"
    caches["local"].clear()
    translation.deactivate()  # a view of the test before may have left its language


@pytest.fixture
def english():
    """Texts in the language of the source, for tests that quote a sentence."""
    with translation.override("en"):
        yield
