"""The window's main page: pictures and time line on the left, verdict and panels on the right."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFont, QFontMetrics
from PyQt6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from fasdemo.draw.depth_view import DepthScale
from fasdemo.frames import Stream
from fasdemo.gui.camera.camera_panel import CameraPanel
from fasdemo.gui.panes.depth_pane import DepthPane
from fasdemo.gui.panes.pane import Pane
from fasdemo.gui.panes.reasons_panel import ReasonsPanel
from fasdemo.gui.panes.timeline import Timeline
from fasdemo.gui.panes.timing_panel import TimingPanel
from fasdemo.gui.panes.verdict_card import VerdictCard
from fasdemo.gui.panes.video_pane import ColourPane, InfraredPane
from fasdemo.gui.recording.record_panel import RecordPanel
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.transport_bar import TransportBar

TABS = ("Why", "Timing", "Record", "Camera")


class Workspace(QWidget):
    """The main page: the layout, enlarged pictures and the tabs; controllers fill its widgets.

    Signals:
        snap: Pane: the user takes a snapshot of this pane.
        tab_chosen: int: the number of the shown tab.
    """

    snap = pyqtSignal(object)
    tab_chosen = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour_pane, self.depth_pane, self.infrared_pane = ColourPane(), DepthPane(), InfraredPane()
        self.panes: tuple[Pane, ...] = (self.colour_pane, self.depth_pane, self.infrared_pane)
        self._streams: frozenset[Stream] = frozenset({"rgb", "depth", "ir"})
        self._enlarged: Pane | None = None
        self.card = VerdictCard()
        self.reasons, self.timing, self.record, self.camera = (
            ReasonsPanel(),
            TimingPanel(),
            RecordPanel(),
            CameraPanel(),
        )
        self.timeline, self.transport = Timeline(), TransportBar()

        self.beside = _splitter(Qt.Orientation.Vertical, self.depth_pane, self.infrared_pane)
        self.pictures = _splitter(Qt.Orientation.Horizontal, self.colour_pane, self.beside)
        self.pictures.setStretchFactor(0, 2)
        self.pictures.setStretchFactor(1, 1)
        self.pictures.setSizes([620, 330])
        self.beside.setSizes([250, 250])
        below = QFrame()
        below.setProperty("role", "card")
        below_layout = QVBoxLayout(below)
        below_layout.setContentsMargins(8, 8, 12, 8)
        below_layout.setSpacing(6)
        below_layout.addWidget(self.timeline, 1)
        below_layout.addWidget(self.transport)
        below.setMinimumHeight(104)
        self.left = _splitter(Qt.Orientation.Vertical, self.pictures, below)
        self.left.setStretchFactor(0, 1)
        self.left.setStretchFactor(1, 0)
        self.left.setSizes([500, 215])
        self.main = _splitter(Qt.Orientation.Horizontal, self.left, self._side_bar())
        self.main.setStretchFactor(0, 1)
        self.main.setStretchFactor(1, 0)
        self.main.setSizes([950, 370])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self.main)
        for pane in self.panes:
            pane.enlarge.connect(lambda pane=pane: self.toggle_enlarged(pane))
            pane.snap.connect(lambda pane=pane: self.snap.emit(pane))

    def _side_bar(self) -> QWidget:
        bar = QWidget()
        bar.setMinimumWidth(280)
        tabs = QHBoxLayout()
        tabs.setSpacing(0)
        self._tabs = QButtonGroup(self)
        self.stack = QStackedWidget()
        panels = (self.reasons, self.timing, self.record, self.camera)
        for number, (words, panel) in enumerate(zip(TABS, panels, strict=True)):
            button = QPushButton(tr(words))
            button.setCheckable(True)
            button.setProperty("role", "tab")
            button.setAccessibleName(tr("{name} tab", name=tr(words)))
            bold = QFont(button.font())
            bold.setWeight(QFont.Weight.DemiBold)
            # The chosen tab is bold, and the button must not be too narrow for it.
            button.setMinimumWidth(QFontMetrics(bold).horizontalAdvance(tr(words)) + 14)
            self._tabs.addButton(button, number)
            tabs.addWidget(button)
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(panel)
            panel.setAutoFillBackground(False)
            viewport = area.viewport()
            assert viewport is not None
            viewport.setAutoFillBackground(False)
            self.stack.addWidget(area)
        tabs.addStretch(1)
        self._tabs.idClicked.connect(self.show_tab)
        layout = QVBoxLayout(bar)
        layout.setContentsMargins(2, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.card)
        layout.addLayout(tabs)
        layout.addWidget(self.stack, 1)
        self.show_tab(0)
        return bar

    def apply_settings(self, settings: Settings) -> None:
        """Use the settings of the depth colours and of the time line."""
        near, far = settings.depth_near_m, settings.depth_far_m
        self.depth_pane.set_scale(DepthScale(near, far) if near < far else DepthScale())
        self.timeline.set_window(settings.timeline_s)

    def fit(self, width: int, height: int) -> None:
        """Set the first positions of the splitters for a page of this size in pixels."""
        side = min(max(round(width * 0.27), 290), 720)
        self.main.setSizes([max(1, width - side), side])
        below = min(max(round(height * 0.27), 150), 420)
        self.left.setSizes([max(1, height - below), below])

    @property
    def tab(self) -> int:
        """The number of the shown tab."""
        return self.stack.currentIndex()

    def show_tab(self, number: int) -> None:
        """Show a tab of the side bar by its number."""
        number = min(max(number, 0), len(TABS) - 1)
        button = self._tabs.button(number)
        assert button is not None
        button.setChecked(True)
        self.stack.setCurrentIndex(number)
        self.tab_chosen.emit(number)

    def show_streams(self, streams: frozenset[Stream]) -> None:
        """Show the panes of these streams and hide the others."""
        self._streams = streams
        if self._enlarged is not None and not self._present(self._enlarged):
            self._enlarged = None
        self._arrange()

    @property
    def enlarged(self) -> Pane | None:
        """The pane that is shown alone; None if all are shown."""
        return self._enlarged

    def toggle_enlarged(self, pane: Pane) -> None:
        """Show only this pane, or all panes again."""
        if not self._present(pane):
            return
        self._enlarged = None if self._enlarged is pane else pane
        self._arrange()

    def restore(self) -> bool:
        """Show all panes; return False if they were shown already."""
        if self._enlarged is None:
            return False
        self._enlarged = None
        self._arrange()
        return True

    def _present(self, pane: Pane) -> bool:
        return {"colour": "rgb", "depth": "depth", "infrared": "ir"}[pane.name] in self._streams

    def _arrange(self) -> None:
        for pane in self.panes:
            pane.setVisible(self._present(pane) and self._enlarged in (None, pane))
            pane.set_enlarged(pane is self._enlarged)
        self.beside.setVisible(not self.depth_pane.isHidden() or not self.infrared_pane.isHidden())

    def snap_target(self) -> Pane:
        """Return the pane for a snapshot: the enlarged one, else the focused one, else colour."""
        if self._enlarged is not None:
            return self._enlarged
        return next((pane for pane in self.panes if pane.hasFocus()), self.colour_pane)

    def splitters(self) -> dict[str, QSplitter]:
        """Return the splitters whose positions are saved, by name."""
        return {"main": self.main, "left": self.left, "pictures": self.pictures, "beside": self.beside}


def _splitter(orientation: Qt.Orientation, first: QWidget, second: QWidget) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.addWidget(first)
    splitter.addWidget(second)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(8)
    return splitter
