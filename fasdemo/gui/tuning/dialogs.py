"""Questions of the tuning window: folder, names of files, name of a policy."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QInputDialog, QWidget

from fasdemo.gui.translation import tr
from fasdemo.models.card import ModelCard
from fasdemo.tuning.saving import check_policy_name


def ask_for_sessions(parent: QWidget, last: Path | None) -> Path | None:
    """Ask for a folder of sessions; return None if the user cancels."""
    found = QFileDialog.getExistingDirectory(
        parent, tr("Folder of labelled sessions"), "" if last is None else str(last)
    )
    return Path(found) if found else None


def ask_for_policy(parent: QWidget, card: ModelCard) -> tuple[str, Path] | None:
    """Ask for the name of a policy and for the file of the model's copy; return None if the user cancels.

    Raises:
        UserError: the model cannot get a policy of this name.
    """
    name, given = QInputDialog.getText(parent, tr("Save as a policy"), tr("Name of the policy"), text="own")
    if not given or not name.strip():
        return None
    check_policy_name(card, name.strip())
    path = _ask(
        parent, tr("Save a copy of the model"), f"{card.name}-{name.strip()}.onnx", tr("Models (*.onnx)"), ".onnx"
    )
    return None if path is None else (name.strip(), path)


def ask_for_site_file(parent: QWidget) -> Path | None:
    """Ask for the name of a site file; return None if the user cancels."""
    return _ask(parent, tr("Save a site file"), "site.json", tr("Site files (*.json)"), ".json")


def ask_for_report(parent: QWidget) -> Path | None:
    """Ask for the name of a report; return None if the user cancels."""
    return _ask(parent, tr("Save a report"), "report.html", tr("Reports (*.html)"), ".html")


def _ask(parent: QWidget, title: str, proposal: str, kinds: str, ending: str) -> Path | None:
    found, _ = QFileDialog.getSaveFileName(parent, title, proposal, kinds)
    if not found:
        return None
    path = Path(found)
    return path if path.suffix else path.with_suffix(ending)
