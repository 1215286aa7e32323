"""Convert the device times of a recording to the clock of its frames.

A recorder writes the device's own times beside frame times that continue over restarts, so the two can differ by hours.
The engine compares them and therefore needs both on one clock.
"""

from __future__ import annotations

from collections.abc import Iterable

from fasdemo.frames import Stream, StreamTime

Times = dict[Stream, StreamTime]

_NEW_CLOCK_S = 0.5
"""A smaller difference is a fault that the engine checks, not another clock."""


def on_frame_clock(rows: Iterable[tuple[float, Times]]) -> list[Times]:
    """Return the streams' times of each row, converted to the clock of its `timestamp_s`.

    The offset between the clocks is measured in the first row. If it changes later, the row of the change still uses
    the old offset, so that the engine detects the break. The rows after it use the new one.

    Args:
        rows: `timestamp_s` and the streams' times of each row, in order.
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
