"""The portal's application, whose answers say how many queries they took and for how long the portal was at work.

The cache's own statements are not counted where its table stands in for Redis.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from portal.wsgi import application as portal

QUERIES, MILLISECONDS = "x-bench-queries", "x-bench-milliseconds"
CACHE_TABLE = '"cache"'


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers as the portal does, with two more headers."""
    begin = time.perf_counter()
    queries = 0

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal queries
        queries += CACHE_TABLE not in sql
        return execute(sql, *rest)

    def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
        took = f"{(time.perf_counter() - begin) * 1000:.2f}"
        more = [(QUERIES, str(queries)), (MILLISECONDS, took)]
        return start_response(status, [*headers, *more], *error)

    with connection.execute_wrapper(count):
        answer: Iterable[bytes] = portal(environ, start)
        return answer
