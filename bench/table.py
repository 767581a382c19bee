"""Shows the figures of benches as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.measuring import Figure

_HEAD = ("figure", "unit", "CPU ours s", "CPU PG s", "wall s", "rows/CPU s", "peak MB")


def show(told: Mapping[str, Sequence[Figure]]) -> None:
    """Print one table for each bench."""
    for bench, figures in told.items():
        width = max((len(figure.name) for figure in figures), default=0)
        print(f"\n{bench}")
        print(f"  {'':{width}} " + " ".join(f"{word:>10}" for word in _HEAD))
        for figure in figures:
            print(f"  {figure.name:{width}} {_line(figure)}")


def _line(figure: Figure) -> str:
    cells = (
        _number(figure.figure),
        figure.unit,
        _number(figure.client_cpu_s),
        _number(figure.database_cpu_s),
        _number(figure.wall_s),
        _number(figure.per_cpu_s),
        _number(figure.peak_mb),
    )
    return " ".join(f"{cell:>10}" for cell in cells)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if value != int(value) else f"{int(value):,}"
