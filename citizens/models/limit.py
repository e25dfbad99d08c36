"""Counts of attempts, in PostgreSQL: a flushed cache must not reset a limit."""

from django.db import models


class AttemptCount(models.Model):
    """How often somebody did something in one window of time. Written by citizens.domain.limits alone."""

    # The name of the limit with the keyed hash of whom it counts.
    key = models.CharField(max_length=100)
    window = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "window"], name="attempts_counted_once_a_window")
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.count}"
