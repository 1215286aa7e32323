"""Correct the label of a session, or of a part of a session with several labels, from the gallery."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QWidget

from fasdemo.gui.recording.take_dialogs import RelabelDialog
from fasdemo.record.amend import correct, correct_part
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
    shown = case.presentation
    folder, session = shown.folder, load_session(shown.folder)
    part = session.label == "mixed"

    def change(label: str, species: str, instrument: str) -> None:
        release(folder)
        if part:
            correct_part(folder, shown.frames, label, species)
        else:
            correct(folder, label, species, instrument)

    if part:
        session = session.model_copy(update={"label": shown.truth.label, "species": shown.truth.species or None})
    dialog = RelabelDialog(session, change, parent, material=not part)
    dialog.open()
    return dialog
