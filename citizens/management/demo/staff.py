"""Staff to sign in as. One password for all: these accounts exist only for trying out."""

from collections.abc import Iterable, Iterator

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from citizens.management.demo.people import NAMES
from citizens.models import Counter, Office, User

PASSWORD = "demo-serang-2026"  # noqa: S105 - printed at start; accounts with it exist only under DEMO

# User name, full name, group; at the main office where True, else at every office.
PEOPLE = (
    ("penyelia", "Ratna Wulandari (contoh)", "Supervisor", True),
    ("kampanye", "Hendra Setiawan (contoh)", "Pengelola kampanye", False),
    ("penyetuju", "Maya Puspita (contoh)", "Penyetuju kampanye", False),
    ("auditor", "Yusuf Hakim (contoh)", "Auditor", False),
)
ADMINISTRATOR = ("admin", "Administrator (contoh)", "Administrator")
COUNTER_STAFF = "Petugas loket"


def create(*, counters: Iterable[Counter]) -> dict[int, User]:
    """Makes one member of counter staff for each counter, and one person for every other role.

    Returns who works at which counter, by the counter's key. Raises Group.DoesNotExist before a migrate.
    """
    secret = make_password(PASSWORD)
    desks = {
        counter.pk: _user(f"petugas{number}", f"{name} (contoh)", secret, counter.office)
        for number, (counter, name) in enumerate(zip(counters, _names(), strict=False), start=1)
    }
    main = Office.objects.get(code="utama")
    others = [
        (_user(name, full_name, secret, main if at_main else None), group)
        for name, full_name, group, at_main in PEOPLE
    ]
    name, full_name, group = ADMINISTRATOR
    administrator = _user(name, full_name, secret, None)
    administrator.is_superuser = True
    roles = [(user, COUNTER_STAFF) for user in desks.values()]
    roles += [*others, (administrator, group)]
    User.objects.bulk_create(user for user, _ in roles)
    groups = {group.name: group for group in Group.objects.all()}
    User.groups.through.objects.bulk_create(
        User.groups.through(user_id=user.pk, group_id=groups[role].pk) for user, role in roles
    )
    return desks


def _names() -> Iterator[str]:
    """Names in turn of women and men, no name twice."""
    women = zip(NAMES["women"], NAMES["women_second"], strict=False)
    men = zip(NAMES["men"], NAMES["men_second"], strict=False)
    for pair in zip(women, men, strict=False):
        yield from (" ".join(name) for name in pair)


def exists() -> bool:
    """Whether demo staff was made before: then so was everything else."""
    return User.objects.filter(username=ADMINISTRATOR[0], email__endswith="@example.com").exists()


def _user(username: str, full_name: str, secret: str, office: Office | None) -> User:
    return User(
        username=username,
        full_name=full_name,
        email=f"{username}@example.com",
        password=secret,
        office=office,
        is_staff=True,
    )
