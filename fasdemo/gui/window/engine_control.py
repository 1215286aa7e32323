"""The model, policy and device in use, and the requirements for LIVE that are always added."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.controllers.rules import GivenRules, with_rules
from fasdemo.gui.settings import Settings
from fasdemo.runtime.requests import EngineRequest


class EngineControl(QObject):
    """The engine that the window requests for the open source and the next ones.

    Args:
        player: the player.
        settings: the user's settings; model, policy and device are stored in them.
        given: requirements for LIVE that override the settings.
        display: shows the colours of light challenges.
        in_kiosk: returns whether the window is in kiosk mode.
        parent: the window.

    Signals:
        changed: the request has changed, or an engine is ready.
        chosen: the user, or a rule, has changed the request.
    """

    changed = pyqtSignal()
    chosen = pyqtSignal()

    def __init__(
        self,
        player: Player,
        settings: Settings,
        given: GivenRules,
        display: ChallengeDisplay,
        in_kiosk: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._player, self._settings, self._given = player, settings, given
        self._display, self._in_kiosk = display, in_kiosk
        self.request = self._with_rules(EngineRequest(settings.model, settings.policy, settings.device))

    def use(self, engine: EngineRequest) -> None:
        """Change the model, policy or device while a source is open; the window's requirements are always added."""
        engine = self._with_rules(engine)
        self._remember(engine)
        self._player.use_engine(engine)
        self.changed.emit()
        self.chosen.emit()

    def use_model(self, path: Path) -> None:
        """Use a model file with its own policy."""
        self.use(EngineRequest(str(path), None, self.request.device))

    def use_site(self, path: Path | None) -> None:
        """Use a site file from now on; None uses none."""
        self._settings.site = "" if path is None else str(path)
        self.use(self.request)

    def take(self, engine: EngineRequest | None) -> None:
        """Take over the request of the engine that is ready now; None is the present request."""
        # A file that the site file does not fit must not remove it for the next camera.
        self._remember(self._with_rules(engine or self.request))
        self.changed.emit()

    def require(self) -> None:
        """Apply the requirements again, after a change of the settings or of kiosk mode."""
        if self.request != self._with_rules(self.request):
            self.use(self.request)

    def _with_rules(self, engine: EngineRequest) -> EngineRequest:
        return with_rules(engine, self._settings, self._given, self._in_kiosk(), self._display)

    def _remember(self, engine: EngineRequest) -> None:
        self.request = engine
        self._settings.model, self._settings.policy = engine.model, engine.policy
        self._settings.device = engine.device
