"""Show the player's updates in the widgets, and remove a verdict that is no longer valid."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from fasdemo.capture.source import SourceInfo
from fasdemo.engine.result import EngineFacts, Status
from fasdemo.gui.controllers.playback_control import PlaybackControl
from fasdemo.gui.controllers.player import Player
from fasdemo.gui.panes.verdict_card import VerdictCard
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.message_bar import MessageBar
from fasdemo.gui.window.pages.footer import Footer
from fasdemo.gui.window.pages.workspace import Workspace
from fasdemo.runtime.headline import FROZEN, WAITING, Headline, current_headline, explained_face, public_headline
from fasdemo.runtime.rolling import Rolling
from fasdemo.runtime.updates import Phase, UiUpdate, View

_EVIDENCE_MS = 120
"""Interval at which reasons and evidence are updated while a source is running."""


class Presenter(QObject):
    """The shown state: source, engine, and the newest picture with its result.

    Args:
        player: source of the updates.
        workspace: the main page.
        kiosk: the verdict card of kiosk mode.
        footer: the status line at the bottom.
        messages: the message bar.
        playback: shows source and position in the transport bar.
        name_of: returns the display name of a source specification.
        parent: the window.

    Signals:
        source_ready: SourceInfo: the source is open.
        source_changed: SourceInfo or None: the source is open, or none is any more.
        engine_in_force: EngineRequest or None: the engine is ready; None means the requested one.
        failed: the source has failed and cannot be read.
        headline_shown: Headline: the verdict on the screen, before it is put into neutral words.
    """

    source_ready = pyqtSignal(object)
    source_changed = pyqtSignal(object)
    engine_in_force = pyqtSignal(object)
    failed = pyqtSignal()
    headline_shown = pyqtSignal(object)

    def __init__(
        self,
        player: Player,
        workspace: Workspace,
        kiosk: VerdictCard,
        footer: Footer,
        messages: MessageBar,
        playback: PlaybackControl,
        name_of: Callable[[str], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._player, self._work, self._kiosk, self._footer = player, workspace, kiosk, footer
        self._messages, self._playback, self._name_of = messages, playback, name_of
        self.view: View | None = None
        self.facts: EngineFacts | None = None
        self.info: SourceInfo | None = None
        self.chosen: int | None = None
        """Track of the face that the user has chosen; None explains the main face."""
        self.neutral = self.mirror = False
        """Whether kiosk mode shows neutral words, and the camera's picture."""
        self.recording = False
        """Whether frames are being recorded; shown in kiosk mode."""
        self.output_problem = False
        """Whether an output on LIVE does not work; shown in kiosk mode."""
        self.model_name = ""
        """Name of the requested model; empty for the automatic choice."""
        self.retry_words: Callable[[], str] = str
        """Returns the count-down to the next attempt to open a camera; empty if none is due."""
        self._phase: Phase | None = None
        self._problem = ""
        self._loading_since_s = 0.0
        self._rolling = Rolling()
        self._drawing = True
        self.frozen = False
        """Whether an old picture of a camera is shown on purpose, without any verdict."""
        self._newest: View | None = None
        """The newest picture while an old one is frozen."""
        self._explained: tuple[tuple[int, Status], ...] = ()
        """Track and status of the faces when reasons and evidence were last updated without delay."""
        self._explain_later = QTimer(self)
        self._explain_later.setSingleShot(True)
        self._explain_later.timeout.connect(self._explain)
        player.updated.connect(self._receive)
        workspace.colour_pane.face_chosen.connect(self.choose_face)

    @property
    def running(self) -> bool:
        """Whether a source is open and has not failed."""
        return self.info is not None and self._phase in (Phase.RUNNING, Phase.ENDED)

    @property
    def live(self) -> bool:
        """Whether a camera is open."""
        return self.info is not None and self.info.live

    def open(self) -> None:
        """Show that a source is being opened."""
        self._reset()
        self._phase = Phase.OPENING
        self._work.transport.setVisible(False)
        self._show_empty(tr("Opening…"))
        self.show_headline()

    def close(self) -> None:
        """Show that no source is open."""
        self._reset()
        self._phase = None
        self.show_headline()

    def set_drawing(self, drawing: bool) -> None:
        """Stop or continue to pass pictures and figures to the widgets, e.g. while the window is minimised."""
        if drawing == self._drawing:
            return
        self._drawing = drawing
        if drawing and self.view is not None:
            self.show_view(self.view)
            self.tick()

    def tick(self) -> None:
        """Update what changes without an update from the player: figures, count-downs, a verdict that is too old."""
        if not self._drawing:
            return
        if self._phase is Phase.RUNNING and self.view is None:
            for pane in self._work.panes:
                pane.show_message(self._loading())
        self.show_headline()
        self._work.timeline.refresh()
        timing = self._rolling.timing()
        drawn_fps = max(pane.drawn_fps() for pane in self._work.panes)
        self._footer.show_timing(timing, drawn_fps)
        if self._work.timing.isVisible():
            self._work.timing.show_timing(timing, drawn_fps)

    def freeze(self, frozen: bool) -> None:
        """Keep the picture of a camera on the screen, or show new ones again.

        A frozen picture has no verdict, because a verdict on the screen must be about now. Processing, recording,
        event log and outputs go on.
        """
        if frozen and (not self.live or self.view is None or self._phase is not Phase.RUNNING):
            return
        if frozen and self.view is not None:
            self.show_view(replace(self.view, result=None))
        self.frozen, newest, self._newest = frozen, self._newest, None
        if newest is not None:
            self.show_view(newest)
        for pane in self._work.panes:
            pane.set_frozen(frozen)
        self._explain()
        self.show_headline()

    def show_engine(self) -> None:
        """Show model, policy and thresholds in every widget that has them."""
        self._footer.show_facts(self.facts)
        self._work.timing.show_facts(self.facts)
        self._work.timeline.set_threshold(None if self.facts is None else self.facts.threshold)
        if self.view is not None:
            self._work.reasons.show_result(self.view.result, self.facts, self.chosen)

    def choose_face(self, track: int | None) -> None:
        """Explain this face from now on."""
        self.chosen = track
        self._work.timeline.follow(track)
        if self.view is not None:
            self.show_view(self.view)

    def next_face(self) -> None:
        """Show the details of the next face in the picture."""
        result = None if self.view is None else self.view.result
        face = None if result is None else explained_face(result, self.chosen)
        if result is not None and face is not None:
            tracks = sorted(one.track_id for one in result.faces)
            self.choose_face(tracks[(tracks.index(face.track_id) + 1) % len(tracks)])

    def show_view(self, view: View, moving: bool = False) -> None:
        """Show a picture with its result.

        Args:
            view: the picture.
            moving: more pictures follow soon, so evidence and reasons are updated only every `_EVIDENCE_MS` unless a
                verdict changes.
        """
        if self.frozen:
            self._newest = view
            return
        self.view = view
        if not self._drawing:
            return
        face = None if view.result is None else explained_face(view.result, self.chosen)
        self._work.colour_pane.mark(None if face is None else face.track_id)
        for pane in self._work.panes:
            missing = tr("{picture}: not in this frame", picture=tr(pane.title))
            pane.show_message("" if pane.available(view.frame) else missing)
            pane.show_view(view)
        self._kiosk.show_mirror(view.frame.rgb if self.mirror else None)
        self._playback.show_position(view.frame.index)
        if self._work.reasons.isVisible():
            statuses = () if view.result is None else tuple((one.track_id, one.status) for one in view.result.faces)
            if not moving or statuses != self._explained:
                self._explained = statuses
                self._explain()
            elif not self._explain_later.isActive():
                self._explain_later.start(_EVIDENCE_MS)

    def _explain(self) -> None:
        """Show reasons and evidence of the newest picture."""
        self._explain_later.stop()
        if self.view is not None and self._work.reasons.isVisible():
            self._work.reasons.show_result(self.view.result, self.facts, self.chosen)

    def show_headline(self) -> None:
        """Show the current verdict on both cards."""
        headline = self._headline()
        if headline.word == "NO PICTURE" and self._work.colour_pane.has_picture:
            # Remove the old picture too, because an old verdict is drawn in it.
            self._show_empty(tr("No new picture from the camera"))
        self._work.card.show_headline(headline)
        self.headline_shown.emit(headline)
        # The kiosk page shows nothing else, and the person in front of the camera must see that it records.
        notices = (*headline.notices, tr("● Recording")) if self.recording else headline.notices
        if self.output_problem:
            notices = (*notices, tr("The door does not answer; please ask the staff for help."))
        shown = public_headline(headline, tr) if self.neutral else headline
        self._kiosk.show_headline(replace(shown, notices=notices))

    def _headline(self) -> Headline:
        request = self._player.request
        if request is None:
            return replace(WAITING, sentence=tr(WAITING.sentence))
        if self.frozen:
            frozen = tr("The pictures are frozen, and the camera continues. Space shows the current pictures.")
            return Headline(None, FROZEN, frozen)
        name = self._name_of(request.spec)
        problem = " ".join(part for part in (self._problem, self.retry_words()) if part)
        return current_headline(
            name,
            self._phase,
            problem,
            self.view,
            self.live,
            time.monotonic(),
            loading=self._loading(),
            model_loaded=self.facts is not None,
            tr=tr,
        )

    def _loading(self) -> str:
        seconds = int(time.monotonic() - self._loading_since_s)
        if not self.model_name:
            return tr("Loading the model and the face detector … {seconds} s", seconds=seconds)
        return tr(
            "Loading the model {model} and the face detector … {seconds} s", model=self.model_name, seconds=seconds
        )

    def _receive(self, update: UiUpdate) -> None:
        if update.info is not None:
            self._show_source(update.info)
        if update.facts is not None:
            self.facts = update.facts
            self.engine_in_force.emit(update.engine)
        if update.phase is not None:
            self._show_phase(update)
        for words in update.messages:
            self._messages.show_message(words, error=self._phase is Phase.FAILED or update.view is None)
        # A frame that was in process when the source failed arrives after the failure and must not be shown.
        if update.samples and self._phase is not Phase.FAILED:
            self._rolling.add(update.samples)
            self._work.timeline.add(update.samples)
        if update.view is not None and self._phase is not Phase.FAILED:
            self.show_view(update.view, moving=True)
        if update.phase is Phase.FAILED:
            # Emit this after the message, to which the window may add a button.
            self.failed.emit()
        self.show_headline()

    def _show_source(self, info: SourceInfo) -> None:
        self.info = info
        self._loading_since_s = time.monotonic()
        work = self._work
        self._newest = None
        self.freeze(False)
        work.show_streams(info.declared)
        for pane in work.panes:
            pane.set_freezable(info.live)
            pane.change_zoom(0)
        work.timeline.start(info)
        work.timing.show_source(info)
        self._playback.start(info)
        self.source_changed.emit(info)
        self.source_ready.emit(info)
        for pane in work.panes:
            pane.show_message(self._loading())

    def _show_phase(self, update: UiUpdate) -> None:
        self._phase = update.phase
        if self._phase is Phase.FAILED:
            self._newest = None
            self.freeze(False)
            self._problem = update.messages[-1] if update.messages else ""
            self.view = None
            self._rolling.clear()
            self._footer.show_timing(None)
            self._show_empty(tr("No picture"))
            self.source_changed.emit(None)
        self._playback.show_playing()

    def _show_empty(self, words: str) -> None:
        self._explain_later.stop()
        self._kiosk.show_mirror(None)
        for pane in self._work.panes:
            pane.show_view(None)
            pane.show_message(words if pane is self._work.colour_pane else "")
        self._work.reasons.show_result(None, self.facts)

    def _reset(self) -> None:
        self._explain_later.stop()
        self._newest = None
        self.freeze(False)
        self.source_changed.emit(None)
        self.view, self.facts, self.info, self._problem, self.chosen = None, None, None, "", None
        self._work.timeline.follow(None)
        self._rolling.clear()
        self._playback.stop()
        work = self._work
        work.reasons.show_result(None, None)
        work.timing.show_timing(None)
        work.timing.show_facts(None)
        work.timeline.set_threshold(None)
        work.timeline.clear()
        self._footer.show_timing(None)
        self._footer.show_facts(None)
