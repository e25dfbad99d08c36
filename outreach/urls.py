"""Addresses of outreach. portal.urls includes them only while trying out."""

from django.urls import path

from outreach.views import outbox

app_name = "outreach"
urlpatterns = [path("pesan-keluar/", outbox.outbox, name="outbox")]
