"""From the command line's source options to what `open_source` takes."""

from __future__ import annotations

import argparse

from fasdemo.assets_folder import demo_session
from fasdemo.errors import UserError


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
