import pytest
from django.core.management import call_command

from citizens.models import Office, Slot

pytestmark = pytest.mark.django_db


def test_says_what_it_added(capsys):
    call_command("load_reference")

    said = capsys.readouterr().out
    assert "offices: 8 added" in said
    assert f"slots: {Slot.objects.count()} added" in said


def test_a_second_run_adds_nothing(capsys):
    call_command("load_reference")
    capsys.readouterr()

    call_command("load_reference")

    assert capsys.readouterr().out == "Reference data is complete.\n"
    assert Office.objects.count() == 8
