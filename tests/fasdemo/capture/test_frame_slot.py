from __future__ import annotations

import threading
from dataclasses import replace

from fasdemo.capture.frame_slot import FrameJob, FrameSlot
from tests.support.scenes import frame


def test_frame_slot_counts_the_frames_that_a_newer_one_replaced() -> None:
    slot = FrameSlot()
    for index in range(3):
        slot.put_newest(FrameJob(replace(frame(index), lost_before=index), fresh=index == 0))
    job = slot.take()
    assert job is not None
    assert (job.frame.index, job.skipped, job.frame.lost_before, job.fresh) == (2, 2, 5, True)


def test_frame_slot_keeps_the_frame_of_a_file_until_it_is_taken() -> None:
    slot = FrameSlot()
    slot.put_next(FrameJob(frame(0)))
    second = threading.Thread(target=slot.put_next, args=(FrameJob(frame(1)),))
    second.start()
    taken = [slot.take(), slot.take()]
    second.join(5.0)
    assert [None if job is None else job.frame.index for job in taken] == [0, 1]


def test_frame_slot_wakes_both_sides_when_it_is_closed() -> None:
    slot = FrameSlot()
    taken: list[FrameJob | None] = []
    reader = threading.Thread(target=lambda: taken.append(slot.take()))
    reader.start()
    slot.close()
    reader.join(5.0)
    assert taken == [None]
    slot.put_next(FrameJob(frame(0)))
    assert slot.take() is None
