"""Actions on the pictures: freeze them, zoom, take snapshots, and show or save the depth as a point cloud."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PyQt6.QtCore import QObject

from fasdemo.draw.point_cloud import point_cloud
from fasdemo.gui.controllers.playback_control import PlaybackControl
from fasdemo.gui.dialogs.point_cloud import PointCloudDialog
from fasdemo.gui.panes.pane import Pane
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import tr
from fasdemo.gui.widgets.message_bar import MessageBar
from fasdemo.gui.window.pages.workspace import Workspace
from fasdemo.gui.window.presenter import Presenter


class PictureControl(QObject):
    """The link between keys, pictures and the presenter.

    Args:
        presenter: shows the pictures.
        playback: plays files; a camera is frozen instead.
        workspace: the page with the pictures.
        messages: shows sentences for the user.
        settings: name the folder for snapshots, in which point clouds are saved too.
        in_kiosk: returns whether only the verdict is shown.
        parent: the window.
    """

    def __init__(
        self,
        presenter: Presenter,
        playback: PlaybackControl,
        workspace: Workspace,
        messages: MessageBar,
        settings: Settings,
        in_kiosk: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._playback, self._work = presenter, playback, workspace
        self._messages, self._settings, self._in_kiosk = messages, settings, in_kiosk
        self.dialog: PointCloudDialog | None = None
        for pane in workspace.panes:
            pane.freeze.connect(self.play_pause)
        workspace.snap.connect(self.snap)

    def actions(self) -> dict[str, Callable[[], object]]:
        """Return the actions of keys by name."""
        return {
            "play_pause": self.play_pause,
            "zoom_in": lambda: self._work.snap_target().change_zoom(1),
            "zoom_out": lambda: self._work.snap_target().change_zoom(-1),
            "zoom_reset": lambda: self._work.snap_target().change_zoom(0),
            "point_cloud": self.show_points,
            "snap": lambda: self.snap(self._work.snap_target()),
        }

    def play_pause(self) -> None:
        """Play or pause a file; freeze the pictures of a camera or continue, except in a kiosk."""
        if not self._presenter.live:
            self._playback.play_pause()
        elif not self._in_kiosk():
            self._presenter.freeze(not self._presenter.frozen)

    def show_points(self) -> None:
        """Show the points of the picture on the screen."""
        if self._in_kiosk():
            return
        view = self._presenter.view
        cloud = None if view is None else point_cloud(view.frame)
        if cloud is None:
            self._messages.show_message(
                tr("There is no point cloud: the picture has no depth, or the camera has no calibration.")
            )
            return
        self.dialog = PointCloudDialog(cloud, self._settings.snap_folder, self._work.window())
        self.dialog.open()

    def snap(self, pane: Pane) -> None:
        """Save the picture of a pane in the folder for snapshots."""
        try:
            path = pane.write_snapshot(self._settings.snap_folder, datetime.now())
        except OSError as error:
            where = self._settings.snap_folder
            self._messages.show_message(
                tr(
                    "The snapshot cannot be saved in {folder} ({why}); choose another folder in the preferences.",
                    folder=where,
                    why=error.strerror or error,
                ),
                error=True,
            )
            return
        if path is None:
            self._messages.show_message(tr("{picture}: there is no picture to save.", picture=tr(pane.title)))
        else:
            self._messages.show_message(tr("Saved: {path}", path=path))
