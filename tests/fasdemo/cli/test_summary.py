"""The summary of a run, in constant memory."""

import numpy as np

from fasdemo.engine.result import FaceVerdict, FrameResult, Latency, Status
from fasdemo.faces.face import Face
from fasdemo.runtime.summary import Summary


def frame(
    number: int,
    *tracks: int,
    total_ms: float = 5.0,
    status: Status = Status.UNCERTAIN,
    reasons: tuple[str, ...] = ("too_small",),
) -> FrameResult:
    face = Face((0.0, 0.0, 9.0, 9.0), 0.9, np.zeros((6, 2), np.float32))
    faces = tuple(FaceVerdict(track, face, status, None, None, reasons) for track in tracks)
    return FrameResult(number, number / 30, "clip", True, "net", "balanced", faces, Latency(0, 0, 0, 0, total_ms))


def test_a_track_is_counted_once_also_when_it_comes_back() -> None:
    summary = Summary()
    for number, tracks in enumerate([(1,), (1, 2), (2, 1), (), (2,), (3, 4)]):
        summary.add(frame(number, *tracks))
    assert summary.lines()[0] == "6 frames; a face in 5 of them."
    assert summary.lines()[1].startswith("4 tracked face(s); verdicts by frame: ")


def test_latencies_are_those_of_the_last_frames_and_take_no_more_room() -> None:
    summary = Summary()
    room = summary._totals_ms.nbytes
    for number in range(len(summary._totals_ms) + 10):
        summary.add(frame(number, 1, total_ms=90.0 if number < 10 else 4.0))
    assert summary.lines()[-1] == "Latency per frame: median 4.0 ms, 95th percentile 4.0 ms."
    assert summary._totals_ms.nbytes == room
    assert summary.frames == len(summary._totals_ms) + 10


def test_one_frame_is_enough_for_a_latency() -> None:
    summary = Summary()
    summary.add(frame(0, 1, total_ms=7.0))
    assert summary.lines()[-1] == "Latency per frame: median 7.0 ms, 95th percentile 7.0 ms."


def test_summary_of_a_clip_of_one_frame_says_what_is_missing() -> None:
    summary = Summary()
    summary.add(frame(0, 1))
    sentence = "LIVE needs 5 frames with a face; give a longer clip, or rate a single picture with fasdemo score."
    assert sentence in summary.lines()
    for number in range(1, 5):
        summary.add(frame(number, 1))
    assert sentence not in summary.lines()


def test_summary_of_a_clip_without_a_face_says_so() -> None:
    summary = Summary()
    summary.add(frame(0))
    assert summary.lines() == [
        "1 frame; a face in 0 of them.",
        "No face was found in any frame, so there is no verdict.",
    ]


def test_summary_names_the_option_where_only_colour_alone_prevented_live() -> None:
    summary = Summary()
    summary.add(frame(0, 1, reasons=("rgb_only", "gathering")))
    summary.add(frame(1, 1, status=Status.SPOOF, reasons=("rgb_only",)))
    summary.add(frame(2, 1, status=Status.LIVE, reasons=("rgb_only",)))
    assert not any("--allow-colour-alone" in line for line in summary.lines())
    summary.add(frame(3, 1, 2, reasons=("rgb_only", "several_faces")))
    assert (
        "Only rgb_only prevented LIVE 2 times: colour alone is never LIVE unless --allow-colour-alone is given "
        "(unreliable, see docs/models.md)."
    ) in summary.lines()
