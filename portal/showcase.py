"""Sample data for the page that shows every component in every state.

All of it is invented, and in Indonesian as the office's own data are. It is plain data, so that
the page needs no database row to be looked at or photographed.
"""

from __future__ import annotations

from typing import Any

import segno
from django import forms
from django.utils.safestring import SafeString, mark_safe

Row = dict[str, Any]


class SampleForm(forms.Form):
    """One field of each kind that the public pages use."""

    name = forms.CharField(label="Nama lengkap", help_text="Seperti tertulis di KTP atau KK.")
    born = forms.DateField(label="Tanggal lahir", widget=forms.DateInput(attrs={"type": "date"}))
    kelurahan = forms.ChoiceField(
        label="Kelurahan",
        choices=[
            ("", "Pilih kelurahan"),
            ("a", "Sukawana, Kec. Serang"),
            ("b", "Curug, Kec. Curug"),
        ],
    )
    language = forms.ChoiceField(
        label="Bahasa pesan",
        choices=[("id", "Bahasa Indonesia"), ("en", "English")],
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        label="Apakah Anda perlu didahulukan?",
        choices=[
            ("old", "Lanjut usia (60 tahun ke atas)"),
            ("pregnant", "Ibu hamil"),
            ("disabled", "Penyandang disabilitas"),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label="Catatan untuk petugas",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    remind = forms.BooleanField(label="Ingatkan saya sehari sebelumnya")


def context() -> dict[str, Any]:
    """Return what templates/portal/components.html shows: one entry a component."""
    return {
        "swatches": _swatches(),
        "banners": _banners(),
        "tags": _tags(),
        "rows": _summary_rows(),
        "steps": _steps(),
        "standing": _standing(),
        "weekdays": _weekdays(),
        "weeks": _weeks(),
        "groups": _time_groups(),
        "choices": _choices(),
        "papers": _papers(),
        "qr": sample_qr(),
        "consequences": [
            "Tempat Anda diberikan kepada warga lain.",
            "Anda dapat membuat janji temu baru kapan saja.",
        ],
        "text_sms": (
            "Disdukcapil Kota Serang: Pengingat janji temu Selasa 16-03-2027 pukul 09.20 WIB, "
            "tiket B-017. Bawa KK. Layanan GRATIS."
        ),
        "text_email": "Yth. Ibu Contoh,\n\nJanji temu Anda tercatat.\nBawalah KK asli.\n\nGratis.",
        "form": SampleForm(),
        "form_in_error": SampleForm({"kelurahan": "a"}, auto_id="wrong_%s"),
    }


def sample_qr() -> SafeString:
    """Return a QR code as inline SVG, drawn in the text's colour, with a title."""
    svg = segno.make_qr("SRG-7K4M-92", error="m").svg_inline(
        scale=4,
        border=2,
        dark="#000",
        light="#fff",
        title="Kode QR SRG-7K4M-92",
        omitsize=True,
    )
    return mark_safe(svg)  # noqa: S308  (segno draws it from a constant)


def _swatches() -> list[str]:
    return [
        "ink", "ink-soft", "paper", "surface", "line", "line-strong", "accent", "accent-deep",
        "accent-soft", "gold", "success", "success-soft", "warning", "warning-soft", "danger",
        "danger-soft",
    ]  # fmt: skip


def _banners() -> list[Row]:
    return [
        {
            "kind": "success",
            "title": "Janji temu Anda tercatat",
            "text": "Kami mengirim SMS.",
        },
        {
            "kind": "info",
            "title": "Kantor tutup pada 29 Maret 2027",
            "text": "Cuti bersama Idulfitri.",
            "url": "#",
            "link": "Lihat hari buka",
        },
        {
            "kind": "warning",
            "title": "Waktu Anda tinggal 2 menit",
            "text": "Tempat ini kami simpan sampai pukul 10.24 WIB.",
        },
        {
            "kind": "danger",
            "title": "Pukul 09.20 baru saja penuh",
            "text": "Isian Anda tersimpan. Pilih waktu lain.",
        },
    ]


def _tags() -> list[Row]:
    return [
        {"kind": "", "text": "Belum datang"},
        {"kind": "info", "text": "Menunggu"},
        {"kind": "success", "text": "Selesai"},
        {"kind": "warning", "text": "Tidak diketahui"},
        {"kind": "danger", "text": "Dibatalkan"},
    ]


def _summary_rows() -> list[Row]:
    return [
        {
            "label": "Layanan",
            "value": "KTP-el hilang atau rusak",
            "change_url": "#layanan",
        },
        {
            "label": "Tempat",
            "value": "Kantor Disdukcapil Kota Serang",
            "lines": ["Loket lantai 1, contoh alamat"],
            "change_url": "#tempat",
        },
        {
            "label": "Waktu",
            "value": "Selasa, 16 Maret 2027 pukul 09.20 WIB",
            "change_url": "#waktu",
        },
        {"label": "Nama", "value": "Raden Ajeng Contoh Panjang Sekali binti Percobaan"},
        {"label": "NIK", "value": "00•• •••• •••• ••17"},
    ]


def _steps() -> list[Row]:
    return [
        {
            "title": "Pilih layanan",
            "text": "Kami menunjukkan berkas yang perlu Anda bawa.",
        },
        {"title": "Pilih tempat dan waktu", "text": "Waktu terdekat ada di atas."},
        {"title": "Datang dan dilayani", "text": "Tunjukkan kode Anda di meja depan."},
    ]


def _standing() -> list[Row]:
    return [
        {"title": "Layanan", "state": "done", "url": "#"},
        {"title": "Tempat dan waktu", "state": "current"},
        {"title": "Data diri"},
    ]


def _weekdays() -> list[Row]:
    return [
        {"short": "Sen", "full": "Senin"},
        {"short": "Sel", "full": "Selasa"},
        {"short": "Rab", "full": "Rabu"},
        {"short": "Kam", "full": "Kamis"},
        {"short": "Jum", "full": "Jumat"},
        {"short": "Sab", "full": "Sabtu"},
    ]


def _weeks() -> list[list[Row | None]]:
    free = {
        2: 3,
        3: 12,
        4: 118,
        8: 1,
        9: 24,
        10: 31,
        12: 7,
        15: 40,
        16: 22,
        17: 36,
        18: 41,
        19: 9,
    }
    closed = {5: "penuh", 11: "libur", 6: "tutup", 13: "tutup", 20: "tutup"}
    names = [day["full"] for day in _weekdays()]
    weeks: list[list[Row | None]] = []
    for monday in (1, 8, 15, 22):
        week: list[Row | None] = []
        for offset, name in enumerate(names):
            number = monday + offset
            if number == 1:
                week.append(None)
                continue
            cell: Row = {"number": number, "label": f"{name}, {number} Maret 2027"}
            if number in free:
                cell |= {
                    "url": f"#maret-{number}",
                    "free": f"sisa {free[number]}",
                    "selected": number == 16,
                }
            elif number in closed:
                cell["reason"] = closed[number]
            week.append(cell)
        weeks.append(week)
    return weeks


def _time_groups() -> list[Row]:
    morning: list[Row] = [
        {"label": "08.00", "reason": "penuh"},
        {"label": "08.20", "value": "1", "free": "1 tempat"},
        {"label": "08.40", "value": "2", "free": "3 tempat"},
        {"label": "09.00", "reason": "penuh"},
        {"label": "09.20", "value": "3", "free": "2 tempat", "selected": True},
        {"label": "09.40", "value": "4", "free": "4 tempat"},
    ]
    afternoon: list[Row] = [
        {"label": "13.00", "value": "5", "free": "4 tempat"},
        {"label": "13.20", "value": "6", "free": "12 tempat"},
    ]
    return [{"title": "Pagi", "times": morning}, {"title": "Siang", "times": afternoon}]


def _choices() -> list[Row]:
    return [
        {
            "title": "KTP-el",
            "note": "Rekam pertama, hilang, rusak, ubah data",
            "url": "#ktp",
        },
        {
            "title": "Kartu Keluarga (KK)",
            "note": "Baru, tambah anggota, hilang",
            "url": "#kk",
        },
        {
            "title": "KTP Digital (IKD)",
            "note": "Dianjurkan, tidak diwajibkan",
            "url": "#ikd",
        },
    ]


def _papers() -> list[Row]:
    return [
        {
            "title": "Kartu Keluarga",
            "note": "Asli dan satu salinan",
            "law": "Perpres 96/2018 pasal 20",
        },
        {
            "title": "Surat kehilangan dari kepolisian",
            "note": "Hanya kalau KTP-el hilang",
            "law": "Perpres 96/2018 pasal 20 ayat (2)",
        },
        {"title": "KTP-el yang rusak"},
    ]
