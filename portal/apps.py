"""App configurations: the project itself, its admin site and its static files."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import checks, groups  # noqa: F401, PLC0415 - both need the models to be loaded

        post_migrate.connect(groups.apply_after_migrate, dispatch_uid="portal.groups")


class PortalStaticFilesConfig(StaticFilesConfig):
    """Serves what static/src is built into, and not the source."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "src"]


class PortalAdminConfig(AdminConfig):
    default_site = "portal.admin.PortalAdminSite"
