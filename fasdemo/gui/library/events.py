"""The list of stored events with their pictures, newest first, filtered by kind and camera."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPixmap
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fasdemo.engine.reasons import Reason
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.pictures import as_qimage, fitted, resized
from fasdemo.runtime.outputs.event_picture_store import StoredEvent, read_index
from fasdemo.runtime.outputs.event_picture_writer import EventPictureSettings
from fasdemo.sessions.image_codec import read_image

PICTURE_WIDTH_PX, PICTURE_HEIGHT_PX = 360, 270
SMALL_WIDTH_PX, SMALL_HEIGHT_PX = 176, 132


class EventsDialog(QDialog):
    """A list of the events in a folder with the pictures and facts of the selected one.

    Args:
        settings: the folder and its days.
        on: whether events are being stored now.
        parent: the window.
    """

    def __init__(self, settings: EventPictureSettings, on: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Events with pictures"))
        self._folder = settings.folder
        self.words = QLabel("")
        self.words.setWordWrap(True)
        self.filter = QComboBox()
        self.filter.setAccessibleName(tr("Show"))
        for words, kind in ((tr("All events"), ""), ("LIVE", "LIVE"), ("SPOOF", "SPOOF"), (tr("Locked out"), "LOCKED")):
            self.filter.addItem(words, kind)
        self.cameras = QComboBox()
        self.cameras.setAccessibleName(tr("Cameras"))
        self.cameras.addItem(tr("All cameras"), None)
        self.cameras.hide()
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Events"))
        self.pictures = {stream: QLabel("") for stream in STREAMS}
        for label in self.pictures.values():
            label.setAccessibleName(tr("Picture of the event"))
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pictures["rgb"].setMinimumSize(PICTURE_WIDTH_PX, 120)
        self.facts = QLabel("")
        self.facts.setWordWrap(True)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._arrange()
        self._show_events(settings, on)
        self.list.currentItemChanged.connect(lambda item, _: self._show_event(item))
        for choice in (self.filter, self.cameras):
            choice.currentIndexChanged.connect(self._filter)
        self._select_first()

    def _arrange(self) -> None:
        small = QHBoxLayout()
        small.addWidget(self.pictures["depth"])
        small.addWidget(self.pictures["ir"])
        right = QVBoxLayout()
        right.addWidget(self.pictures["rgb"])
        right.addLayout(small)
        right.addWidget(self.facts)
        right.addStretch(1)
        left = QVBoxLayout()
        left.addWidget(self.filter)
        left.addWidget(self.cameras)
        left.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addLayout(left, 1)
        row.addLayout(right)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addLayout(row, 1)
        layout.addWidget(buttons)
        screen = self.screen()
        wanted = QSize(900, 560)
        self.resize(wanted if screen is None else wanted.boundedTo(screen.availableSize() - QSize(20, 60)))

    def _show_events(self, settings: EventPictureSettings, on: bool) -> None:
        try:
            events = read_index(self._folder)
        except UserError as error:
            self.words.setText(str(error))
            return
        lines = [] if on else [tr("Pictures of events are off; switch them on in the preferences.")]
        if events:
            lines.append(
                tr(
                    "{count} events in {folder}, deleted after {days} days.",
                    count=len(events),
                    folder=self._folder,
                    days=settings.keep_days,
                )
            )
        else:
            lines.append(tr("There are no events in {folder}.", folder=self._folder))
        self.words.setText(" ".join(lines))
        found = {_source(event): event.source_id for event in events}
        for source in sorted(found, key=lambda source: (len(found[source]), source)):
            self.cameras.addItem(source, source)
        self.cameras.setVisible(self.cameras.count() > 2)
        for event in reversed(events):
            time = f"{event.utc.astimezone():%Y-%m-%d %H:%M:%S}"
            item = QListWidgetItem(f"{time}  {_kind_words(event)}  {_source(event)}")
            item.setData(Qt.ItemDataRole.UserRole, event)
            self.list.addItem(item)

    def _filter(self) -> None:
        kind, source = self.filter.currentData(), self.cameras.currentData()
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item is not None:
                event = item.data(Qt.ItemDataRole.UserRole)
                wanted = (not kind or event.kind == kind) and source in (None, _source(event))
                item.setHidden(not wanted)
        self._select_first()

    def _select_first(self) -> None:
        items = (self.list.item(row) for row in range(self.list.count()))
        first = next((item for item in items if item is not None and not item.isHidden()), None)
        self.list.setCurrentItem(first)
        self._show_event(first)

    def _show_event(self, item: QListWidgetItem | None) -> None:
        event = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        for stream, label in self.pictures.items():
            label.clear()
            label.setVisible(stream == "rgb" or (event is not None and stream in event.pictures))
            if event is not None and stream in event.pictures:
                room = (PICTURE_WIDTH_PX, PICTURE_HEIGHT_PX) if stream == "rgb" else (SMALL_WIDTH_PX, SMALL_HEIGHT_PX)
                self._show_picture(label, event.pictures[stream], *room)
        self.facts.setText("" if event is None else _facts(event))

    def _show_picture(self, label: QLabel, name: str, width: int, height: int) -> None:
        try:
            image = read_image(self._folder / name, "rgb")
        except (OSError, ValueError):
            label.setText(tr("The picture cannot be read."))
            return
        small = resized(image, *fitted(image.shape[1], image.shape[0], width, height))
        label.setPixmap(QPixmap.fromImage(as_qimage(np.ascontiguousarray(small))))


def _source(event: StoredEvent) -> str:
    """Return the number of the camera, if there are several, and its name."""
    return f"{event.source_id} · {event.source}" if event.source_id else event.source


def _kind_words(event: StoredEvent) -> str:
    return tr("Locked out") if event.kind == "LOCKED" else event.kind


def _facts(event: StoredEvent) -> str:
    """Return the facts of an event as lines: verdict and face, reasons, model and policy."""
    meanings = {reason.value: reason.meaning for reason in Reason}
    reasons = [tr(meanings[code]) if code in meanings else code for code in event.reasons]
    return "\n".join(
        [
            f"{_kind_words(event)}  #{event.track_id}  {event.timestamp_s:.2f} s",
            *reasons,
            f"{event.model} {event.model_sha256[:12]}  {event.policy}",
        ]
    )
