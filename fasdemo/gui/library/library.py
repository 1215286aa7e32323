"""Show the recorded sessions below a folder, with pictures, verdicts beside the truth, and a search."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QIcon, QPixmap
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from fasdemo.engine.result import Status
from fasdemo.gui.library.library_index import THUMBNAIL_PX, LibraryEntry, LibraryIndex
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.pictures import as_qimage
from fasdemo.gui.widgets.verdict_bar import MARKERS_ROLE, VERDICTS_ROLE, VerdictBar, marker_words, shares
from fasdemo.tuning.gallery import Kind
from fasdemo.tuning.scores.scoring import Progress

COLUMNS = (
    "", "Subject", "Shown", "Verdicts", "Agreement", "Recorded", "Length", "Distance", "Lighting", "Camera", "Folder",
)  # fmt: skip
_VERDICTS, _RECORDED = COLUMNS.index("Verdicts"), COLUMNS.index("Recorded")
FILTERS = ("All sessions", "Last 7 days", "Verdict differs from the truth", "Not scored")
MISTAKES: dict[Kind, str] = {
    "accepted": "attack accepted", "refused": "live person refused", "uncertain": "uncertain",
}  # fmt: skip
RECENT_DAYS = 7
_SORT_MS = 150
"""Time that sessions which are found are collected before the list is sorted again."""
_KEY_ROLE = Qt.ItemDataRole.UserRole + 2


class _Item(QTableWidgetItem):
    """A cell that is sorted by a key instead of its words."""

    @override
    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, others = self.data(_KEY_ROLE), other.data(_KEY_ROLE)
        return bool(mine < others)


class Library(QWidget):
    """The page with the sessions of one root folder.

    Signals:
        opened: Path: the user opens this session.
        closed: the user leaves the library.
        score_wanted: list of Path: the user wants these sessions to be scored.
        cancel_wanted: the user cancels the scoring.
    """

    opened = pyqtSignal(object)
    closed = pyqtSignal()
    score_wanted = pyqtSignal(object)
    cancel_wanted = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.root: Path | None = None
        self.index = LibraryIndex(self)
        self.index.found.connect(self._add)
        self.index.finished.connect(self._finish)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search: subject, attack type, date, light or camera"))
        self.search.setAccessibleName(tr("Search the library"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._open_first)
        self.only = QComboBox()
        self.only.setAccessibleName(tr("Sessions to show"))
        self.only.addItems([tr(words) for words in FILTERS])
        self.only.currentIndexChanged.connect(self._filter)
        self.status = QLabel("")
        self.status.setProperty("role", "caption")
        self.score = QPushButton(tr("Score selected"))
        self.score.setToolTip(
            tr("Compute the verdicts on the selected sessions with the present model, in the background")
        )
        self.score.clicked.connect(self._score_selected)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_wanted)
        back = QPushButton(tr("Close the library"))
        back.clicked.connect(self.closed)
        self._scoring = False
        self._sort_later = QTimer(self)
        self._sort_later.setSingleShot(True)
        self._sort_later.setInterval(_SORT_MS)
        self._sort_later.timeout.connect(self._sort)
        self._build_table()
        top, below = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addWidget(self.only)
        top.addWidget(self.score)
        top.addWidget(back)
        below.addWidget(self.status, 1)
        below.addWidget(self.progress)
        below.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addLayout(top)
        layout.addLayout(below)
        layout.addWidget(self.table, 1)
        self.show_scoring(False)

    def _build_table(self) -> None:
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName(tr("Recorded sessions"))
        self.table.setHorizontalHeaderLabels([tr(words) if words else "" for words in COLUMNS])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setIconSize(QSize(*THUMBNAIL_PX))
        self.table.setShowGrid(False)
        self.table.setItemDelegateForColumn(_VERDICTS, VerdictBar(self.table))
        self.table.activated.connect(lambda index: self._open(index.row()))
        self.table.itemSelectionChanged.connect(self._show_whether_possible)
        self.score_action = QAction(tr("Score selected"), self.table)
        self.score_action.triggered.connect(self._score_selected)
        self.table.addAction(self.score_action)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        rows, columns = self.table.verticalHeader(), self.table.horizontalHeader()
        assert rows is not None
        assert columns is not None
        self._header = columns
        rows.setVisible(False)
        rows.setDefaultSectionSize(THUMBNAIL_PX[1] + 8)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        columns.setSectionsClickable(True)
        columns.setSortIndicatorShown(True)
        columns.setSortIndicator(_RECORDED, Qt.SortOrder.DescendingOrder)
        columns.sortIndicatorChanged.connect(self._sort)

    @property
    def entries(self) -> list[LibraryEntry]:
        """The sessions in the order of the rows."""
        return [self._entry(row) for row in range(self.table.rowCount())]

    def _entry(self, row: int) -> LibraryEntry:
        item = self.table.item(row, 0)
        assert item is not None
        entry = item.data(Qt.ItemDataRole.UserRole)
        assert isinstance(entry, LibraryEntry)
        return entry

    def show_root(self, root: Path) -> None:
        """Show the sessions below a folder."""
        self.root = root
        self.table.setRowCount(0)
        self.status.setText(tr("Looking for sessions in {folder} …", folder=root))
        self.index.read(root)
        self.search.setFocus()

    def _add(self, reading: int, entry: LibraryEntry) -> None:
        if reading != self.index.reading or self.root is None:
            return
        row = self.table.rowCount()
        self.table.insertRow(row)
        self._fill(row, entry)
        self.table.setRowHidden(row, not self._matches(entry))
        if not self._sort_later.isActive():
            self._sort_later.start()

    def _fill(self, row: int, entry: LibraryEntry) -> None:
        assert self.root is not None
        minutes, seconds = divmod(round(entry.length_s), 60)
        length = "" if entry.problem else f"{minutes}:{seconds:02d}"
        where = entry.problem or entry.folder.relative_to(self.root).as_posix()
        verdicts = entry.verdicts
        not_scored = "" if entry.problem or verdicts is not None else tr("not scored")
        started = 0.0 if entry.started is None else entry.started.timestamp()
        cells: tuple[tuple[str, Any], ...] = (
            ("", started),
            (entry.subject, entry.subject),
            (entry.shown, entry.shown),
            (not_scored, -1.0 if verdicts is None else verdicts.share(Status.LIVE)),
            (_agreement(entry), _agreement(entry)),
            (entry.date, started),
            (length, entry.length_s),
            (tr(entry.distance), entry.distance),
            (tr(entry.light), entry.light),
            (entry.device, entry.device),
            (where, where),
        )
        for column, (words, key) in enumerate(cells):
            item = _Item(words)
            item.setData(_KEY_ROLE, key)
            item.setToolTip(entry.problem or str(entry.folder))
            self.table.setItem(row, column, item)
            if column == 0:
                item.setData(Qt.ItemDataRole.UserRole, entry)
                if entry.picture is not None:
                    item.setIcon(QIcon(QPixmap.fromImage(as_qimage(entry.picture))))
            if column == _VERDICTS and verdicts is not None:
                item.setData(VERDICTS_ROLE, verdicts)
                words = shares(verdicts)
                item.setToolTip(f"{words}\n{verdicts.model}, {verdicts.policy}")
                item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            elif column == _VERDICTS and entry.no_verdicts:
                item.setToolTip(entry.no_verdicts)
            if column == _VERDICTS and entry.markers:
                item.setData(MARKERS_ROLE, entry.markers)
                item.setToolTip(f"{item.toolTip()}\n{marker_words(len(entry.markers))}")

    def _sort(self) -> None:
        self.table.sortItems(self._header.sortIndicatorSection(), self._header.sortIndicatorOrder())
        # The rows were hidden by their place.
        self._filter()

    def _finish(self, reading: int, problem: str) -> None:
        if reading == self.index.reading:
            self._sort()
            if problem:
                self.status.setText(problem)

    def _filter(self) -> None:
        entries = self.entries
        shown = 0
        for row, entry in enumerate(entries):
            matches = self._matches(entry)
            self.table.setRowHidden(row, not matches)
            shown += matches
        subjects = len({entry.subject for entry in entries if not entry.problem})
        damaged = sum(bool(entry.problem) for entry in entries)
        words = tr(
            "{shown} of {count} sessions, {subjects} subjects", shown=shown, count=len(entries), subjects=subjects
        )
        self.status.setText(words + ", " + tr("{count} cannot be read", count=damaged) if damaged else words)
        self._show_whether_possible()

    def _matches(self, entry: LibraryEntry) -> bool:
        """Return whether an entry is shown: it is of the chosen kind, and has all words of the search."""
        wanted = self.search.text().lower().split()
        if not self._is_kind(entry):
            return False
        words = _words(entry) if wanted else ""
        return all(word in words for word in wanted)

    def _is_kind(self, entry: LibraryEntry) -> bool:
        only = FILTERS[self.only.currentIndex()]
        if only == "Last 7 days":
            return entry.started is not None and datetime.now().astimezone() - entry.started < timedelta(RECENT_DAYS)
        if only == "Verdict differs from the truth":
            return entry.verdicts is not None and any(one.mistake for one in entry.verdicts.judged)
        return only == "All sessions" or (entry.verdicts is None and not entry.problem)

    def _open_first(self) -> None:
        """Open the only session that matches, or move to the list."""
        rows = self._shown_rows()
        if len(rows) == 1:
            self._open(rows[0])
        elif rows:
            self.table.setCurrentCell(rows[0], 1)
            self.table.setFocus(Qt.FocusReason.TabFocusReason)

    def _shown_rows(self) -> list[int]:
        return [row for row in range(self.table.rowCount()) if not self.table.isRowHidden(row)]

    def _open(self, row: int) -> None:
        entry = self._entry(row)
        if entry.problem:
            self.status.setText(entry.problem)
        else:
            self.opened.emit(entry.folder)

    # Verdicts.

    def _selected(self) -> list[Path]:
        """Return the selected sessions that are shown and can be read."""
        rows = sorted({index.row() for index in self.table.selectedIndexes()} & set(self._shown_rows()))
        return [entry.folder for entry in map(self._entry, rows) if not entry.problem]

    def _score_selected(self) -> None:
        folders = self._selected()
        if folders and not self._scoring:
            self.score_wanted.emit(folders)

    def _show_whether_possible(self) -> None:
        possible = not self._scoring and bool(self._selected())
        self.score.setEnabled(possible)
        self.score_action.setEnabled(possible)

    def show_scoring(self, running: bool, sentence: str = "") -> None:
        """Show whether sessions are scored, and a sentence about the scoring that ended."""
        self._scoring = running
        self.progress.setRange(0, 0)
        self.progress.setFormat("")
        self.progress.setVisible(running)
        self.cancel.setVisible(running)
        self._show_whether_possible()
        if sentence:
            self.status.setText(sentence)

    def show_progress(self, progress: Progress) -> None:
        """Show the progress of the scoring."""
        self.progress.setRange(0, max(progress.total, 1))
        self.progress.setValue(progress.done)
        left = ""
        if progress.left_s is not None:
            minutes, seconds = divmod(round(progress.left_s), 60)
            left = ", " + tr("{minutes}:{seconds:02d} left", minutes=minutes, seconds=seconds)
        self.progress.setFormat(
            tr("{done} of {total} sessions{left}", done=progress.done, total=progress.total, left=left)
        )
        self.progress.setToolTip(progress.name)

    def show_verdicts(self, judged: LibraryEntry) -> None:
        """Show the verdicts of an entry on the session with the same folder, if it is in the list."""
        for row, entry in enumerate(self.entries):
            if entry.folder == judged.folder and not entry.problem:
                self._fill(row, replace(entry, verdicts=judged.verdicts, no_verdicts=judged.no_verdicts))
                self._filter()

    def read_again(self) -> None:
        """Read the sessions again, e.g. after a change of the model."""
        if self.root is not None:
            self.show_root(self.root)


def _agreement(entry: LibraryEntry) -> str:
    """Return in words whether the verdict agrees with the truth; empty if there is none."""
    if entry.verdicts is None:
        return ""
    judged = entry.verdicts.judged
    if not judged:
        return tr("no label")
    right = sum(one.mistake is None for one in judged)
    if len(judged) > 1:
        return tr("{right} of {count} agree", right=right, count=len(judged))
    mistake = judged[0].mistake
    return tr("agrees") if mistake is None else tr(MISTAKES[mistake])


def _words(entry: LibraryEntry) -> str:
    """Return the words of an entry that the search looks at, in lower case."""
    words = [entry.subject, entry.shown, entry.date, entry.device, entry.folder.name, _agreement(entry)]
    words += [*entry.kinds, entry.distance, tr(entry.distance), entry.light, tr(entry.light)]
    if entry.verdicts is None and not entry.problem:
        words.append(tr("not scored"))
    return " ".join(words).lower()
