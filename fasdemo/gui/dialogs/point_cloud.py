"""The points of one picture in space, with colours: turned with the mouse, and saved as a PLY file."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication, QOpenGLContext
from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from fasdemo.draw.point_cloud import PointCloud, write_ply
from fasdemo.gui.translation import tr

_log = logging.getLogger(__name__)

_POINT_PX = 2.0


class PointCloudDialog(QDialog):
    """The points of a picture; without OpenGL they can only be saved.

    Args:
        cloud: the points.
        folder: folder for PLY files.
        parent: the window.
    """

    def __init__(self, cloud: PointCloud, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Point cloud"))
        self._cloud, self._folder = cloud, folder
        self.words = QLabel(
            tr("{count} points; drag to turn, wheel to zoom. Metres, from the depth camera.", count=len(cloud.points_m))
        )
        self.words.setWordWrap(True)
        self.view: Any = _view(cloud)
        self.save = QPushButton(tr("Save as PLY"))
        self.save.clicked.connect(self.write)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        if self.view is not None:
            layout.addWidget(self.view, 1)
            self.resize(760, 560)
        else:
            self.words.setText(tr("OpenGL is missing here, so the points cannot be drawn; they can be saved as PLY."))
        layout.addWidget(self.words)
        layout.addWidget(buttons)

    def write(self) -> None:
        """Write the points into a new file of the folder, and say where it is or why not."""
        path = self._folder / f"{datetime.now():%Y%m%d-%H%M%S-%f}-points.ply"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_ply(path, self._cloud)
        except OSError as error:
            self.words.setText(
                tr(
                    "The points cannot be saved in {folder} ({why}); choose another folder in the preferences.",
                    folder=self._folder,
                    why=error.strerror or error,
                )
            )
            return
        self.words.setText(tr("Saved: {path}", path=path))


def _view(cloud: PointCloud) -> Any:
    """Return a widget that draws the points; None if the system has no OpenGL."""
    if not _has_opengl():
        return None
    try:
        import pyqtgraph.opengl as gl

        view = gl.GLViewWidget()
        # OpenGL's y is up and its z towards the viewer.
        points = cloud.points_m * np.array([1.0, -1.0, -1.0], np.float32)
        colours = np.ones((len(points), 4), np.float32)
        colours[:, :3] = cloud.colours / np.float32(255.0)
        item = gl.GLScatterPlotItem(pos=points, color=colours, size=_POINT_PX, pxMode=True)
        # Without this, points are added to the picture like light.
        item.setGLOptions("opaque")
        view.addItem(item)
        middle = np.median(points, axis=0) if len(points) else np.zeros(3)
        view.opts["center"].setX(float(middle[0]))
        view.opts["center"].setY(float(middle[1]))
        view.opts["center"].setZ(float(middle[2]))
        view.setCameraPosition(distance=max(float(-middle[2]), 0.3), elevation=90.0, azimuth=-90.0)
    except Exception:
        # PyOpenGL raises its own errors for a missing or broken driver.
        _log.warning("the points cannot be drawn", exc_info=True)
        return None
    view.setMinimumSize(320, 240)
    view.setAccessibleName(tr("Point cloud"))
    return view


def _has_opengl() -> bool:
    # The offscreen and minimal platforms create a context but show a blank widget.
    return QGuiApplication.platformName() not in ("offscreen", "minimal") and QOpenGLContext().create()
