"""Open a source by its path, camera name or URL."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from fasdemo.capture.cameras.network.address import is_network_address
from fasdemo.capture.source import Source
from fasdemo.errors import UserError, unicode_text
from fasdemo.folder_walk import visible_files
from fasdemo.sessions.schema import FRAMES_FILE, SESSION_FILE

_SDK_RECORDINGS = (".db3", ".bag")
CAMERAS = ("realsense", "hello", "webcam")
CONTROLLED = ("realsense", "webcam")
"""Cameras whose own options can be set."""
CAMERA_FORMS = "realsense[:SERIAL], hello[:SERIAL], webcam[:N], rtsp://HOST/PATH or http://HOST/PATH"


def is_camera(spec: str | Path) -> bool:
    """Return whether a source specification is a camera name or URL, and not a file."""
    return isinstance(spec, str) and (spec.split(":", 1)[0] in CAMERAS or is_network_address(spec))


def open_source(
    spec: str | Path,
    *,
    depth: str | Path | None = None,
    ir: str | Path | None = None,
    depth_scale: float = 0.001,
    realtime: bool = False,
    loop: bool = False,
    emitter: Literal["on", "off", "interleaved"] = "on",
    allow_virtual_camera: bool = False,
    camera_options: Mapping[str, str] | None = None,
) -> Source:
    """Return the source for a path or a camera's name; use it as a context manager.

    Args:
        spec: a video file, a session's folder, a folder of pictures, a RealSense recording (`.db3`, `.bag`), or, as a
            str, `realsense[:SERIAL]`, `hello[:SERIAL]`, `webcam[:N]` or a network camera's URL (rtsp, rtsps, http,
            https). A Windows Hello camera can also be named by its USB port, e.g. `hello:1-6`.
        depth: 16-bit grey video that belongs to a colour video.
        ir: grey video that belongs to a colour video.
        depth_scale: metres per unit of `depth` and of depth pictures; other sources have their own.
        realtime: play files at their recorded speed; cameras always run in real time.
        loop: start files again at their end.
        emitter: mode of a RealSense's dot projector; `interleaved` takes depth from lit and infrared from dark frames.
        allow_virtual_camera: also open virtual webcams; their frames are never LIVE.
        camera_options: values of a RealSense's or a webcam's own options by name, e.g. `depth.exposure`.

    Raises:
        UserError: the source cannot be opened, or `depth`, `ir` or `camera_options` does not fit it.
    """
    if camera_options and (not isinstance(spec, str) or spec.split(":", 1)[0] not in CONTROLLED):
        raise UserError(
            "Camera options can be set only on a RealSense or a webcam; leave them out.", parameter="camera_option"
        )
    if isinstance(spec, str) and is_camera(spec):
        if depth is not None or ir is not None:
            raise UserError(
                "A depth or infrared video can be used only with a colour video, not with a camera.", parameter="depth"
            )
        if is_network_address(spec):
            from fasdemo.capture.cameras.network.camera import open_network_camera

            return open_network_camera(spec)
        kind, _, which = spec.partition(":")
        return _open_camera(kind, which or None, emitter, allow_virtual_camera, camera_options)
    path = Path(spec)
    if not path.exists():
        raise UserError(f"{path}: no such file or folder; check the path.")
    if path.is_dir():
        if depth is not None or ir is not None:
            raise UserError(f"{path}: is a folder; a depth or infrared video can be used only with a colour video.")
        return _open_folder(path, depth_scale, realtime, loop)
    if path.name == SESSION_FILE:
        return _open_folder(path.parent, depth_scale, realtime, loop)
    if path.suffix.lower() in _SDK_RECORDINGS:
        if depth is not None or ir is not None:
            raise UserError(
                f"{path}: has its own streams; a depth or infrared video can be used only with a colour video."
            )
        from fasdemo.capture.files.realsense_recording import RealSenseRecording
        from fasdemo.capture.files.sandbox_check import sandbox_check

        if unicode_text(path.name) != path.name or unicode_text(str(path)) != str(path):
            raise UserError(
                f"{path}: the path is not UTF-8, so the SDK cannot open it; rename the file and its folders."
            )
        sandbox_check(path)
        return RealSenseRecording(path, realtime=realtime, loop=loop)
    from fasdemo.capture.files.stills import PICTURES, UNREADABLE_PICTURES
    from fasdemo.capture.files.video_source import VideoSource

    if path.suffix.lower() in UNREADABLE_PICTURES:
        raise UserError(f"{path}: is a picture in an unsupported format; convert it to JPEG and use `fasdemo score`.")
    if path.suffix.lower() in PICTURES:
        from fasdemo.sessions.video.video_track import VideoTrack

        try:
            track = VideoTrack(path)
            frames = track.count()
            track.close()
        except UserError:
            frames = 0
        if frames < 2:
            raise UserError(f"{path}: is a picture, not a video; use `fasdemo score {path}`.")
    return VideoSource(
        path,
        depth=None if depth is None else Path(depth),
        ir=None if ir is None else Path(ir),
        depth_scale=depth_scale,
        realtime=realtime,
        loop=loop,
    )


def _open_folder(path: Path, depth_scale: float, realtime: bool, loop: bool) -> Source:
    if (path / SESSION_FILE).exists():
        from fasdemo.capture.files.session_source import SessionSource

        return SessionSource(path, realtime=realtime, loop=loop)
    if (path / FRAMES_FILE).exists():
        raise UserError(
            f"{path}: has {FRAMES_FILE} but no {SESSION_FILE}, so the session cannot be read; restore that file, "
            f"or open the color folder."
        )
    from fasdemo.capture.files.image_sequence import ImageSequenceSource
    from fasdemo.capture.files.stills import PICTURES, left_out

    try:
        files = list(visible_files(path))
    except OSError as error:
        raise UserError(
            f"{error.filename or path}: cannot be read ({error.strerror}); check its permissions."
        ) from None
    if not any(file.suffix.lower() in PICTURES for file in files):
        what = " ".join(left_out(path, files))
        raise UserError(
            f"{path}: has no {SESSION_FILE} and no picture that can be read; "
            f"{what or 'give a session, a video file or pictures.'}"
        )
    if any(file.name == SESSION_FILE for file in files):
        raise UserError(
            f"{path}: contains several sessions; give the folder of one of them (see `fasdemo sessions list`)."
        )
    return ImageSequenceSource(path, depth_scale=depth_scale, realtime=realtime, loop=loop)


def _open_camera(
    kind: str,
    which: str | None,
    emitter: Literal["on", "off", "interleaved"],
    allow_virtual: bool,
    options: Mapping[str, str] | None,
) -> Source:
    if kind == "realsense":
        from fasdemo.capture.cameras.realsense.camera import open_realsense
        from fasdemo.capture.cameras.realsense.devices import RealSenseSettings

        settings = RealSenseSettings(emitter=emitter, fps=60 if emitter == "interleaved" else 30)
        return open_realsense(which, settings, options=options)
    if kind == "hello":
        from fasdemo.capture.cameras.hello.camera import open_hello

        return open_hello(which)
    from fasdemo.capture.cameras.webcam import open_webcam

    return open_webcam(which, allow_virtual=allow_virtual, options=options)
