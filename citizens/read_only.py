"""Rows that staff only read."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """Nobody adds, changes or deletes anything here. Mixed into classes of the admin."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
