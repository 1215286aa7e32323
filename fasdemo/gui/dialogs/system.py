"""File and folder dialogs, and the about box."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox, QWidget

from fasdemo import __version__
from fasdemo.gui.style.icons import app_icon
from fasdemo.gui.translation import tr

_SOURCES = "(*.mp4 *.mkv *.mov *.avi *.webm *.db3 *.bag)"


def ask_for_file(parent: QWidget, recent: list[str]) -> Path | None:
    """Ask for a video, a recording or a model; return None if the user cancels."""
    kinds = f"{tr('Videos and recordings')} {_SOURCES};;{tr('Models (*.onnx)')};;{tr('All files (*)')}"
    found, _ = QFileDialog.getOpenFileName(parent, tr("Open a video or recording"), _beside(recent), kinds)
    return Path(found) if found else None


def ask_for_folder(parent: QWidget, recent: list[str]) -> Path | None:
    """Ask for a session or a folder of pictures; return None if the user cancels."""
    found = QFileDialog.getExistingDirectory(parent, tr("Open a session or a folder of pictures"), _beside(recent))
    return Path(found) if found else None


def ask_for_model(parent: QWidget) -> Path | None:
    """Ask for an ONNX file; return None if the user cancels."""
    found, _ = QFileDialog.getOpenFileName(parent, tr("Choose a model"), "", tr("Models (*.onnx)"))
    return Path(found) if found else None


def ask_for_preset(parent: QWidget) -> Path | None:
    """Ask for a preset of RealSense Viewer; return None if the user cancels."""
    found, _ = QFileDialog.getOpenFileName(parent, tr("Choose a preset"), "", tr("Camera presets (*.json)"))
    return Path(found) if found else None


def ask_for_log(parent: QWidget, proposal: Path) -> Path | None:
    """Ask where to write an event log; return None if the user cancels."""
    kinds = f"{tr('Event log, JSON lines (*.jsonl)')};;{tr('Event log, spreadsheet (*.csv)')}"
    found, kind = QFileDialog.getSaveFileName(parent, tr("Write the event log to"), str(proposal), kinds)
    if not found:
        return None
    path = Path(found)
    return path if path.suffix else path.with_suffix(".csv" if "csv" in kind else ".jsonl")


def ask_for_people(parent: QWidget) -> Path | None:
    """Ask for a list of people to record; return None if the user cancels."""
    kinds = tr("List of people (*.csv)")
    found, _ = QFileDialog.getOpenFileName(parent, tr("Open a list of people to record"), "", kinds)
    return Path(found) if found else None


def show_about(parent: QWidget) -> None:
    """Show the version and the limits of a verdict."""
    box = QMessageBox(parent)
    box.setWindowTitle(tr("About fasdemo"))
    box.setIconPixmap(app_icon().pixmap(64, 64))
    box.setText(f"<b>fasdemo {__version__}</b>")
    box.setInformativeText(
        tr("Tells a live face from a presentation attack, in real time, from colour, depth and infrared.")
        + "\n\n"
        + tr(
            "A verdict is a measurement with errors; the model card gives the error rates. A verdict on a file is "
            "not a live-camera decision."
        )
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def _beside(recent: list[str]) -> str:
    last = next((Path(spec) for spec in recent if Path(spec).exists()), None)
    return "" if last is None else str(last.parent)
