"""The main verdict that the window shows, derived from a frame's result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from fasdemo.draw.overlay import NOTICED, fitting_reasons, notice_lines, reason_words
from fasdemo.engine.reasons import Reason, reason_of
from fasdemo.engine.result import FaceVerdict, FrameResult, Status
from fasdemo.runtime.updates import Phase, View

Translate = Callable[[str], str]
"""Returns a text in another language. Words of headlines stay English until they are painted."""
_CAMERA_PROBLEM = Reason.DEPTH_UNUSED.guidance
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

    def spoken(self, tr: Translate = str) -> str:
        """Return the headline as one line for screen readers."""
        return ". ".join(part.rstrip(".") for part in (tr(self.word), self.sentence, *self.notices) if part)


FAULTS = {"device_lost": "Camera disconnected. Reconnecting …"}
"""Sentences for the capture's own fault codes, which are not in the catalogue of reasons."""
FROZEN = "FROZEN"
"""Text while the pictures are frozen; there is no verdict then."""
PLEASE_FOLLOW = "PLEASE FOLLOW"
"""The word of a running challenge."""
WORDS = (
    *Status,
    *("NO SOURCE", "OPENING", "STARTING", "NO PICTURE", "NO VERDICT", "NO FACE"),
    FROZEN,
    *("ACCEPTED", "ONE MOMENT", "WELCOME", "OUT OF ORDER"),
    PLEASE_FOLLOW,
)
"""All words of headlines."""


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
"""Maximum age of a camera's verdict; an older one is removed, because it can be that of another person."""
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
    tr: Translate = str,
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
        tr: translates the sentences.
    """
    if phase is Phase.FAILED:
        return Headline(None, "NO SOURCE", problem)
    if view is None and phase is Phase.OPENING:
        return Headline(None, "OPENING", tr("Opening {source} …").format(source=source))
    if view is None:
        return Headline(None, "STARTING", loading or tr("Loading the model …"))
    if live and (now_s - view.processed_s > STALE_S or phase is Phase.ENDED):
        return no_picture(tr)
    if view.result is None:
        why = tr("This picture could not be processed.") if model_loaded else tr("No model is loaded.")
        return Headline(None, "NO VERDICT", why, from_file=not live)
    return headline(view.result, tr)


def no_picture(tr: Translate = str) -> Headline:
    """Return the headline of a camera without a new picture."""
    return Headline(None, "NO PICTURE", tr("No new picture from the camera; there is no verdict."))


def headline(result: FrameResult, tr: Translate = str) -> Headline:
    """Return the headline of one frame, with its sentences in the language of `tr`."""
    face = main_face(result)
    notices, from_file = tuple(map(tr, notice_lines(result))), not result.live_source
    if face is None:
        code = next((code for code in result.reasons if code not in NOTICED), "no_face")
        if code == "no_face":
            return Headline(None, "NO FACE", tr("Please look at the camera."), "", notices, from_file)
        return Headline(None, "NO VERDICT", _sentence((code,), tr), "", notices, from_file)
    if face.status is Status.UNCERTAIN and result.challenge is not None and result.challenge.outcome == "running":
        # A prompt is not a warning, so it does not look like one.
        return Headline(None, PLEASE_FOLLOW, tr(face.guidance), "", notices, from_file)
    return Headline(
        face.status,
        face.status.value,
        _explanation(face, from_file, tr),
        _detail(face, result.faces, tr),
        notices,
        from_file,
        guidance=tr(face.guidance) if face.status is Status.UNCERTAIN else "",
    )


def public_headline(shown: Headline, tr: Translate = str) -> Headline:
    """Return a headline in neutral words for the public.

    SPOOF and UNCERTAIN look the same and have no reason, so that an attacker cannot learn from the screen how an attack
    was detected; the event log has the reasons.
    """
    if shown.status is Status.LIVE:
        return replace(shown, word="ACCEPTED", sentence=tr("Thank you."), detail="")
    if shown.status is not None:
        sentence = shown.guidance or tr("Please look straight at the camera.")
        return replace(shown, status=None, word="ONE MOMENT", sentence=sentence, detail="")
    if shown.word == PLEASE_FOLLOW:
        return shown
    if shown.word == "NO FACE":
        return replace(shown, word="WELCOME", detail="")
    return replace(shown, word="OUT OF ORDER", sentence=tr("Please ask the staff for help."), detail="")


def _explanation(face: FaceVerdict, from_file: bool, tr: Translate) -> str:
    if face.status is Status.LIVE:
        return tr("The file shows a live person.") if from_file else tr("Live person detected.")
    if face.status is Status.SPOOF:
        found = _sentence(fitting_reasons(face), tr)
        return found or tr("The last pictures together were rated as an attack.")
    if face.guidance == _CAMERA_PROBLEM and from_file:
        # Nobody can be asked to mend the camera of a recording.
        reasons = (reason_of(code) for code in face.reasons)
        return next(
            (tr(one.meaning) for one in reasons if one is not None and one.guidance == face.guidance), tr(face.guidance)
        )
    return tr(face.guidance) if face.guidance else _sentence(fitting_reasons(face), tr)


def _sentence(codes: Iterable[str], tr: Translate) -> str:
    for code in codes:
        known = reason_of(code)
        if known is not None:
            return tr(known.guidance or known.meaning)
        fault = FAULTS.get(code)
        return tr(fault) if fault else tr("Camera problem: {words}.").format(words=reason_words(code))
    return ""


def _detail(face: FaceVerdict, faces: tuple[FaceVerdict, ...], tr: Translate) -> str:
    parts = [tr("no score yet") if face.score is None else tr("score {score:.2f}").format(score=face.score)]
    if len(faces) > 1:
        counts = [(status, sum(one.status is status for one in faces)) for status in _WORST_FIRST]
        listed = ", ".join(f"{count} {tr(status)}" for status, count in counts if count)
        parts.append(tr("{count} faces: {listed}").format(count=len(faces), listed=listed))
    return "  ·  ".join(parts)
