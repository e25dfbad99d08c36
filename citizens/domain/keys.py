"""Rotation of the field keys: what an older key encrypted is encrypted again with the one in use."""

from django.apps import apps
from django.db import models, transaction
from django.db.models import BinaryField, ExpressionWrapper, F

from citizens import crypto

BATCH = 500


def rotate() -> int:
    """Encrypts again every field that another key than the first of FIELD_KEYS encrypted; returns how many.

    Safe to stop and to run again. Raises crypto.Undecryptable when a key is missing.
    """
    return sum(
        _rotate(model, field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, crypto.EncryptedTextField)
    )


def _rotate(model: type[models.Model], field: crypto.EncryptedTextField) -> int:
    changed, last = 0, 0
    while batch := _rotate_batch(model, field, after=last):
        last = batch[-1][0]
        changed += sum(stale for _pk, stale in batch)
    return changed


@transaction.atomic
def _rotate_batch(
    model: type[models.Model], field: crypto.EncryptedTextField, *, after: int
) -> list[tuple[int, bool]]:
    """One batch in order of the primary key: each row's key, and whether it had to be encrypted again."""
    rows = (
        model._default_manager.select_for_update()
        .filter(pk__gt=after, **{f"{field.name}__isnull": False})
        .annotate(raw=ExpressionWrapper(F(field.name), output_field=BinaryField()))
        .order_by("pk")[:BATCH]
    )
    seen = []
    for row in rows:
        stale = not crypto.uses_current_key(bytes(row.raw))
        if stale:
            row.save(update_fields=[field.name])
        seen.append((row.pk, stale))
    return seen
