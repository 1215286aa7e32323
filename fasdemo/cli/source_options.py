"""From the command line's source options to what `open_source` takes."""

from __future__ import annotations

import argparse
from pathlib import Path

from fasdemo.assets_folder import demo_session
from fasdemo.errors import UserError
from fasdemo.runtime.requests import SourceRequest


def source_spec(options: argparse.Namespace) -> str:
    """Return the camera name or path of the source; empty if none is given.

    Raises:
        UserError: the camera is unknown.
    """
    if options.demo:
        return str(demo_session())
    if options.camera:
        from fasdemo.capture.open import CAMERAS

        if options.camera.split(":", 1)[0] not in CAMERAS:
            names = " or ".join(f"{name}[:WHICH]" for name in sorted(CAMERAS))
            raise UserError(f"--camera {options.camera}: unknown camera; use {names}.")
    return str(options.camera or options.video or "")


def source_request(options: argparse.Namespace) -> SourceRequest | None:
    """Return the request for the source that the options name; None if they name none.

    Raises:
        UserError: the camera is unknown.
    """
    spec = source_spec(options)
    if not spec:
        return None
    return SourceRequest(
        spec,
        None if options.depth is None else Path(options.depth),
        None if options.ir is None else Path(options.ir),
        options.depth_scale,
        options.emitter,
        options.allow_virtual_camera,
    )
