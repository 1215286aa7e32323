"""The panel for labelled recordings: labels, consent and progress."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QDate, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from fasdemo.capture.source import SourceInfo
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.gui.recording.conditions import Conditions
from fasdemo.gui.recording.desk import Desk
from fasdemo.gui.recording.now_shown import NowShown
from fasdemo.gui.recording.people import People
from fasdemo.gui.recording.takes import Takes
from fasdemo.gui.settings import MAX_COUNTDOWN_S, MAX_RETAIN_DAYS, MAX_TAKE_S
from fasdemo.gui.style.icons import icon
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.growing_text import GrowingText
from fasdemo.gui.widgets.heading import heading
from fasdemo.record.labels import SPECIES, Labels, labels_from_options
from fasdemo.record.people import Person
from fasdemo.runtime.outputs.recording import Recording, Stage

CONSENT = "I agree that my face is recorded in colour, depth and infrared for liveness research."
_BYTES_PER_PIXEL: dict[Stream, float] = {"rgb": 0.35, "depth": 0.9, "ir": 0.6}
"""Usual size of the stored images, see `docs/sessions.md`."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class RecordPanel(QWidget):
    """The form with the labels, and the figures of the running recording.

    Signals:
        wanted: Labels: the user starts a recording.
        finished: the user stops the running recording.
    """

    wanted = pyqtSignal(object)
    finished = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info: SourceInfo | None = None
        self._root = Path()
        self._recording: Recording | None = None
        self._consent_for: Recording | None = None
        self.live = _choice(tr("Live person"))
        self.spoof = _choice(tr("Attack"))
        self.live.setChecked(True)
        self._kind = QButtonGroup(self)
        self._kind.addButton(self.live)
        self._kind.addButton(self.spoof)
        self.species = QComboBox()
        self.species.setEditable(True)
        # The list contains suggestions; any name that is valid as a folder name is accepted.
        self.species.addItems(SPECIES)
        self.species.setCurrentText("print-flat")
        self.species.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.instrument = QLineEdit()
        self.instrument.setPlaceholderText(tr("e.g. A4 laser print"))
        self.subject = QLineEdit()
        self.subject.setPlaceholderText(tr("pseudonym, e.g. S01"))
        self.consent = QCheckBox(tr("The person has agreed"))
        self.consent.setMinimumHeight(self.subject.sizeHint().height())
        self.statement = GrowingText(tr(CONSENT))
        self.until = QDateEdit()
        self.until.setCalendarPopup(True)
        self.until.setDisplayFormat("yyyy-MM-dd")
        self.until.setMinimumDate(QDate.currentDate())
        self.countdown = _seconds(MAX_COUNTDOWN_S, tr("none"))
        self.length = _seconds(MAX_TAKE_S, tr("no limit"))
        self._counting_s = 0
        self.button = QPushButton(tr("Start recording"))
        self.button.setProperty("role", "primary")
        self.button.setMinimumHeight(38)
        self.button.clicked.connect(self.toggle)
        self._hint = QLabel("")
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "caption")
        self._figures = {name: QLabel("–") for name in ("time", "written", "lost", "disk")}
        self.now = NowShown()
        self.takes = Takes()
        self.people = People()
        self.conditions = Conditions()
        self.desk = Desk()
        self.people.chosen.connect(self._fill)
        self._form = QWidget()
        self._build()
        self.subject.textChanged.connect(self._withdraw_consent)
        self.statement.textChanged.connect(self._withdraw_consent)
        self.species.currentTextChanged.connect(self._check)
        self.consent.toggled.connect(self._check)
        self._kind.buttonToggled.connect(self._check)
        self.show_source(None, Path())

    def _build(self) -> None:
        kind = QHBoxLayout()
        kind.setSpacing(6)
        kind.addWidget(self.live)
        kind.addWidget(self.spoof)
        times = QHBoxLayout()
        times.setSpacing(6)
        length = QLabel(tr("Length"))
        length.setProperty("role", "caption")
        length.setBuddy(self.length)
        self.countdown.setAccessibleName(tr("Count-down"))
        self.length.setAccessibleName(tr("Length"))
        times.addWidget(self.countdown)
        times.addWidget(length)
        times.addWidget(self.length, 1)
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for words, field in (
            (tr("People"), self.people),
            (tr("Subject"), self.subject),
            (tr("What is shown"), kind),
            (tr("Attack type"), self.species),
            (tr("Attack material"), self.instrument),
            (tr("Distance, light"), self.conditions),
            (tr("Consent"), self.consent),
            (tr("Statement"), self.statement),
            (tr("Keep until"), self.until),
            (tr("Count-down"), times),
        ):
            caption = QLabel(words)
            caption.setProperty("role", "caption")
            caption.setMinimumHeight(self.subject.sizeHint().height())
            if isinstance(field, QWidget):
                field.setAccessibleName(words)
                caption.setBuddy(field)
                form.addRow(caption, field)
            else:
                form.addRow(caption, field)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        for column, (name, words) in enumerate(
            (("time", tr("Time")), ("written", tr("Written")), ("lost", tr("Lost")), ("disk", tr("Disk left")))
        ):
            caption = QLabel(words)
            caption.setProperty("role", "caption")
            value = self._figures[name]
            value.setAccessibleName(words)
            font = value.font()
            font.setBold(True)
            value.setFont(font)
            grid.addWidget(caption, 0, column)
            grid.addWidget(value, 1, column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 6, 8)
        layout.setSpacing(8)
        layout.addWidget(heading(tr("Labelled session")))
        # At the top, because the form is long and its button may be below the visible part.
        layout.addWidget(self.now)
        layout.addWidget(self._form)
        layout.addSpacing(4)
        layout.addWidget(self.button)
        layout.addWidget(self._hint)
        layout.addSpacing(4)
        layout.addLayout(grid)
        layout.addSpacing(6)
        layout.addWidget(self.takes)
        layout.addSpacing(6)
        layout.addWidget(self.desk)
        layout.addStretch(1)

    def show_source(self, info: SourceInfo | None, root: Path) -> None:
        """Set the source to record and the folder for sessions."""
        self._info, self._root = info, root
        self._check()
        self.refresh()

    def remember(self, subject: str, retain_days: int, countdown_s: int = 0, length_s: int = 0) -> None:
        """Fill in the values of the last recording."""
        self.subject.setText(subject)
        self.until.setDate(QDate.currentDate().addDays(retain_days))
        self.countdown.setValue(countdown_s)
        self.length.setValue(length_s)

    def show_count_down(self, seconds: int) -> None:
        """Show the seconds to the start of the recording; 0 if no count-down is running."""
        self._counting_s = seconds
        self.refresh()
        self._check()

    def _fill(self, person: Person, take: str) -> None:
        """Fill in the labels of a person's take, with the consent that they have signed."""
        if self.recording_now or self._counting_s:
            return
        self.subject.setText(person.subject)
        self.statement.setPlainText(f"{tr(CONSENT)} {tr('Signed form: {form}.', form=person.form)}")
        self.until.setDate(QDate(person.retain_until.year, person.retain_until.month, person.retain_until.day))
        (self.live if take == "live" else self.spoof).setChecked(True)
        if take != "live":
            self.species.setCurrentText(take)
        self.consent.setChecked(True)

    @property
    def retain_days(self) -> int:
        """Days from today to the day on which the recording must be deleted, from 1 to what the settings keep."""
        return min(max(1, QDate.currentDate().daysTo(self.until.date())), MAX_RETAIN_DAYS)

    def labels(self) -> Labels:
        """Return the labels in the form.

        Raises:
            UserError: an entry is missing or invalid.
        """
        attack = self.spoof.isChecked()
        labels = labels_from_options(
            self.subject.text().strip(),
            "spoof" if attack else "live",
            self.species.currentText().strip() if attack else None,
            self.instrument.text().strip() if attack else "",
            self.statement.toPlainText().strip() if self.consent.isChecked() else None,
            self.until.date().toString("yyyy-MM-dd"),
        )
        return replace(labels, distance=self.conditions.distance, light=self.conditions.light)

    def show_recording(self, recording: Recording | None) -> None:
        """Set the recording whose figures are shown."""
        self._recording = self._consent_for = recording
        if recording is not None:
            self.now.show_truth(recording.shown)
        self.refresh()

    @property
    def recording_now(self) -> bool:
        """Whether a recording is running."""
        return self._recording is not None and not self._recording.over

    def toggle(self) -> None:
        """Start a recording, or stop the running one or the count-down to it."""
        if self.recording_now or self._counting_s:
            self.finished.emit()
            return
        if self.missing():
            self._check()
            return
        try:
            self.wanted.emit(self.labels())
        except UserError as error:
            self._hint.setText(str(error))

    def refresh(self) -> None:
        """Update the figures; called a few times per second."""
        recording, running = self._recording, self.recording_now
        stage = None if recording is None else recording.stage
        self._form.setEnabled(not running and not self._counting_s)
        self.now.setVisible(running and stage is Stage.RUNNING)
        self.button.setIcon(icon("stop" if running else "record", self.button.palette().windowText().color()))
        words = {
            Stage.STARTING: tr("Starting…"),
            Stage.FINISHING: tr("Finishing…"),
            Stage.RUNNING: tr("Stop recording"),
        }
        self.button.setText(words.get(stage, tr("Start recording")) if stage else tr("Start recording"))
        if self._counting_s:
            self.button.setText(tr("Cancel: starts in {seconds} s", seconds=self._counting_s))
            self.button.setEnabled(True)
            self._hint.setText("")
        elif running:
            self.button.setEnabled(stage is Stage.RUNNING)
            self._hint.setText("" if recording is None or recording.status is None else f"{recording.status.folder}")
        elif recording is not None:
            if self._consent_for is recording:
                # Consent was given for one take of one subject; the next take asks again.
                self._consent_for = None
                self.consent.setChecked(False)
            self._hint.setText(recording.message)
            self.button.setEnabled(not self.missing())
        status = None if recording is None else recording.status
        rate = 0.0
        if status is not None:
            minutes, seconds = divmod(int(status.seconds), 60)
            self._figures["time"].setText(f"{minutes:02d}:{seconds:02d}")
            self._figures["written"].setText(str(status.written))
            self._figures["lost"].setText(str(status.lost))
            rate = status.megabytes / status.seconds if status.seconds > 1.0 else 0.0
        self._figures["disk"].setText(_disk_left(self._root, rate or _expected_rate(self._info)))

    def missing(self) -> str:
        """Return what the user must do before a recording can start, as a sentence; empty if nothing is missing."""
        if self._info is None:
            return tr("Open a camera to record a session.")
        if not self._info.live:
            return tr("This source is a file; open a camera to record.")
        if not _NAME.fullmatch(self.subject.text().strip()):
            return tr("Enter a pseudonym of letters, digits, '.', '_' and '-', never a real name.")
        if self.spoof.isChecked() and not _NAME.fullmatch(self.species.currentText().strip()):
            return tr("Enter the attack type, e.g. print-flat.")
        if not self.consent.isChecked() or not self.statement.toPlainText().strip():
            return tr("Tick consent to record.")
        return ""

    def _withdraw_consent(self) -> None:
        """Untick the consent, because it was given by another subject or for another statement."""
        self.consent.setChecked(False)
        self._check()

    def _check(self) -> None:
        attack = self.spoof.isChecked()
        self.species.setEnabled(attack)
        self.instrument.setEnabled(attack)
        if self.recording_now or self._counting_s:
            return
        missing = self.missing()
        self.button.setEnabled(not missing)
        self._hint.setText(missing)


def _choice(words: str) -> QPushButton:
    button = QPushButton(words)
    button.setCheckable(True)
    button.setProperty("role", "choice")
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button


def _seconds(most: int, none: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(0, most)
    box.setSuffix(" s")
    box.setSpecialValueText(none)
    box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    return box


def _expected_rate(info: SourceInfo | None) -> float:
    """Return the usual megabytes per second of a camera before its first take; 0 without a camera."""
    if info is None or not info.live:
        return 0.0
    per_pixel = sum(_BYTES_PER_PIXEL[stream] for stream in info.declared)
    return info.width * info.height * info.fps * per_pixel / 1e6


def _disk_left(root: Path, megabytes_per_second: float) -> str:
    """Return the free space on the disk of `root`, as recording time if the data rate is known."""
    place = root
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        free_mb = shutil.disk_usage(place).free / 1e6
    except OSError:
        return "–"
    if megabytes_per_second > 0:
        minutes = int(free_mb / megabytes_per_second / 60.0)
        return (
            f"{minutes // 60} h {minutes % 60:02d} min"
            if minutes < 48 * 60
            else tr("{days} days", days=minutes // 1440)
        )
    return f"{free_mb / 1000:.1f} GB"
