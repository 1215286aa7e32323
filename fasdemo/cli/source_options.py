"""From the command line's source options to what `open_source` takes."""

from __future__ import annotations

import argparse

from fasdemo.assets_folder import demo_session
from fasdemo.errors import UserError


def source_spec(options: argparse.Namespace) -> str:
    """A camera name or a path; an empty string where no source was named.

    Raises:
        UserError: no camera is called so.
    """
    if options.demo:
        return str(demo_session())
    if options.camera:
        from fasdemo.capture.open import CAMERAS

        if options.camera.split(":", 1)[0] not in CAMERAS:
            names = " or ".join(f"{name}[:WHICH]" for name in sorted(CAMERAS))
            raise UserError(f"--camera {options.camera}: no camera is called so; give {names}.")
    return str(options.camera or options.video or "")
