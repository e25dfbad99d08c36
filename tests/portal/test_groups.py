import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from portal import groups


def named(permissions):
    return {f"{app}.{name}" for app, name in permissions}


def in_database(group):
    rows = Group.objects.get(name=group).permissions
    return named(rows.values_list("content_type__app_label", "codename"))


@pytest.mark.parametrize("group", groups.GROUPS)
def test_the_database_says_what_the_table_says(db, group):
    assert in_database(group) == groups.GROUPS[group]


def test_there_are_no_other_groups(db):
    assert set(Group.objects.values_list("name", flat=True)) == set(groups.GROUPS)


def test_what_somebody_clicked_together_is_put_right_by_the_next_migrate(db):
    group = Group.objects.get(name=groups.COUNTER_STAFF)
    group.permissions.set([Permission.objects.get(codename="add_user")])

    for app in apps.get_app_configs():
        groups.apply_after_migrate(app)

    assert in_database(groups.COUNTER_STAFF) == groups.GROUPS[groups.COUNTER_STAFF]


def test_permissions_that_are_not_made_yet_are_made(db):
    Permission.objects.filter(codename="serve_queue").delete()

    groups.apply_after_migrate(apps.get_app_config("citizens"))

    assert "citizens.serve_queue" in in_database(groups.COUNTER_STAFF)


def test_a_migrate_before_the_tables_of_auth_is_left_alone():
    class NoModels:
        def get_model(self, *names):
            raise LookupError

    assert groups.apply_after_migrate(apps.get_app_config("citizens"), apps=NoModels()) is None


@pytest.mark.parametrize("group", groups.GROUPS)
def test_nobody_may_write_records_of_the_day(group):
    records = f"{groups.BOOKINGS} {groups.DAY} {groups.RESULTS}".split()
    writing = {
        f"citizens.{action}_{model}" for action in ("add", "change", "delete") for model in records
    }

    assert not groups.GROUPS[group] & writing


def test_only_counter_staff_and_supervisors_serve():
    serving = {name for name, may in groups.GROUPS.items() if "citizens.serve_queue" in may}

    assert serving == {groups.COUNTER_STAFF, groups.SUPERVISOR}


def test_an_auditor_changes_nothing():
    verbs = {name.partition(".")[2].partition("_")[0] for name in groups.GROUPS[groups.AUDITOR]}

    assert verbs == {"view"}
