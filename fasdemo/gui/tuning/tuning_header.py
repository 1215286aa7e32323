"""The bar at the top of the tuning window: folder, one or two models and policies, and what can be saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from fasdemo.gui.dialogs import system
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.eliding_combo import ElidingCombo
from fasdemo.models.card import ModelCard

_CHOOSE = "\0choose"


@dataclass(frozen=True, slots=True)
class Choice:
    """A model and a policy; None is the automatic choice."""

    model: str | None = None
    policy: str | None = None


class ModelChoice(QWidget):
    """The choice of a model and one of its policies.

    Args:
        models: names of the shipped models.
        name: name for screen readers.

    Signals:
        changed: the user has chosen.
    """

    changed = pyqtSignal()

    def __init__(self, models: Sequence[str], name: str) -> None:
        super().__init__()
        self.model = ElidingCombo()
        self.model.setAccessibleName(f"{name}: {tr('Model')}")
        self.model.addItem(tr("Automatic"), None)
        for one in models:
            self.model.addItem(one, one)
        self.model.addItem(tr("Choose a file…"), _CHOOSE)
        self.policy = ElidingCombo()
        self.policy.setAccessibleName(f"{name}: {tr('Policy')}")
        self.policy.addItem(tr("Model's default"), None)
        self._last = 0
        self.model.activated.connect(self._choose_model)
        self.policy.activated.connect(lambda: self.changed.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.model)
        row.addWidget(self.policy)

    @property
    def choice(self) -> Choice:
        """The chosen model and policy."""
        return Choice(self.model.currentData(), self.policy.currentData())

    def show_policies(self, card: ModelCard, chosen: str | None) -> None:
        """Offer the policies of a model."""
        with QSignalBlocker(self.policy):
            self.policy.clear()
            self.policy.addItem(tr("{policy} (default)", policy=card.default_policy), None)
            for name in card.thresholds:
                if name != card.default_policy:
                    self.policy.addItem(name, name)
            self.policy.setCurrentIndex(max(0, self.policy.findData(chosen)))

    def _choose_model(self) -> None:
        if self.model.currentData() == _CHOOSE:
            found = system.ask_for_model(self)
            if found is None:
                self.model.setCurrentIndex(self._last)
                return
            self.model.insertItem(self.model.count() - 1, found.name, str(found))
            self.model.setCurrentIndex(self.model.count() - 2)
        self._last = self.model.currentIndex()
        with QSignalBlocker(self.policy):
            self.policy.clear()
            self.policy.addItem(tr("Model's default"), None)
        self.changed.emit()


class TuningHeader(QWidget):
    """The bar at the top.

    Args:
        models: names of the shipped models.

    Signals:
        folder_wanted: the user wants to choose a folder.
        chosen: the user has changed models or policies.
        save_policy, save_site, save_report: the user saves.
    """

    folder_wanted = pyqtSignal()
    chosen = pyqtSignal()
    save_policy = pyqtSignal()
    save_site = pyqtSignal()
    save_report = pyqtSignal()

    def __init__(self, models: Sequence[str]) -> None:
        super().__init__()
        self.folder = QPushButton(tr("Choose a folder…"))
        self.folder.setAccessibleName(tr("Folder of labelled sessions"))
        self.folder.clicked.connect(self.folder_wanted)
        self.first = ModelChoice(models, tr("First"))
        self.first.changed.connect(self.chosen)
        self.compare = QCheckBox(tr("Compare with"))
        self.second = ModelChoice(models, tr("Second"))
        self.second.changed.connect(self.chosen)
        self.second.setEnabled(False)
        self.compare.toggled.connect(self.second.setEnabled)
        self.compare.toggled.connect(lambda: self.chosen.emit())
        self.save = QToolButton()
        self.save.setText(tr("Save"))
        self.save.setProperty("role", "select")
        self.save.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.save)
        for words, signal in (
            (tr("Thresholds as a policy…"), self.save_policy),
            (tr("Threshold as a site file…"), self.save_site),
            (tr("Report…"), self.save_report),
        ):
            action = menu.addAction(words)
            assert action is not None
            action.triggered.connect(lambda checked=False, signal=signal: signal.emit())
        self.save.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for widget in (self.folder, self.first, self.compare, self.second):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.save)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """One or two models and policies to score."""
        return (self.first.choice, self.second.choice) if self.compare.isChecked() else (self.first.choice,)

    def show_folder(self, root: Path) -> None:
        """Show the name of the folder."""
        metrics = self.folder.fontMetrics()
        self.folder.setText(metrics.elidedText(root.name or str(root), Qt.TextElideMode.ElideMiddle, 180))
        self.folder.setToolTip(str(root))

    def show_policies(self, number: int, card: ModelCard, chosen: str | None) -> None:
        """Offer the policies of the first or second model."""
        (self.first, self.second)[number].show_policies(card, chosen)

    def show_ready(self, ready: bool) -> None:
        """Set whether there is something to save."""
        self.save.setEnabled(ready)
