"""Running functions at the same moment, each in a thread with a database connection of its own."""

import threading

from django.db import connection


def at_once(*functions):
    """Start all `functions` behind a barrier; return what each returned, or the exception it raised."""
    barrier = threading.Barrier(len(functions))
    results = [None] * len(functions)

    def run(place, function):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=10)
            results[place] = function()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(place, function))
        for place, function in enumerate(functions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results
