"""Combine the requirements for LIVE of the settings, of kiosk mode and of the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.engine.challenge_report import Kind
from fasdemo.frames import Stream
from fasdemo.gui.settings import CHALLENGES, Settings
from fasdemo.runtime.requests import EngineRequest


@dataclass(frozen=True, slots=True)
class GivenRules:
    """The command line's rules, which are valid until the window closes.

    Attributes:
        require: streams that LIVE requires; None: those of the settings, and depth in kiosk mode.
        require_gaze: LIVE requires that the person looks at the camera.
        single_face: LIVE requires that there is only one face.
        allow_rgb_only: LIVE is possible with colour alone.
        lockout_after: number of refused attempts that locks the camera; 0: never; None: the setting, which applies only
            in kiosk mode.
        lockout_s: length of the lock-out, seconds; None: the setting.
        challenge: kind of prompts that the person has to follow; None: the setting.
        require_motion: LIVE requires that depth and infrared have moved with the face; None: the setting, and for
            cameras with depth in kiosk mode or with `on_live`.
        on_live: LIVE is signalled to other devices.
    """

    require: frozenset[Stream] | None = None
    require_gaze: bool = False
    single_face: bool = False
    allow_rgb_only: bool = False
    lockout_after: int | None = None
    lockout_s: float | None = None
    challenge: Kind | None = None
    require_motion: bool | None = None
    on_live: bool = False


def with_rules(
    engine: EngineRequest, settings: Settings, given: GivenRules, kiosk: bool, display: ChallengeDisplay | None = None
) -> EngineRequest:
    """Return a request with the rules in force, and the site file of the settings.

    Args:
        engine: model, policy and device.
        settings: the user's settings.
        given: the command line's rules.
        kiosk: whether the window is in kiosk mode.
        display: shows the colours of light challenges.
    """
    challenge = given.challenge or CHALLENGES[settings.challenge]
    require = given.require
    if require is None:
        require = settings.required_streams | ({"depth"} if kiosk else frozenset())
    motion = given.require_motion
    if motion is None and settings.require_motion:
        motion = True
    elif motion is None and not (kiosk or given.on_live):
        motion = False
    lockout_after = given.lockout_after
    if lockout_after is None:
        lockout_after = settings.kiosk_lockout_after if kiosk else 0
    return replace(
        engine,
        site=Path(settings.site) if settings.site else None,
        require=require,
        allow_rgb_only=given.allow_rgb_only or settings.allow_rgb_only,
        require_gaze=given.require_gaze or settings.require_gaze,
        require_motion=motion,
        single_face=given.single_face or settings.single_face,
        max_refused_attempts=lockout_after,
        challenge=challenge,
        display=display if challenge in ("light", "random") else None,
        lockout_s=float(settings.kiosk_lockout_s if given.lockout_s is None else given.lockout_s),
    )
