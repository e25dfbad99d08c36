"""Whose account PostgreSQL runs under: it refuses to run as root, where containers often are."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from portal.embedded.binaries import INSTEAD, binary
from portal.embedded.place import Place

# Root of this machine shows as nobody in there, and what it writes still belongs to root outside.
NAMESPACE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


@dataclass(frozen=True)
class Account:
    """A command prefix, or another user and group (numbers), for PostgreSQL's programs."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def popen(
        self, program: str, *arguments: str, stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Starts a program of the wheel under this account."""
        return subprocess.Popen(
            [*self.prefix, str(binary(program)), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stdout,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
        )

    def own(self, folder: Path) -> None:
        """Makes `folder`, open to this account alone.

        Raises ImproperlyConfigured when it belongs to somebody else.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.user is not None and folder.lstat().st_uid == os.geteuid():
            shutil.chown(folder, self.user, self.group)
        state = folder.lstat()
        owner = os.geteuid() if self.user is None else self.user
        if folder.is_symlink() or state.st_uid != owner or state.st_mode & 0o077:
            raise ImproperlyConfigured(
                f"{folder} must be a folder of user {owner} with mode 700: remove it. {INSTEAD}"
            )


def choose(place: Place) -> Account:
    """The account that runs the server of `place`.

    Root uses a user namespace, or where it may not, the owner of the project, or nobody. Raises
    ImproperlyConfigured when the wheel's programs run under none of them.
    """
    if os.geteuid() != 0:
        candidates = [Account()]
    else:
        owner = (place.data if place.data.exists() else place.var.parent).stat()
        nobody = pwd.getpwnam("nobody")
        candidates = (
            [Account(user=owner.st_uid, group=owner.st_gid)]
            if owner.st_uid
            else [Account(prefix=NAMESPACE), Account(user=nobody.pw_uid, group=nobody.pw_gid)]
        )
    for account in candidates:
        if _runs(account):
            return account
    reason = "as root " if os.geteuid() == 0 else ""
    raise ImproperlyConfigured(
        f"The embedded PostgreSQL does not run {reason}on this machine. "
        f"{'Try it as another user. ' if reason else ''}{INSTEAD}"
    )


def _runs(account: Account) -> bool:
    try:
        process = account.popen("postgres", "--version", stdout=subprocess.DEVNULL)
    except OSError:
        return False
    return process.wait() == 0
