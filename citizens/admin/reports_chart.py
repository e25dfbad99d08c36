"""Bars drawn on the server as SVG: labels at the left, the value in words at the end of each bar."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 790
LABELS = 260  # pixels for the labels
VALUES = 210  # and for the values behind the longest bar, in the widest of fonts
LINE = 34
THICK, THIN = 20, 12
LONGEST_LABEL = 32


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, or two above each other; `text` says their values."""

    label: str
    values: tuple[float, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A rectangle, in pixels as text: templates would write numbers as the language does."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars to one scale from nought; `legend` names the one or two values of each."""

    bars: Sequence[Bar]
    legend: tuple[str, ...] = ()

    @property
    def keys(self) -> list[tuple[str, str]]:
        """The names of the values, with the kind of bar that each has."""
        return list(zip(("first", "second"), self.legend, strict=False))

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH} {len(self.bars) * LINE}"

    @property
    def lines(self) -> list[dict[str, object]]:
        """What the template draws of each bar."""
        most = max((value for bar in self.bars for value in bar.values), default=0) or 1
        room = WIDTH - LABELS - VALUES
        found: list[dict[str, object]] = []
        for place, bar in enumerate(self.bars):
            top = place * LINE
            lengths = [room * value / most for value in bar.values]
            found.append(
                {
                    "label": _short(bar.label),
                    "text": bar.text,
                    "middle": str(top + LINE // 2),
                    "label_end": str(LABELS - 10),
                    "text_start": f"{LABELS + max(lengths, default=0) + 8:.0f}",
                    "drawn": _rectangles(lengths, top),
                }
            )
        return found


def _rectangles(lengths: Sequence[float], top: int) -> list[Drawn]:
    height = THICK if len(lengths) == 1 else THIN
    first = top + (LINE - height * len(lengths)) // 2
    return [
        Drawn(kind, str(LABELS), str(first + height * place), f"{length:.1f}", str(height))
        for place, (kind, length) in enumerate(zip(("first", "second"), lengths, strict=False))
    ]


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"
