"""Dates as the office writes them: 'Selasa, 16 Maret 2027' and '09.20'; d-m-Y input only, never m/d/Y."""

DATE_FORMAT = "l, j F Y"
SHORT_DATE_FORMAT = "d-m-Y"
TIME_FORMAT = "H.i"
DATETIME_FORMAT = "l, j F Y H.i"
SHORT_DATETIME_FORMAT = "d-m-Y H.i"
DATE_INPUT_FORMATS = ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%Y-%m-%d", "%d%m%Y"]
FIRST_DAY_OF_WEEK = 1
