"""Show the recorded sessions below a folder, with pictures and a search."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fasdemo.gui.library_index import THUMBNAIL_PX, LibraryEntry, LibraryIndex
from fasdemo.gui.pictures import as_qimage
from fasdemo.gui.translation import tr

COLUMNS = ("", "Subject", "Shown", "Recorded", "Length", "Camera", "Folder")


class Library(QWidget):
    """The page with the sessions of one root folder.

    Signals:
        opened: Path: the user opens this session.
        closed: the user leaves the library.
    """

    opened = pyqtSignal(object)
    closed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.root: Path | None = None
        self.entries: list[LibraryEntry] = []
        self.index = LibraryIndex(self)
        self.index.found.connect(self._add)
        self.index.finished.connect(self._finish)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search: subject, attack type, date or camera"))
        self.search.setAccessibleName(tr("Search the library"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._open_first)
        self.status = QLabel("")
        self.status.setProperty("role", "caption")
        back = QPushButton(tr("Close the library"))
        back.clicked.connect(self.closed)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName(tr("Recorded sessions"))
        self.table.setHorizontalHeaderLabels([tr(words) if words else "" for words in COLUMNS])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setIconSize(QSize(*THUMBNAIL_PX))
        self.table.setShowGrid(False)
        self.table.activated.connect(lambda index: self._open(index.row()))
        rows, columns = self.table.verticalHeader(), self.table.horizontalHeader()
        assert rows is not None
        assert columns is not None
        rows.setVisible(False)
        rows.setDefaultSectionSize(THUMBNAIL_PX[1] + 8)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addLayout(top)
        layout.addWidget(self.status)
        layout.addWidget(self.table, 1)

    def show_root(self, root: Path) -> None:
        """Show the sessions below a folder."""
        self.root = root
        self.entries.clear()
        self.table.setRowCount(0)
        self.status.setText(tr("Looking for sessions in {folder} …", folder=root))
        self.index.read(root)
        self.search.setFocus()

    def _add(self, reading: int, entry: LibraryEntry) -> None:
        if reading != self.index.reading or self.root is None:
            return
        self.entries.append(entry)
        row = self.table.rowCount()
        self.table.insertRow(row)
        minutes, seconds = divmod(round(entry.length_s), 60)
        length = "" if entry.problem else f"{minutes}:{seconds:02d}"
        where = entry.folder.relative_to(self.root).as_posix()
        values = ("", entry.subject, entry.shown, entry.started, length, entry.device, entry.problem or where)
        for column, words in enumerate(values):
            item = QTableWidgetItem(words)
            item.setToolTip(entry.problem or str(entry.folder))
            self.table.setItem(row, column, item)
        if entry.picture is not None:
            picture = self.table.item(row, 0)
            assert picture is not None
            picture.setIcon(QIcon(QPixmap.fromImage(as_qimage(entry.picture))))
        self._filter()

    def _finish(self, reading: int, problem: str) -> None:
        if reading == self.index.reading:
            self._filter()
            if problem:
                self.status.setText(problem)

    def _filter(self) -> None:
        wanted = self.search.text().lower().split()
        shown = 0
        for row, entry in enumerate(self.entries):
            words = " ".join((entry.subject, entry.shown, entry.started, entry.device, entry.folder.name)).lower()
            matches = all(word in words for word in wanted)
            self.table.setRowHidden(row, not matches)
            shown += matches
        subjects = len({entry.subject for entry in self.entries if not entry.problem})
        damaged = sum(bool(entry.problem) for entry in self.entries)
        words = tr(
            "{shown} of {count} sessions, {subjects} subjects", shown=shown, count=len(self.entries), subjects=subjects
        )
        self.status.setText(words + ", " + tr("{count} cannot be read", count=damaged) if damaged else words)

    def _open_first(self) -> None:
        """Open the only session that matches, or move to the list."""
        rows = [row for row in range(len(self.entries)) if not self.table.isRowHidden(row)]
        if len(rows) == 1:
            self._open(rows[0])
        elif rows:
            self.table.setCurrentCell(rows[0], 1)
            self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _open(self, row: int) -> None:
        entry = self.entries[row]
        if entry.problem:
            self.status.setText(entry.problem)
        else:
            self.opened.emit(entry.folder)
