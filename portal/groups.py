"""Who may do what: one table of groups, applied after every migrate and compared by a test."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS

COUNTER_STAFF = "Petugas loket"
SUPERVISOR = "Supervisor"
CAMPAIGN_MANAGER = "Pengelola kampanye"
CAMPAIGN_APPROVER = "Penyetuju kampanye"
AUDITOR = "Auditor"
ADMINISTRATOR = "Administrator"


def _may(actions: str, models: str, app: str = "citizens") -> frozenset[str]:
    """Permissions of each of the `actions` on each of the `models`, as "app.action_model"."""
    return frozenset(
        f"{app}.{action}_{model}" for action in actions.split() for model in models.split()
    )


CATALOGUE = "servicegroup service servicecase requirement servicestandard offerreason"
PLACES = "district subdistrict office counter"
CALENDAR = "openingtemplate openingperiod openingcapacity closedday"
PLANNING = (
    "specialday specialperiod specialcapacity daydesks shift absence presenceorder"
    " proposal proposalline attention attentioncall surgecause"
)
BOOKINGS = "slot appointment appointmentevent visitor visitorservice"
DAY = "queueday ticket ticketevent desksession visit missingpaper digitalidoffer"
OBSTACLES = "outage cardstock"
RESULTS = "digitalidactivation"
PEOPLE = "user"
DEVICES = "kiosk"

_SERVE = _may("serve", "queue")
_READ_GROUPS = _may("view", "groupvisit groupplace")
_PATTERNS = _may("view", "patterns")
_HELP_CALLERS = _may("arrange", "appointments") | _may("reveal", "personal_data")
_READ_REVEALS = _may("view", "accesslog")
_READ_DAY = _may("view", f"{BOOKINGS} {DAY} {CATALOGUE} {PLACES} {OBSTACLES} closedday")
_TELL_OBSTACLES = _may("add change", "outage") | _may("add", "cardstock")
_READ_ALL = _READ_DAY | _may("view", f"{CALENDAR} {PLANNING} {RESULTS} {DEVICES}")
_MIND_DEVICES = _may("add change", DEVICES)
_PLAN = _may("plan", "calendar") | _may("add change delete", "surgecause")
# The calendar changes by proposals; of a closed day the words alone are edited.
_KEEP_REFERENCE = (
    _may("add change", f"office counter {CATALOGUE}")
    | _may("change", "closedday")
    | _may("delete", "requirement")
)
_READ_MESSAGES = _may("view", "message attempt", app="outreach")
# Reports are sums: no page shows a single sheet of the survey.
_READ_REPORTS = _may("view", "surveyanswer")
_READ_SIGN_INS = _may("view", "accessattempt accesslog accessfailurelog", app="axes")

# What each group may do. Nobody may add, change or delete a record of the day: the domain does that.
GROUPS: dict[str, frozenset[str]] = {
    COUNTER_STAFF: _SERVE | _HELP_CALLERS | _READ_DAY | _READ_GROUPS,
    SUPERVISOR: _SERVE
    | _HELP_CALLERS
    | _READ_REVEALS
    | _may("supervise", "queue")
    | _may("plan", "groupvisit")
    | _PLAN
    | _TELL_OBSTACLES
    | _MIND_DEVICES
    | _READ_ALL
    | _READ_GROUPS
    | _PATTERNS
    | _READ_REPORTS
    | _KEEP_REFERENCE
    | _READ_MESSAGES,
    CAMPAIGN_MANAGER: _may("view", f"{CATALOGUE} {PLACES} {RESULTS}")
    | _READ_MESSAGES
    | _READ_REPORTS,
    CAMPAIGN_APPROVER: _may("view", f"{CATALOGUE} {PLACES} {RESULTS}") | _READ_MESSAGES,
    AUDITOR: _READ_ALL
    | _READ_REVEALS
    | _READ_GROUPS
    | _PATTERNS
    | _READ_REPORTS
    | _may("view", PEOPLE)
    | _READ_MESSAGES
    | _READ_SIGN_INS,
    ADMINISTRATOR: _READ_ALL
    | _READ_REPORTS
    | _KEEP_REFERENCE
    | _READ_MESSAGES
    | _may("view add change", PEOPLE)
    | _may("view", "group", app="auth")
    | _READ_SIGN_INS,
}


def apply_after_migrate(
    sender: AppConfig,
    *,
    apps: Any = installed,
    using: str = DEFAULT_DB_ALIAS,
    **kwargs: Any,
) -> None:
    """Makes the groups' permissions on the models of one app exactly those of the table.

    post_migrate is sent for each app in turn, to us before django.contrib.auth, so the app's permissions are
    made here if need be. Permissions of apps that have no models are no business of anybody.
    """
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:  # a partial migrate, before the tables of auth
        return
    create_permissions(sender, verbosity=0, using=using, apps=apps)
    known = {
        f"{sender.label}.{permission.codename}": permission
        for permission in permission_model.objects.using(using).filter(
            content_type__app_label=sender.label
        )
    }
    if not known:
        return
    for name, wanted in GROUPS.items():
        group, _ = group_model.objects.using(using).get_or_create(name=name)
        has = set(group.permissions.filter(content_type__app_label=sender.label))
        should = _present(wanted, known)
        group.permissions.remove(*(has - should))
        group.permissions.add(*(should - has))


def _present(wanted: Iterable[str], known: dict[str, Any]) -> set[Any]:
    return {known[name] for name in wanted if name in known}
