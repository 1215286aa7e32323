"""From the command line's source options to what `open_source` takes."""

from __future__ import annotations

import argparse

from fasdemo.assets_folder import demo_session


def source_spec(options: argparse.Namespace) -> str:
    """A camera name or a path; an empty string where no source was named."""
    if options.demo:
        return str(demo_session())
    return str(options.camera or options.video or "")
