"""The user's side: start the embedded server unless it runs, and keep it while this process lives.

Every process that uses the server holds a shared lock on one file. Forked children inherit it; the
kernel drops it when the last of them ends, also after kill -9. So nobody has to say goodbye, and a
child that ends takes nothing with it. The keeper stops the server once it can lock the file alone.
"""

import os
import subprocess
import sys
import threading
import time

from django.core.exceptions import ImproperlyConfigured

from portal.embedded import account, locks
from portal.embedded.binaries import INSTEAD
from portal.embedded.place import PLACE, Place

PATIENCE = 120  # seconds for a slow disk to make a data directory or to recover from a crash
PROJECT = PLACE.var.parent

_leases: dict[Place, int] = {}  # descriptors that hold the users' lock
_gate = threading.Lock()


def ensure_running(place: Place = PLACE) -> None:
    """Returns once the server of `place` answers; it stays until this process ends or releases it.

    Cheap when it runs already. Raises ImproperlyConfigured when it cannot run on this machine.
    """
    if _is_ours(place):
        return
    with _gate:
        if _is_ours(place):
            return
        place.var.mkdir(parents=True, exist_ok=True)
        try:
            if place not in _leases:
                # Waits for a keeper that is stopping the server just now.
                lease = locks.wait_lock(place.users_lock, seconds=PATIENCE, shared=True)
                _leases[place] = lease
            with locks.locked(place.start_lock, seconds=PATIENCE):
                if not _is_kept(place):
                    _start(place)
        except TimeoutError as error:
            raise ImproperlyConfigured(
                f"The embedded PostgreSQL does not start: {error} {INSTEAD}"
            ) from error


def release(place: Place = PLACE, *, seconds: float = 30) -> bool:
    """Stops using the server: its connections must be closed.

    Waits up to `seconds` for the server to stop, unless others use it. Returns whether it stopped.
    """
    with _gate:
        if (lease := _leases.pop(place, None)) is not None:
            os.close(lease)
    end = time.monotonic() + seconds
    while locks.is_locked(place.keeper_lock) and time.monotonic() < end:
        if _has_users(place):
            return False
        time.sleep(locks.PAUSE)
    return not locks.is_locked(place.keeper_lock)


def _is_ours(place: Place) -> bool:
    return place in _leases and place.socket.exists()


def _has_users(place: Place) -> bool:
    """Whether others hold the users' lock, and not the keeper, who holds it only to stop."""
    descriptor = locks.try_lock(place.users_lock)
    if descriptor is None:
        descriptor = locks.try_lock(place.users_lock, shared=True)
        if descriptor is None:
            return False
        os.close(descriptor)
        return True
    os.close(descriptor)
    return False


def _is_kept(place: Place) -> bool:
    """Whether a keeper has the server up; waits for one whose starter was killed meanwhile."""
    end = time.monotonic() + PATIENCE
    while locks.is_locked(place.keeper_lock) and time.monotonic() < end:
        if place.socket.exists():
            return True
        time.sleep(locks.PAUSE)
    return False


def _start(place: Place) -> None:
    account.choose(place)
    # A session of its own: Ctrl-C in this terminal is not meant for the server.
    with place.log.open("wb") as log:
        started = subprocess.run(
            [sys.executable, "-m", "portal.embedded.keeper", str(place.var)],
            cwd=PROJECT,
            env={name: word for name, word in os.environ.items() if not name.startswith("PG")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=False,
        )
    if started.returncode != 0:
        end_of_log = place.log.read_text(errors="replace")[-1000:]
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL did not start; {place.log} ends with:\n{end_of_log}\n{INSTEAD}"
        )
