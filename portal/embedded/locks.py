"""Advisory file locks. The kernel drops them when the last process that holds them ends, however."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAUSE = 0.05  # seconds between two attempts


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """The descriptor that holds the lock on `path`, or None when it is taken."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def wait_lock(path: Path, *, seconds: float, shared: bool = False) -> int:
    """The descriptor that holds the lock on `path`. Raises TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while (descriptor := try_lock(path, shared=shared)) is None:
        if time.monotonic() > end:
            raise TimeoutError(f"Somebody has held {path} for {seconds:.0f} seconds.")
        time.sleep(PAUSE)
    return descriptor


@contextmanager
def locked(path: Path, *, seconds: float) -> Iterator[None]:
    """Holds the lock on `path` alone. Raises TimeoutError after `seconds` of waiting."""
    descriptor = wait_lock(path, seconds=seconds)
    try:
        yield
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Whether somebody holds a lock on `path`."""
    descriptor = try_lock(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None
