import pytest
from django.core.management import CommandError, call_command

from citizens.models import Appointment, User

pytestmark = pytest.mark.django_db


def test_loads_once(settings, capsys):
    settings.DEMO = True
    call_command("load_reference")
    call_command("load_demo", past_days=0)
    made = Appointment.objects.count()
    assert made > 0

    call_command("load_demo", past_days=0)

    assert Appointment.objects.count() == made
    assert "there already" in capsys.readouterr().out


@pytest.mark.parametrize("wanted", ["DEMO", "DEBUG"])
def test_leaves_a_database_with_demo_staff_alone(settings, capsys, wanted):
    settings.DEMO, settings.DEBUG = wanted == "DEMO", wanted == "DEBUG"
    User.objects.create(username="admin", email="admin@example.com")

    call_command("load_demo")

    assert not Appointment.objects.exists()
    assert "there already" in capsys.readouterr().out


def test_is_refused_in_production(settings):
    settings.DEMO = settings.DEBUG = False

    with pytest.raises(CommandError, match="known password"):
        call_command("load_demo")

    assert not User.objects.exists()
