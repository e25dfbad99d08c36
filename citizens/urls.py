"""Addresses of the citizen's path. Personal pages are reached by a 128-bit token alone."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter, StringConverter

from citizens.enums import ContactKind
from citizens.views import (
    appointments,
    board,
    booking,
    contact_proof,
    details,
    elsewhere,
    group_visits,
    kiosk,
    kiosk_check_in,
    kiosk_number,
    lookup,
    party,
    proof,
    reconfirmation,
    rescheduling,
    roadshow,
    service_numbers,
    services,
    survey,
    ticket,
    times,
    waitlist,
)


class TokenConverter(StringConverter):
    """What tokens.new() makes; anything else is not found without asking the database."""

    regex = r"[A-Za-z0-9_-]{22}"


class PositionConverter(IntConverter):
    """A person of a party, counted from 1: not a number of the database's."""

    regex = r"[1-9]"


register_converter(TokenConverter, "token")
register_converter(PositionConverter, "position")

urlpatterns = [
    path("bukan-warga-kota-serang/", elsewhere.elsewhere, name="elsewhere"),
    path("layanan/<slug:service>/", services.service, name="service"),
    path("layanan/<slug:service>/<slug:case>/", services.case, name="case"),
    path("layanan/<slug:service>/<slug:case>/waktu/", times.times, name="times"),
    path("layanan/<slug:service>/<slug:case>/simpan/", booking.hold, name="hold"),
    path("kunjungan/", party.party, name="party"),
    path("kunjungan/tambah/", party.add, name="party_add"),
    path("kunjungan/waktu/", times.party_times, name="party_times"),
    path("kunjungan/tunggu/", waitlist.begin, name="begin_waiting"),
    path("kunjungan/simpan/", booking.party_hold, name="party_hold"),
    path("pesan/<token:token>/", details.details, name="details"),
    path("pesan/<token:token>/orang/<position:number>/", details.person, name="person"),
    path("pesan/<token:token>/kontak/", details.contact, name="contact"),
    path("pesan/<token:token>/periksa/", booking.check, name="check"),
    path("pesan/<token:token>/tunggu/", waitlist.join_new, name="join_waitlist_new"),
    path("pesan/<token:token>/selesai/", booking.book, name="book"),
    path("bukti/", proof.challenge, name="challenge"),
    path("janji/", lookup.find, name="find"),
    path("j/<token:token>/", appointments.appointment, name="appointment"),
    path("j/<token:token>/batal/", appointments.cancel, name="cancel"),
    path("j/<token:token>/berkas/", appointments.tick, name="tick"),
    path("j/<token:token>/cetak/", appointments.sheet, name="sheet"),
    path("j/<token:token>/ubah/", rescheduling.reschedule, name="reschedule"),
    path("j/<token:token>/tunggu/", waitlist.join, name="join_waitlist"),
    path("tunggu/<token:token>/", waitlist.entry, name="waitlist"),
    path("j/<token:token>/pasti/", reconfirmation.reconfirm, name="reconfirm"),
    path(
        "j/<token:token>/buktikan/hp/",
        contact_proof.prove,
        {"kind": ContactKind.PHONE},
        name="prove_phone",
    ),
    path(
        "j/<token:token>/buktikan/email/",
        contact_proof.prove,
        {"kind": ContactKind.EMAIL},
        name="prove_email",
    ),
    path("j/<token:token>/janji.ics", appointments.calendar, name="calendar"),
    path("papan/<slug:office>/", board.board, name="board"),
    path("papan/<slug:office>/isi/", board.board_part, name="board_part"),
    path("nomor/<token:token>/", ticket.ticket, name="ticket"),
    path("nomor/<token:token>/isi/", ticket.ticket_part, name="ticket_part"),
    path("kios/", kiosk.kiosk, name="kiosk"),
    path("kios/pasang/<token:token>/", kiosk.claim, name="kiosk_claim"),
    path("kios/nomor/", kiosk_number.number, name="kiosk_number"),
    path("kios/nomor/<token:token>/", kiosk_number.ticket, name="kiosk_ticket"),
    path("kios/janji/", kiosk_check_in.check_in, name="kiosk_check_in"),
    path("pelayanan-keliling/", roadshow.roadshow_page, name="roadshow"),
    path("pelayanan-keliling.ics", roadshow.calendar, name="roadshow_calendar"),
    path("angka/", service_numbers.numbers, name="numbers"),
    path("survei/terima-kasih/", survey.thanks, name="survey_thanks"),
    path("survei/nomor/<token:token>/", survey.after_visit, name="survey_ticket"),
    path("survei/<slug:office>/", survey.at_desk, name="survey"),
    path("kunjungan-kelompok/", group_visits.group_visits_page, name="group_visits"),
    path("kunjungan-kelompok/minta/", group_visits.ask, name="ask_group_visit"),
    path("kunjungan-kelompok/<token:token>/", group_visits.group_visit, name="group_visit"),
    path(
        "kunjungan-kelompok/<token:token>/tarik/",
        group_visits.withdraw,
        name="withdraw_group_visit",
    ),
]
