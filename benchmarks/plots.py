"""The README's two plots, drawn from what was just measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

OURS, OTHERS = "#2f6f8f", "#a9a39a"


def plot_speeds(speeds: Mapping[str, float], title: str, path: Path) -> None:
    """Bars of tokens a second by engine, the fastest on top."""
    figure, axes = _figure(title, height=0.5 + 0.42 * len(speeds))
    ordered = sorted(speeds.items(), key=lambda item: item[1])
    names = [name for name, _ in ordered]
    bars = axes.barh(names, [speed for _, speed in ordered], color=[_colour(name) for name in names])
    axes.bar_label(bars, fmt="%.1f", padding=4)
    axes.set_xlabel("tokens a second")
    _save(figure, path)


def plot_first_tokens(times: Mapping[str, Mapping[int, float]], title: str, path: Path) -> None:
    """A line of seconds by turn for each engine, on a logarithmic scale."""
    figure, axes = _figure(title, height=3.2)
    for name, by_turn in times.items():
        axes.plot(list(by_turn), list(by_turn.values()), marker="o", color=_colour(name), label=name)
    axes.set(yscale="log", xlabel="turn", ylabel="seconds")
    axes.legend(frameon=False)
    _save(figure, path)


def _figure(title: str, height: float):  # type: ignore[no-untyped-def]  # matplotlib is imported only to draw
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, height), layout="constrained")
    axes.set_title(title, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure, path: Path) -> None:  # type: ignore[no-untyped-def]
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, facecolor="white")


def _colour(name: str) -> str:
    return OURS if name.startswith("ours") else OTHERS
