"""Convert the command line's options for verdicts to the request for an engine."""

from __future__ import annotations

import argparse

from fasdemo.engine.temporal.attempts import LOCKOUT_S
from fasdemo.runtime.requests import EngineRequest


def engine_request(options: argparse.Namespace, accepts: bool = False) -> EngineRequest:
    """Return the request for model, policy and rules in the options of a run without a window.

    Args:
        options: the parsed options.
        accepts: whether other devices act on LIVE, so that a late stream of a camera matters more than a second.
    """
    motion: bool | None = options.require_motion
    if motion is None and not accepts:
        motion = False
    return EngineRequest(
        options.model,
        options.policy,
        options.device,
        options.site,
        allow_rgb_only=options.allow_colour_alone,
        require=options.require or frozenset(),
        require_gaze=options.require_gaze,
        require_motion=motion,
        max_refused_attempts=options.lockout_after or 0,
        lockout_s=float(options.lockout_seconds or LOCKOUT_S),
        single_face=options.single_face,
        challenge=getattr(options, "challenge", None),
    )
