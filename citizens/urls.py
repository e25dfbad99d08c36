"""Addresses of the citizen's path. Personal pages are reached by a 128-bit token alone."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from citizens.views import appointments, booking, lookup, services


class TokenConverter(StringConverter):
    """What tokens.new() makes; anything else is not found without asking the database."""

    regex = r"[A-Za-z0-9_-]{22}"


register_converter(TokenConverter, "token")

urlpatterns = [
    path("layanan/<slug:service>/", services.service, name="service"),
    path("layanan/<slug:service>/<slug:case>/", services.case, name="case"),
    path("layanan/<slug:service>/<slug:case>/waktu/", booking.times, name="times"),
    path("layanan/<slug:service>/<slug:case>/simpan/", booking.hold, name="hold"),
    path("pesan/<token:token>/", booking.details, name="details"),
    path("pesan/<token:token>/periksa/", booking.check, name="check"),
    path("pesan/<token:token>/selesai/", booking.book, name="book"),
    path("janji/", lookup.find, name="find"),
    path("j/<token:token>/", appointments.appointment, name="appointment"),
    path("j/<token:token>/batal/", appointments.cancel, name="cancel"),
    path("j/<token:token>/janji.ics", appointments.calendar, name="calendar"),
]
