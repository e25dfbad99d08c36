"""Staff pages, one module a page. Importing them registers them."""

from citizens.admin import day, records, reference, staff

__all__ = ["day", "records", "reference", "staff"]
