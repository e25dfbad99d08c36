"""The cache of one process, which keeps things as they are."""

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache


class LocalCache(LocMemCache):
    """Gives out the very thing it was given, which nobody may change: Django's own makes a copy at every look."""

    # Of the base class, whose types are not declared.
    _cache: Any
    _lock: Any
    _set: Any
    _has_expired: Any
    _delete: Any

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        name = self.make_and_validate_key(key, version=version)
        with self._lock:
            if not self._has_expired(name):
                return False
            self._set(name, value, timeout)
            return True

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        with self._lock:
            if self._has_expired(name):
                self._delete(name)
                return default
            self._cache.move_to_end(name, last=False)
            return self._cache[name]

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        name = self.make_and_validate_key(key, version=version)
        with self._lock:
            self._set(name, value, timeout)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        # The base class would unpickle what was never pickled; a count of one process is none anyway.
        raise NotImplementedError("Nothing here is counted: what is counted is shared.")
