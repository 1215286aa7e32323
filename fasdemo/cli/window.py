"""Open the window with the options of the command line; only this module imports `fasdemo.gui` from outside."""

from __future__ import annotations

import argparse

from fasdemo.cli.options.pictures import picture_settings
from fasdemo.cli.options.recording import labels_of
from fasdemo.cli.options.signals import signal_settings
from fasdemo.cli.options.sources import camera_requests, source_request
from fasdemo.errors import UserError
from fasdemo.gui.app import Launch, run, run_grid
from fasdemo.gui.controllers.rules import GivenRules
from fasdemo.models.model_inputs import model_files
from fasdemo.outputs import check_output_folder, check_outputs
from fasdemo.runtime.requests import EngineRequest


def run_window(options: argparse.Namespace) -> int:
    """Open the window with the source or the cameras in the options, or with its start page; return the exit status.

    Raises:
        fasdemo.errors.UserError: there is no display, or a file cannot be opened.
    """
    if options.tune is not None and not options.tune.is_dir():
        problem = "is a file" if options.tune.exists() else "no such folder"
        raise UserError(f"--tune {options.tune}: {problem}; give the folder that contains the sessions.")
    several = len(options.cameras) > 1
    cameras = camera_requests(options, options.cameras) if several else []
    source = None if several else source_request(options)
    check_outputs({"--log": options.log}, [*(source.files() if source else ()), *model_files(options.model)])
    if options.record is not None:
        check_output_folder("--record", options.record)
    chosen = options.model or options.policy or options.device != "auto" or options.site
    return (run_grid if several else run)(
        Launch(
            source=source,
            cameras=tuple(cameras),
            engine=EngineRequest(options.model, options.policy, options.device, options.site) if chosen else None,
            kiosk=options.kiosk,
            loop=True if options.loop else None,
            language=options.language,
            reset_settings=options.reset_settings,
            rules=GivenRules(
                options.require,
                options.require_gaze,
                options.single_face,
                options.allow_colour_alone,
                options.lockout_after,
                options.lockout_seconds,
                options.challenge,
                options.require_motion,
                bool(options.on_live),
            ),
            signals=signal_settings(options),
            log=options.log,
            tune=options.tune,
            event_pictures=picture_settings(options),
            record=(options.record, labels_of(options)) if options.record else None,
        )
    )
