"""The main verdict that the window shows, derived from a frame's result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fasdemo.draw.overlay import NOTICED, fitting_reasons, notice_lines, reason_words
from fasdemo.engine.reasons import reason_of
from fasdemo.engine.result import FaceVerdict, FrameResult, Status
from fasdemo.runtime.updates import Phase, View

_WORST_FIRST = (Status.SPOOF, Status.UNCERTAIN, Status.LIVE)


@dataclass(frozen=True, slots=True)
class Headline:
    """The main verdict and its explanation.

    Attributes:
        status: the verdict; None without a face, picture or engine.
        word: the status, or the reason why there is none.
        sentence: guidance or explanation.
        detail: score and number of faces.
        notices: limits of the verdict, e.g. that it is not a live-camera decision.
        from_file: whether the verdict is on a file.
    """

    status: Status | None
    word: str
    sentence: str = ""
    detail: str = ""
    notices: tuple[str, ...] = ()
    from_file: bool = False
    guidance: str = ""
    """What the person can do, if the verdict is UNCERTAIN; empty if nothing has to change."""

    def spoken(self) -> str:
        """Return the headline as one line for screen readers."""
        return ". ".join(part.rstrip(".") for part in (self.word, self.sentence, *self.notices) if part)


_FAULTS = {"device_lost": "Camera disconnected. Reconnecting …"}
"""Sentences for the capture's own fault codes, which are not in the catalogue of reasons."""


def main_face(result: FrameResult) -> FaceVerdict | None:
    """Return the face with the worst status, and among equal ones the largest; None without a face.

    A picture with several faces is therefore LIVE only if each face is.
    """
    if not result.faces:
        return None
    return min(result.faces, key=lambda face: (_WORST_FIRST.index(face.status), -face.face.box[2] * face.face.box[3]))


def explained_face(result: FrameResult, chosen: int | None) -> FaceVerdict | None:
    """Return the face that the user has chosen by its track, or else the main face."""
    return next((face for face in result.faces if face.track_id == chosen), None) or main_face(result)


STALE_S = 1.0
"""Maximum age of a camera's verdict; an older one is removed, because it may be about another person."""
WAITING = Headline(None, "NO SOURCE", "Open a camera, a video or a recorded session.")


def current_headline(
    source: str,
    phase: Phase | None,
    problem: str,
    view: View | None,
    live: bool,
    now_s: float,
    loading: str = "",
    model_loaded: bool = False,
) -> Headline:
    """Return the headline for the current state of a source.

    Args:
        source: name of the source.
        phase: state of the source.
        problem: why the source failed.
        view: the last processed frame.
        live: whether the source is a camera.
        now_s: `time.monotonic()`.
        loading: what is being loaded, as a sentence.
        model_loaded: whether a model is loaded.
    """
    if phase is Phase.FAILED:
        return Headline(None, "NO SOURCE", problem)
    if view is None and phase is Phase.OPENING:
        return Headline(None, "OPENING", f"Opening {source} …")
    if view is None:
        return Headline(None, "STARTING", loading or "Loading the model …")
    if live and (now_s - view.judged_s > STALE_S or phase is Phase.ENDED):
        return Headline(None, "NO PICTURE", "No new picture from the camera; there is no verdict.")
    if view.result is None:
        why = "This picture could not be processed." if model_loaded else "No model is loaded."
        return Headline(None, "NO VERDICT", why, from_file=not live)
    return headline(view.result)


def headline(result: FrameResult) -> Headline:
    """Return the headline of one frame."""
    face = main_face(result)
    notices, from_file = notice_lines(result), not result.live_source
    if face is None:
        code = next((code for code in result.reasons if code not in NOTICED), "no_face")
        if code == "no_face":
            return Headline(None, "NO FACE", "Please look at the camera.", "", notices, from_file)
        return Headline(None, "NO VERDICT", _sentence((code,)), "", notices, from_file)
    return Headline(
        face.status,
        face.status.value,
        _explanation(face, from_file),
        _detail(face, result.faces),
        notices,
        from_file,
        guidance=face.guidance if face.status is Status.UNCERTAIN else "",
    )


def public_headline(shown: Headline) -> Headline:
    """Return a headline in neutral words for the public.

    SPOOF and UNCERTAIN look alike and have no reason, so that nobody learns from the screen what gave an attack away;
    the event log has the reasons.
    """
    if shown.status is Status.LIVE:
        return replace(shown, word="ACCEPTED", sentence="Thank you.", detail="")
    if shown.status is not None:
        sentence = shown.guidance or "Please look straight at the camera."
        return replace(shown, status=None, word="ONE MOMENT", sentence=sentence, detail="")
    if shown.word == "NO FACE":
        return replace(shown, word="WELCOME", detail="")
    return replace(shown, word="OUT OF ORDER", sentence="Please ask the staff for help.", detail="")


def _explanation(face: FaceVerdict, from_file: bool) -> str:
    if face.status is Status.LIVE:
        return "The file shows a live person." if from_file else "Live person detected."
    if face.status is Status.SPOOF:
        return _sentence(fitting_reasons(face)) or "The last pictures together were rated as an attack."
    return face.guidance or _sentence(fitting_reasons(face))


def _sentence(codes: Iterable[str]) -> str:
    for code in codes:
        known = reason_of(code)
        if known is None:
            return _FAULTS.get(code, f"Camera problem: {reason_words(code)}.")
        return known.guidance or known.meaning
    return ""


def _detail(face: FaceVerdict, faces: tuple[FaceVerdict, ...]) -> str:
    parts = ["no score yet" if face.score is None else f"score {face.score:.2f}"]
    if len(faces) > 1:
        counts = [(status, sum(one.status is status for one in faces)) for status in _WORST_FIRST]
        parts.append(f"{len(faces)} faces: " + ", ".join(f"{count} {status}" for status, count in counts if count))
    return "  ·  ".join(parts)
