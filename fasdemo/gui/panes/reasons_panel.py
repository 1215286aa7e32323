"""The reasons of a verdict: reason codes, crops, scores by modality and evidence."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from fasdemo.draw.overlay import fitting_reasons, reason_words
from fasdemo.engine.reasons import reason_of
from fasdemo.engine.result import EngineFacts, FaceVerdict, FrameResult
from fasdemo.gui.panes.measures import measure_of
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.bars import Bars, Row
from fasdemo.gui.widgets.crops_view import NAMES, CropsView
from fasdemo.gui.widgets.heading import heading
from fasdemo.models.card import Threshold
from fasdemo.runtime.headline import explained_face


def rule() -> QFrame:
    """Return a thin line to separate sections."""
    line = QFrame()
    line.setProperty("role", "rule")
    line.setFrameShape(QFrame.Shape.NoFrame)
    return line


class ReasonsPanel(QWidget):
    """The panel that explains the verdict on the headline's face."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons = QLabel("")
        self._reasons.setWordWrap(True)
        self._reasons.setTextFormat(Qt.TextFormat.PlainText)
        self._reasons.setAccessibleName(tr("Reasons"))
        self._crops = CropsView()
        self._scores = Bars(tr("Scores"))
        self._evidence = Bars(tr("Physical evidence"))
        self.which = QLabel("")
        self.which.setWordWrap(True)
        self.which.setProperty("role", "caption")
        self.which.setAccessibleName(tr("Explained face"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 6, 8)
        layout.setSpacing(4)
        layout.addWidget(self.which)
        for words, widget in (
            (tr("Reasons"), self._reasons),
            (tr("Network input"), self._crops),
            (tr("Live score"), self._scores),
            (tr("Physical evidence"), self._evidence),
        ):
            if layout.count():
                layout.addSpacing(6)
            layout.addWidget(heading(words))
            layout.addWidget(widget)
        layout.addStretch(1)
        self.show_result(None, None)

    @property
    def score_rows(self) -> tuple[Row, ...]:
        """The shown scores."""
        return self._scores.rows

    @property
    def evidence_rows(self) -> tuple[Row, ...]:
        """The shown evidence."""
        return self._evidence.rows

    @property
    def reasons(self) -> str:
        """The shown reasons."""
        return self._reasons.text()

    def show_result(self, result: FrameResult | None, facts: EngineFacts | None, chosen: int | None = None) -> None:
        """Show the result of a frame; None clears the panel. `chosen` is the track of the face to explain."""
        face = None if result is None else explained_face(result, chosen)
        count = 0 if result is None else len(result.faces)
        self.which.setVisible(count > 1)
        if face is not None and count > 1:
            self.which.setText(
                tr("Face {track}, one of {count}; click another one or press F.", track=face.track_id, count=count)
            )
        codes = face.reasons if face is not None else (() if result is None else result.reasons)
        words = _reason_lines(codes, face)
        if words != self._reasons.text():
            self._reasons.setText(words)
            known = [reason for reason in map(reason_of, codes) if reason is not None]
            hints = [f"{reason_words(reason)}: {tr(reason.meaning)}" for reason in known]
            self._reasons.setToolTip("\n".join(hints))
        self._crops.show_crops(None if face is None else face.crops, None if facts is None else facts.card)
        self._scores.show_rows(score_rows(face, facts))
        self._evidence.show_rows(_evidence_rows(face))
        for bars in (self._scores, self._evidence):
            bars.setAccessibleDescription(bars.describe())


def _reason_lines(codes: tuple[str, ...], face: FaceVerdict | None) -> str:
    """Return the reasons that explain the verdict, and below them those of this frame alone."""
    fitting = codes if face is None else tuple(code for code in codes if code in fitting_reasons(face))
    others = [reason_words(code) for code in codes if code not in fitting]
    lines = ["  ·  ".join(reason_words(code) for code in fitting)] if fitting else []
    if others:
        lines.append(tr("In this frame: {reasons}", reasons="  ·  ".join(others)))
    return "\n".join(lines) or (tr("none") if face is not None else "–")


def limit_words(threshold: Threshold) -> str:
    """Return the limits of a policy as words."""
    return tr("LIVE above {live:.2f}, SPOOF below {spoof:.2f}", live=threshold.live_above, spoof=threshold.spoof_below)


def score_rows(face: FaceVerdict | None, facts: EngineFacts | None) -> list[Row]:
    """Return the rows of the fused score with its thresholds, the frame's score and each modality's score."""
    threshold = None if facts is None else facts.threshold
    marks = () if threshold is None else (threshold.spoof_below, threshold.live_above)
    hint = "" if threshold is None else f"{limit_words(threshold)}."
    if face is None:
        return [Row(tr("Over time"), "–", 0.0, marks, hint=hint)]
    rows = [_score(tr("Over time"), face.score, marks, True, hint), _score(tr("This frame"), face.frame_score, ())]
    rows += [_score(tr(NAMES[stream]), score, ()) for stream, score in face.per_modality.items()]
    return rows


def _score(name: str, value: float | None, marks: tuple[float, ...], strong: bool = False, hint: str = "") -> Row:
    if value is None:
        return Row(name, "–", None, strong=strong)
    return Row(name, f"{value:.2f}", value, marks, strong=strong, hint=hint)


def _evidence_rows(face: FaceVerdict | None) -> list[Row]:
    if face is None or not face.evidence:
        return [Row(tr("none") if face is not None else "–", "")]
    rows = []
    for name, value in face.evidence.items():
        measure = measure_of(name)
        fill = None if value is None else measure.position(value)
        rows.append(
            Row(
                tr(measure.title),
                tr("not measured") if value is None else measure.text(value),
                fill,
                measure.marks,
                alert=measure.outside(value),
                hint=tr(measure.meaning),
            )
        )
    return rows
