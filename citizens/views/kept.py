"""What all processes make once together: kept in the cache they share, or made again where that is away."""

import logging
from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import caches
from django.db import DatabaseError
from redis.exceptions import RedisError

Kept = TypeVar("Kept")
AWAY = (RedisError, DatabaseError)  # the shared cache is Redis or a table

logger = logging.getLogger("citizens.kept")


def kept(key: str, *, seconds: float, make: Callable[[], Kept]) -> Kept:
    """What is kept under `key`, else what `make` gives, which is kept for `seconds`. It is never None."""
    try:
        found = caches["default"].get(key)
    except AWAY:
        logger.warning("the shared cache is away")
        return make()
    if found is not None:
        return cast("Kept", found)
    made = make()
    try:
        caches["default"].set(key, made, seconds)
    except AWAY:
        logger.warning("the shared cache is away")
    return made
