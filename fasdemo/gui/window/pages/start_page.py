"""The start page, shown while no source is open."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from fasdemo.gui.style.icons import app_icon, icon
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.heading import heading
from fasdemo.gui.window.pages.header import source_words

_RECENT = 5


class StartPage(QWidget):
    """The page with buttons to open a source and the list of recent sources.

    Signals:
        opened: str: the user opens this source.
        action: str: the user starts this action of `fasdemo.gui.dialogs.shortcuts`.
    """

    opened = pyqtSignal(str)
    action = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(72, 72)))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = QLabel(tr("Is there a live person in front of the camera?"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        font.setBold(True)
        title.setFont(font)
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = QLabel(tr("Open a camera, a video or a recorded session, or drop a file or folder here."))
        words.setProperty("role", "caption")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setWordWrap(True)
        self.buttons: dict[str, QPushButton] = {}
        grid = QGridLayout()
        grid.setSpacing(10)
        for number, (name, text, picture_name) in enumerate(
            (
                ("open_demo", tr("Demo session"), "demo"),
                ("open_realsense", tr("RealSense camera"), "depth-camera"),
                ("open_webcam", tr("Webcam"), "camera"),
                ("open_file", tr("Video or recording…"), "file"),
            )
        ):
            button = QPushButton(f"  {text}")
            button.setIcon(icon(picture_name))
            button.setIconSize(QSize(22, 22))
            button.setMinimumSize(180, 40)
            button.setStyleSheet("text-align: left; padding-left: 16px;")
            button.clicked.connect(lambda checked=False, name=name: self.action.emit(name))
            self.buttons[name] = button
            grid.addWidget(button, number // 2, number % 2)
        self._recent_heading = heading(tr("Recent"))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column = QWidget()
        column.setMaximumWidth(round(title.sizeHint().width() * 1.1))
        column.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        inner = QVBoxLayout(column)
        inner.setSpacing(12)
        inner.addWidget(picture)
        inner.addWidget(title)
        inner.addWidget(words)
        inner.addSpacing(10)
        inner.addLayout(grid)
        inner.addSpacing(10)
        inner.addWidget(self._recent_heading)
        inner.addLayout(self._recent)
        page = QWidget()
        around = QVBoxLayout(page)
        around.addStretch(2)
        around.addWidget(column, 0, Qt.AlignmentFlag.AlignHCenter)
        around.addStretch(3)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.show_recent([])

    def show_recent(self, recent: list[str]) -> None:
        """Show the recently opened sources."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._recent_heading.setVisible(bool(recent))
        for spec in recent[:_RECENT]:
            button = QPushButton(source_words(spec))
            button.setToolTip(spec)
            button.setProperty("role", "tab")
            button.setStyleSheet("text-align: left;")
            button.clicked.connect(lambda checked=False, spec=spec: self.opened.emit(spec))
            self._recent.addWidget(button)
