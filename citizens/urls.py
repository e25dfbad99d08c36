"""Addresses of the citizen's path. Personal pages are reached by a 128-bit token alone."""

from django.urls import path

from citizens.views import appointments, booking, services

urlpatterns = [
    path("layanan/<slug:service>/", services.service, name="service"),
    path("layanan/<slug:service>/<slug:case>/", services.case, name="case"),
    path("layanan/<slug:service>/<slug:case>/waktu/", booking.times, name="times"),
    path("layanan/<slug:service>/<slug:case>/simpan/", booking.hold, name="hold"),
    path("pesan/<str:token>/", booking.details, name="details"),
    path("pesan/<str:token>/periksa/", booking.check, name="check"),
    path("pesan/<str:token>/selesai/", booking.book, name="book"),
    path("j/<str:token>/", appointments.appointment, name="appointment"),
    path("j/<str:token>/batal/", appointments.cancel, name="cancel"),
    path("j/<str:token>/janji.ics", appointments.calendar, name="calendar"),
]
