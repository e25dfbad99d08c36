"""What a test needs from the machine: absent, it is skipped with the reason; with CI=true it fails."""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings


def redis_url():
    """The Redis server named by REDIS_URL."""
    if not settings.REDIS_URL:
        _absent("REDIS_URL names no Redis server")
    return settings.REDIS_URL


def program(name, package):
    """The path of a program of a Debian package, on the PATH or given in full."""
    found = name if Path(name).is_file() else shutil.which(name)
    if not found:
        _absent(f"{name} is missing (Debian package {package})")
    return found


def chromium():
    """The path of Debian's Chromium."""
    return program("chromium", "chromium")


def _absent(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI has to have it.")
    pytest.skip(reason)
