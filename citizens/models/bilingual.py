"""Rows that are read in two languages: Indonesian is always there, English falls back to it."""

from django.db import models
from django.utils.translation import get_language


class Bilingual(models.Model):
    """Pairs of columns `<field>` (Indonesian) and `<field>_en`."""

    class Meta:
        abstract = True

    def local(self, field: str) -> str:
        """`field` in the language of the page."""
        if (get_language() or "id").startswith("en"):
            english: str = getattr(self, f"{field}_en")
            if english:
                return english
        text: str = getattr(self, field)
        return text
