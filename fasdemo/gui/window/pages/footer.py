"""The status line at the bottom: rate, latency, skipped frames, model, policy and device."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget
from typing_extensions import override

from fasdemo.engine.result import EngineFacts
from fasdemo.gui.translation import tr
from fasdemo.publish.target import TargetStatus
from fasdemo.runtime.outputs.event_log_writer import LogStatus
from fasdemo.runtime.rolling import Timing


class Footer(QWidget):
    """The status line; the Timing tab shows more figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        # On a narrow screen the figures end with an ellipsis; the tool tip and the Timing tab have the whole text.
        self.items: dict[str, QLabel] = {name: QLabel("") for name in ("recording", "log", "output")}
        self.items |= {name: _Figures() for name in ("rate", "latency", "dropped", "engine")}
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 5, 16, 5)
        row.setSpacing(18)
        for name, label in self.items.items():
            label.setProperty("role", "caption")
            label.setAccessibleName(name)
            font = label.font()
            font.setPointSizeF(font.pointSizeF() * 0.9)
            label.setFont(font)
            if name == "engine":
                row.addStretch(1)
            row.addWidget(label)
        self.items["recording"].hide()
        self.items["log"].hide()
        self.items["output"].hide()

    def show_timing(self, timing: Timing | None, drawn_fps: float = 0.0) -> None:
        """Show the newest statistics and the rate of painted frames; None clears them."""
        if timing is None:
            for name in ("rate", "latency", "dropped"):
                self.items[name].clear()
            return
        self.items["rate"].setText(
            tr(
                "Captured {captured:.0f}, processed {processed:.0f}, drawn {drawn:.0f} fps",
                captured=timing.captured_fps,
                processed=timing.fps,
                drawn=drawn_fps,
            )
        )
        p50, p95 = timing.p50_ms["total"], timing.p95_ms["total"]
        self.items["latency"].setText(tr("Latency {p50:.0f} ms (95th percentile {p95:.0f} ms)", p50=p50, p95=p95))
        self.items["dropped"].setText(tr("Frames skipped: {count}", count=timing.lost + timing.skipped))
        self.items["dropped"].setToolTip(
            tr("{lost} lost by the camera, {skipped} skipped by the engine", lost=timing.lost, skipped=timing.skipped)
        )

    def show_facts(self, facts: EngineFacts | None) -> None:
        """Show model, policy and device; None clears them."""
        self.items["engine"].setText("" if facts is None else f"{facts.model}  ·  {facts.policy}  ·  {facts.provider}")

    def show_log(self, status: LogStatus | None) -> None:
        """Show the running event log, or hide the entry."""
        running = status is not None and status.running
        self.items["log"].setVisible(running)
        if status is not None and running:
            self.items["log"].setText(tr("LOG {file}: {lines}", file=_elided(status.path.name), lines=status.lines))
            self.items["log"].setToolTip(
                tr(
                    "{lines} lines in the event log {path}; press Ctrl+L to stop it",
                    lines=status.lines,
                    path=status.path,
                )
            )

    def show_outputs(self, outputs: Sequence[TargetStatus]) -> None:
        """Show the number of signals of the outputs on LIVE, or a failure; without outputs, hide the entry."""
        self.items["output"].setVisible(bool(outputs))
        if outputs:
            broken = [one.problem for one in outputs if one.problem]
            sent = ", ".join(str(one.sent) for one in outputs)
            self.items["output"].setText(tr("OUTPUT FAILED") if broken else tr("Output: {sent} sent", sent=sent))
            shown = [
                one.problem
                or tr("{name}: {sent} sent, {failed} failed", name=one.name, sent=one.sent, failed=one.failed)
                for one in outputs
            ]
            self.items["output"].setToolTip("\n".join(shown))

    def show_recording(self, words: str) -> None:
        """Show the text of the running recording; an empty text hides the entry."""
        # The colour of the dot is not needed to understand the text, because it contains the word REC.
        self.items["recording"].setText(words.replace("●", '<span style="color:#d55e00">●</span>'))
        self.items["recording"].setVisible(bool(words))


class _Figures(QLabel):
    """A text that ends with an ellipsis where there is too little room."""

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.end()


def _elided(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:12]}…{name[-15:]}"
