"""The addresses of the supervisor's page, below "hari-ini/": as (address, view, name)."""

from citizens.admin import supervising, supervising_paper

ROUTES = (
    ("<slug:office>/penyelia/", supervising.page, "supervise"),
    ("<slug:office>/penyelia/sekarang/", supervising.now, "supervise_now"),
    ("<slug:office>/penyelia/aturan/", supervising.change_rule, "change_rule"),
    ("<slug:office>/penyelia/batas/", supervising.limit_walk_ins, "limit_walk_ins"),
    ("<slug:office>/penyelia/tutup-layanan/", supervising.close_service, "close_service"),
    (
        "<slug:office>/penyelia/buka-layanan/<int:group>/",
        supervising.open_service,
        "open_service",
    ),
    (
        "<slug:office>/penyelia/tutup-loket/<int:session>/",
        supervising.release_counter,
        "release_counter",
    ),
    ("<slug:office>/penyelia/akhir-hari/", supervising.end_day, "end_day"),
    ("<slug:office>/penyelia/nomor-kertas/", supervising_paper.page, "paper_numbers"),
)
