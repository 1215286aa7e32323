"""The one verdict that the window shows large, from everything the engine said about a frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fasdemo.draw.overlay import NOTICED, notice_lines, reason_words
from fasdemo.engine.reasons import CATALOGUE
from fasdemo.engine.result import FaceVerdict, FrameResult, Status
from fasdemo.runtime.updates import Phase, View

_WORST_FIRST = (Status.SPOOF, Status.UNCERTAIN, Status.LIVE)


@dataclass(frozen=True, slots=True)
class Headline:
    """What a person at the door reads.

    Attributes:
        status: None where there is nothing to decide: no face, no picture, no engine.
        word: the status, or what there is instead of one.
        sentence: what to do, or why.
        detail: a small line: score and how many faces.
        notices: what the verdict is not, e.g. a live-camera decision.
        from_file: the verdict is on a file.
    """

    status: Status | None
    word: str
    sentence: str = ""
    detail: str = ""
    notices: tuple[str, ...] = ()
    from_file: bool = False

    def spoken(self) -> str:
        """Everything in one line, for a screen reader."""
        return ". ".join(part.rstrip(".") for part in (self.word, self.sentence, *self.notices) if part)


def main_face(result: FrameResult) -> FaceVerdict | None:
    """The face that the headline is about: the worst status, and of equals the largest face.

    With several faces the whole picture is LIVE only if each of them is.
    """
    if not result.faces:
        return None
    return min(result.faces, key=lambda face: (_WORST_FIRST.index(face.status), -face.face.box[2] * face.face.box[3]))


STALE_S = 1.0
"""A camera's verdict older than this is taken down: it says nothing about who stands there now."""
WAITING = Headline(None, "NO SOURCE", "Open a camera, a video or a recorded session.")


def current_headline(
    source: str, phase: Phase | None, problem: str, view: View | None, live: bool, now_s: float
) -> Headline:
    """What to say of a source at this moment.

    Args:
        source: its name.
        phase: what it is doing.
        problem: why it failed.
        view: its last judged frame.
        live: it is a camera.
        now_s: `time.monotonic()`.
    """
    if phase is Phase.FAILED:
        return Headline(None, "NO SOURCE", problem)
    if view is None and phase is Phase.OPENING:
        return Headline(None, "OPENING", f"{source} is being opened.")
    if view is None:
        return Headline(None, "STARTING", "The engine is being started.")
    if live and (now_s - view.judged_s > STALE_S or phase is Phase.ENDED):
        return Headline(None, "NO PICTURE", "The camera has stopped; there is no verdict.")
    if view.result is None:
        return Headline(None, "NO VERDICT", "Nothing judges these pictures.", from_file=not live)
    return headline(view.result)


def headline(result: FrameResult) -> Headline:
    """The headline of one frame."""
    face = main_face(result)
    notices, from_file = notice_lines(result), not result.live_source
    if face is None:
        code = next((code for code in result.reasons if code not in NOTICED), "no_face")
        if code == "no_face":
            return Headline(None, "NO FACE", "Please look at the camera.", "", notices, from_file)
        return Headline(None, "NO VERDICT", _sentence((code,)), "", notices, from_file)
    return Headline(
        face.status, face.status.value, _explanation(face, from_file), _detail(face, result.faces), notices, from_file
    )


def _explanation(face: FaceVerdict, from_file: bool) -> str:
    if face.guidance:
        return face.guidance
    if face.status is Status.LIVE:
        return "The file shows a live person." if from_file else "A live person is before the camera."
    return _sentence(code for code in face.reasons if code not in NOTICED)


def _sentence(codes: Iterable[str]) -> str:
    for code in codes:
        known = CATALOGUE.get(code)
        if known is None:
            return f"The source reports: {reason_words(code)}."
        return known.guidance or known.meaning
    return ""


def _detail(face: FaceVerdict, faces: tuple[FaceVerdict, ...]) -> str:
    parts = ["no score yet" if face.score is None else f"score {face.score:.2f}"]
    if len(faces) > 1:
        counts = [(status, sum(one.status is status for one in faces)) for status in _WORST_FIRST]
        parts.append(f"{len(faces)} faces: " + ", ".join(f"{count} {status}" for status, count in counts if count))
    return "  ·  ".join(parts)
