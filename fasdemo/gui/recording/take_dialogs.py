"""Dialogs to change the label or the note of a take, and to discard it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from fasdemo.errors import UserError
from fasdemo.gui.translation import tr
from fasdemo.record.labels import SPECIES
from fasdemo.sessions.schema import Session


class TakeDialog(QDialog):
    """A dialog that is accepted only if its change succeeds.

    Args:
        title: title of the window.
        change: makes the change; raises UserError if it cannot.
        parent: the window.
    """

    def __init__(self, title: str, change: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._change = change
        self.problem = QLabel("")
        self.problem.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._buttons.accepted.connect(self._check)
        self._buttons.rejected.connect(self.reject)
        self.setMinimumWidth(400)

    def _check(self) -> None:
        try:
            self._change()
        except UserError as error:
            self.problem.setText(str(error))
        else:
            self.accept()


class RelabelDialog(TakeDialog):
    """The dialog for the label of a take.

    Args:
        session: the take's description.
        change: called with label, species and material.
        parent: the window.
        material: whether the attack material can be changed; not for a part of a session.
    """

    def __init__(
        self,
        session: Session,
        change: Callable[[str, str, str], object],
        parent: QWidget | None = None,
        material: bool = True,
    ) -> None:
        super().__init__(tr("Relabel the take"), self._apply, parent)
        self._relabel = change
        self.label = QComboBox()
        self.label.addItem(tr("Live person"), "live")
        self.label.addItem(tr("Attack"), "spoof")
        self.label.setCurrentIndex(max(0, self.label.findData(session.label)))
        self.species = QComboBox()
        self.species.setEditable(True)
        self.species.addItems(SPECIES)
        self.species.setCurrentText(session.species or SPECIES[0])
        self.instrument = QLineEdit(session.instrument)
        self.label.currentIndexChanged.connect(self._enable)
        form = QFormLayout()
        form.addRow(tr("What is shown"), self.label)
        form.addRow(tr("Attack type"), self.species)
        if material:
            form.addRow(tr("Attack material"), self.instrument)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(self._buttons)
        self._enable()

    def _enable(self) -> None:
        attack = self.label.currentData() == "spoof"
        self.species.setEnabled(attack)
        self.instrument.setEnabled(attack)

    def _apply(self) -> None:
        if self.label.currentData() == "spoof":
            self._relabel("spoof", self.species.currentText().strip(), self.instrument.text().strip())
        else:
            self._relabel("live", "", "")


class NoteDialog(TakeDialog):
    """The dialog for the note about a take.

    Args:
        session: the take's description.
        change: called with the note.
        parent: the window.
    """

    def __init__(self, session: Session, change: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(tr("Note about the take"), lambda: change(self.text.toPlainText().strip()), parent)
        self.text = QPlainTextEdit(session.note)
        self.text.setAccessibleName(tr("Note about the take"))
        self.text.setTabChangesFocus(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(self.problem)
        layout.addWidget(self._buttons)


def ask_to_discard(parent: QWidget, words: str, discard: Callable[[], object]) -> QMessageBox:
    """Ask whether to delete a take, and call `discard` if so; return the dialog, which is open."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(tr("Discard the take"))
    box.setText(tr("Delete this take? It cannot be restored."))
    box.setInformativeText(words)
    box.setStandardButtons(QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)

    def answered(button: QAbstractButton) -> None:
        if box.buttonRole(button) is QMessageBox.ButtonRole.DestructiveRole:
            discard()

    box.buttonClicked.connect(answered)
    box.open()
    return box
