"""The device times of a recording, put on the clock of its frames.

A recorder writes the device's own times beside times that go on over restarts, so the two may lie hours apart. The
engine compares them, and needs both on one clock.
"""

from __future__ import annotations

from collections.abc import Iterable

from fasdemo.frames import Stream, StreamTime

Times = dict[Stream, StreamTime]

_NEW_CLOCK_S = 0.5
"""A smaller difference is a fault to be judged, not another clock."""


def on_frame_clock(rows: Iterable[tuple[float, Times]]) -> list[Times]:
    """Return the streams' times of each row, shifted onto its `timestamp_s`.

    The shift is the first row's. Where it changes in the middle of a recording the row of the change keeps the old one,
    so that the engine sees the break, and the rows after it have the new one.

    Args:
        rows: `timestamp_s` and the streams' times, in order.
    """
    shift_s = 0.0
    result: list[Times] = []
    for timestamp_s, times in rows:
        colour = times.get("rgb")
        applied_s = shift_s
        if colour is not None and abs(timestamp_s - colour.timestamp_s - shift_s) > _NEW_CLOCK_S:
            shift_s = timestamp_s - colour.timestamp_s
            applied_s = applied_s if result else shift_s
        if applied_s:
            times = {stream: StreamTime(one.timestamp_s + applied_s, one.counter) for stream, one in times.items()}
        result.append(times)
    return result
