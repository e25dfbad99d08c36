from citizens.admin.reports_chart import LABELS, LINE, WIDTH, Bar, Chart


def test_bars_are_drawn_to_one_scale_from_nought():
    chart = Chart([Bar("A", (10,), "10"), Bar("B", (5,), "5"), Bar("C", (0,), "0")])

    widths = [float(line["drawn"][0].width) for line in chart.lines]

    assert widths == [320, 160, 0]


def test_two_values_of_a_bar_lie_above_each_other():
    [line] = Chart([Bar("A", (10, 20), "10 and 20")], ("half", "most")).lines
    first, second = line["drawn"]

    assert int(first.y) + int(first.height) == int(second.y)
    assert (first.kind, second.kind) == ("first", "second")
    assert int(second.y) + int(second.height) <= LINE


def test_values_stand_behind_the_longer_bar_and_inside_the_picture():
    [line] = Chart([Bar("A", (10, 20), "10 and 20")]).lines

    assert LABELS < int(line["text_start"]) < WIDTH


def test_a_long_label_is_cut():
    [line] = Chart([Bar("Penerbitan kartu identitas anak baru di loket", (1,), "1")]).lines

    assert line["label"] == "Penerbitan kartu identitas anak…"


def test_nothing_to_draw_has_no_lines():
    assert Chart([]).lines == []
