"""Show the progress of long work with the remaining time: a bar on a terminal, otherwise a line every half minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_EVERY_S = 30.0
T = TypeVar("T")


class LineProgress(Progress):
    """A progress without a bar, which writes a line to standard error every `LINE_EVERY_S`, e.g. into a log."""

    def __init__(self) -> None:
        super().__init__(disable=True)
        self._written_s = time.monotonic()

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """Add to the completed steps of a task, and write a line if it is due."""
        super().advance(task_id, advance)
        self._write(task_id)

    def update(self, task_id: TaskID, **changes: Any) -> None:
        """Change a task, and write a line if it is due."""
        super().update(task_id, **changes)
        self._write(task_id)

    def _write(self, task_id: TaskID) -> None:
        now_s = time.monotonic()
        if now_s - self._written_s < LINE_EVERY_S:
            return
        self._written_s = now_s
        task = self._tasks[task_id]
        line = f"{task.description}: {task.completed:.0f}"
        if task.total:
            line += f" of {task.total:.0f} ({task.percentage:.0f} %)"
        if task.total and task.completed and task.elapsed and not task.finished:
            left_s = task.elapsed * (task.total - task.completed) / task.completed
            line += f", about {_duration(left_s)} left"
        print(line, file=sys.stderr, flush=True)


def bar() -> Progress:
    """Return a progress bar on standard error, or lines if that is not a terminal."""
    if not sys.stderr.isatty():
        return LineProgress()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        speed_estimate_period=300.0,
        transient=True,
    )


def track(items: Iterable[T], description: str, total: int | None = None) -> Iterator[T]:
    """Yield the items and show the progress as a bar or as lines."""
    with bar() as progress:
        yield from progress.track(items, total=total, description=description)


def _duration(seconds: float) -> str:
    """Return a duration in its largest unit, e.g. `40 s`, `12 min` or `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
