"""The contents of the main window: header, message, the pages and the status line."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from fasdemo.gui.camera.camera_list import CameraList
from fasdemo.gui.library.library import Library
from fasdemo.gui.panes.verdict_card import VerdictCard
from fasdemo.gui.widgets.message_bar import MessageBar
from fasdemo.gui.window.pages.footer import Footer
from fasdemo.gui.window.pages.full_screen import Pages
from fasdemo.gui.window.pages.header import Header
from fasdemo.gui.window.pages.start_page import StartPage
from fasdemo.gui.window.pages.workspace import Workspace


class Body(QWidget):
    """The widgets of the main window and which of them are shown.

    Args:
        models: names of the shipped models.
        cameras: the connected cameras.
    """

    def __init__(self, models: Sequence[str], cameras: CameraList) -> None:
        super().__init__()
        self.header, self.footer, self.messages = Header(models, cameras), Footer(), MessageBar()
        self.start, self.workspace, self.kiosk = StartPage(), Workspace(), VerdictCard(large=True)
        self.library = Library()
        self.pages = Pages()
        self.pages.currentChanged.connect(lambda: self.footer.setVisible(self.pages.currentWidget() is self.workspace))
        for page in (self.start, self.workspace, self.kiosk, self.library):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self._message_room = QWidget()
        room = QVBoxLayout(self._message_room)
        room.setContentsMargins(12, 10, 12, 0)
        room.addWidget(self.messages)
        self._message_room.hide()
        self.messages.shown.connect(lambda shown: self._message_room.setVisible(shown and not self.in_kiosk))
        layout.addWidget(self._message_room)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.footer)

    @property
    def in_kiosk(self) -> bool:
        """Whether only the verdict is shown."""
        return self.pages.currentWidget() is self.kiosk

    @property
    def in_library(self) -> bool:
        """Whether the library is shown."""
        return self.pages.currentWidget() is self.library

    def show_kiosk(self) -> None:
        """Show only the verdict."""
        self.header.hide()
        self._message_room.hide()
        self.pages.setCurrentWidget(self.kiosk)

    def show_page(self, source_open: bool) -> None:
        """Show the workspace if a source is open, else the start page."""
        self.header.show()
        self._message_room.setVisible(bool(self.messages.words))
        self.pages.setCurrentWidget(self.workspace if source_open else self.start)

    def show_recent(self, recent: list[str]) -> None:
        """Show the sources that were opened last."""
        self.header.show_recent(recent)
        self.start.show_recent(recent)
