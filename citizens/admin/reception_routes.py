"""The addresses of reception under "Hari ini": (address, view, name)."""

from citizens.admin import arrivals, reception_later, reception_print

ROUTES = [
    ("<slug:office>/lapor/", arrivals.check_in, "check_in"),
    ("<slug:office>/tidak-cocok/", arrivals.mismatch, "mismatch"),
    ("<slug:office>/nomor/", arrivals.walk_in, "walk_in"),
    ("<slug:office>/hari-lain/", reception_later.keep, "keep_later_place"),
    ("<slug:office>/<int:ticket>/cetak/", reception_print.ticket, "print_ticket"),
    ("<slug:office>/hari-lain/<int:appointment>/cetak/", reception_print.slip, "print_slip"),
]
