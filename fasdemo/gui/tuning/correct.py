"""Correct the label of a session from the gallery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QWidget

from fasdemo.gui.recording.take_dialogs import RelabelDialog
from fasdemo.record.amend import correct
from fasdemo.sessions.loading import load_session
from fasdemo.tuning.gallery import Case


def correct_label(case: Case, release: Callable[[Path], object], parent: QWidget) -> RelabelDialog:
    """Open the dialog for the label of a case's session, and return it.

    Args:
        case: the case.
        release: closes the session if the main window plays it.
        parent: the window.

    Raises:
        UserError: the session cannot be read.
    """
    folder = case.presentation.folder

    def change(label: str, species: str, instrument: str) -> None:
        release(folder)
        correct(folder, label, species, instrument)

    dialog = RelabelDialog(load_session(folder), change, parent)
    dialog.open()
    return dialog
