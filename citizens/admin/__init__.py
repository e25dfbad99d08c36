"""Staff pages, one module a page. Importing them registers them."""

from citizens.admin import day, group_visits, obstacles, records, reference, staff

__all__ = ["day", "group_visits", "obstacles", "records", "reference", "staff"]
