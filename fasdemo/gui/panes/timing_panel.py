"""Latencies, and facts about source and model."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import EngineFacts
from fasdemo.frames import STREAMS
from fasdemo.gui.panes.reasons_panel import limit_words
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.bars import Bars, Row
from fasdemo.gui.widgets.crops_view import NAMES
from fasdemo.gui.widgets.heading import heading
from fasdemo.runtime.rolling import STAGES, Timing

TITLES = {"capture": "Capture", "detect": "Find faces", "align": "Align", "infer": "Network", "total": "Total"}


class TimingPanel(QWidget):
    """The panel with the latencies by stage (median and 95th percentile) and facts about source and model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars = Bars(tr("Latency by stage"))
        self._facts = {name: QLabel("–") for name in ("rate", "lost", "source", "streams", "model", "policy", "runs")}
        for label in self._facts.values():
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 6, 8)
        layout.setSpacing(6)
        layout.addWidget(heading(tr("Latency: median / 95th percentile")))
        layout.addWidget(self._bars)
        layout.addSpacing(6)
        layout.addWidget(heading(tr("Source")))
        layout.addLayout(self._form(rate=tr("Rate"), lost=tr("Skipped"), source=tr("Name"), streams=tr("Streams")))
        layout.addSpacing(6)
        layout.addWidget(heading(tr("Model")))
        layout.addLayout(self._form(model=tr("Name"), policy=tr("Policy"), runs=tr("Runs on")))
        self._card = QLabel("")
        self._card.setWordWrap(True)
        self._card.setProperty("role", "caption")
        layout.addWidget(self._card)
        layout.addStretch(1)
        self.show_timing(None)

    def _form(self, **names: str) -> QFormLayout:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(4)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for name, title in names.items():
            caption = QLabel(title)
            caption.setProperty("role", "caption")
            self._facts[name].setAccessibleName(title)
            form.addRow(caption, self._facts[name])
        return form

    @property
    def rows(self) -> tuple[Row, ...]:
        """The shown latencies."""
        return self._bars.rows

    def show_timing(self, timing: Timing | None, drawn_fps: float = 0.0) -> None:
        """Show the newest statistics and the rate of painted frames; None if no frame was processed yet."""
        if timing is None:
            self._bars.show_rows([Row(tr(TITLES[stage]), "–", 0.0) for stage in STAGES])
            self._facts["rate"].setText("–")
            self._facts["lost"].setText("–")
            return
        longest = max(timing.p95_ms["total"], 1.0)
        self._bars.show_rows(
            [
                Row(
                    tr(TITLES[stage]),
                    f"{timing.p50_ms[stage]:.1f} / {timing.p95_ms[stage]:.1f} ms",
                    min(timing.p50_ms[stage] / longest, 1.0),
                    strong=stage == "total",
                )
                for stage in STAGES
            ]
        )
        self._bars.setAccessibleDescription(self._bars.describe())
        self._facts["rate"].setText(
            tr(
                "captured {captured:.1f}, processed {processed:.1f}, drawn {drawn:.1f} frames per second",
                captured=timing.captured_fps,
                processed=timing.fps,
                drawn=drawn_fps,
            )
        )
        self._facts["lost"].setText(
            tr(
                "{lost} lost by the camera, {skipped} skipped by the engine",
                lost=timing.lost,
                skipped=timing.skipped,
            )
        )

    def show_source(self, info: SourceInfo) -> None:
        """Show name, size and streams of the source."""
        self._facts["source"].setText(info.name)
        names = " + ".join(tr(NAMES[stream]) for stream in STREAMS if stream in info.declared)
        self._facts["streams"].setText(f"{names}, {info.width} x {info.height}, {info.fps:g} Hz")

    def show_facts(self, facts: EngineFacts | None) -> None:
        """Show model, policy and device; None if no engine is running."""
        if facts is None:
            for name in ("model", "policy", "runs"):
                self._facts[name].setText("–")
            self._card.clear()
            return
        self._facts["model"].setText(facts.model)
        self._facts["runs"].setText(facts.provider)
        limits = facts.threshold
        self._facts["policy"].setText(f"{facts.policy}: {limit_words(limits)}")
        parts = [
            tr("{network}, trained on {data}.", network=facts.card.architecture, data=facts.card.training_data),
            facts.card.limits,
        ]
        if facts.model_sha256:
            parts.append(f"sha256 {facts.model_sha256[:16]}…")
        self._card.setText(" ".join(part for part in parts if part))
