"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("bahasa/", views.language, name="language"),
    path("privasi/", views.privacy, name="privacy"),
    path("health/", views.health, name="health"),
    path("", include("citizens.urls")),
    path("petugas/", admin.site.urls),
]
if settings.TRYING_OUT:
    urlpatterns += [
        path("komponen/", views.components, name="components"),
        path("", include("outreach.urls")),
    ]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
