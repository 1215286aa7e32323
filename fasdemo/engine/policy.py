"""The policy of a verdict: a threshold of the model card, and limits of the capture."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from fasdemo.engine.reasons import Reason
from fasdemo.errors import UserError
from fasdemo.frames import Stream
from fasdemo.models.card import ModelCard, Threshold

FORMER_NAMES = {
    "nearest_m": "min_distance_m",
    "farthest_m": "max_distance_m",
    "smallest_eye_px": "min_eye_distance_px",
    "largest_yaw_deg": "max_yaw_deg",
    "largest_pitch_deg": "max_pitch_deg",
    "largest_roll_deg": "max_roll_deg",
    "oldest_s": "max_age_s",
    "largest_skew_s": "max_skew_s",
}
"""Current name of a policy's field for each former name."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The conditions of the verdict LIVE.

    Attributes:
        threshold: name of a threshold of the model card; None for the card's default.
        require: streams that LIVE requires, even if the source does not declare them.
        allow_rgb_only: whether a source or model with colour alone can be LIVE. Off by default, because colour alone
            accepts many real attacks, see `docs/models.md`.
        single_face: whether LIVE requires that there is only one face.
        require_gaze: whether LIVE requires eyes that look at the camera, which needs landmarks.
        require_motion: whether LIVE requires that the face has moved within the last ten seconds, and depth and
            infrared with it; without motion, a late stream cannot be detected.
        max_refused_attempts: number of refused attempts after which the camera is locked; 0 for never, see
            `fasdemo.engine.temporal.attempts`.
        lockout_s: duration of the lock-out in seconds.
        min_distance_m, max_distance_m: allowed distance, if it is known. Beyond 1.5 m, the noise of a consumer depth
            camera, which increases with the square of the distance, exceeds the relief of a face.
        min_eye_distance_px: minimum distance between the eyes in pixels; with 24, a face is about 85 pixels wide.
        max_yaw_deg, max_pitch_deg, max_roll_deg: maximum angles of the head.
        max_age_s: maximum age of a live frame when processing starts, and when its verdict is ready.
        max_skew_s: maximum time difference between the streams of one frame set.

    The names of earlier versions (`nearest_m`, `oldest_s` ...) still work, see `FORMER_NAMES`.
    """

    threshold: str | None = None
    require: frozenset[Stream] = frozenset()
    allow_rgb_only: bool = False
    single_face: bool = False
    require_gaze: bool = False
    require_motion: bool = False
    max_refused_attempts: int = 0
    lockout_s: float = 60.0
    min_distance_m: float = 0.2
    max_distance_m: float = 1.5
    min_eye_distance_px: float = 24.0
    max_yaw_deg: float = 40.0
    max_pitch_deg: float = 35.0
    max_roll_deg: float = 35.0
    max_age_s: float = 0.5
    max_skew_s: float = 0.04

    @property
    def lifted(self) -> frozenset[str]:
        """Codes with the effect `cap` that have no effect under this policy."""
        return frozenset({Reason.RGB_ONLY}) if self.allow_rgb_only else frozenset()


MIN_LIVE_ABOVE = 0.5
"""Lower limit of the threshold for LIVE in every policy. Below it, the network rates an attack as more likely than a
live face, and the physical evidence detects only flat and bent sheets, not reliefs and masks."""


def thresholds(card: ModelCard, policy: Policy) -> tuple[str, Threshold]:
    """Return the name of the policy's threshold in a model's card, and the threshold that is used.

    A threshold below `MIN_LIVE_ABOVE` is raised to it, see `floor_note`.

    Raises:
        UserError: the card has no threshold with that name.
    """
    name = card.default_policy if policy.threshold is None else policy.threshold
    if name not in card.thresholds:
        raise UserError(
            f"policy {name}: {card.name} has {', '.join(card.thresholds)}; choose one of them.", parameter="policy"
        )
    found = card.thresholds[name]
    if found.live_above >= MIN_LIVE_ABOVE:
        return name, found
    return name, found.model_copy(update={"live_above": MIN_LIVE_ABOVE})


def floor_note(card: ModelCard, name: str) -> str:
    """Return a sentence if another threshold is used than that of the card; otherwise an empty string."""
    asked = card.thresholds[name].live_above
    if asked >= MIN_LIVE_ABOVE:
        return ""
    return (
        f"Policy {name} of {card.name} has LIVE above {asked:.3g}, where an attack is more likely than a live face; "
        f"{MIN_LIVE_ABOVE:g} is used instead."
    )


def _accept_former_names() -> None:
    """Make `Policy` accept former names as keywords and as attributes, with a `DeprecationWarning`.

    If both names of a field are given, as by `dataclasses.replace`, the former one is used.
    """
    # Use `vars` and `setattr`, because type checkers do not allow an assignment to `__init__` of a class.
    init: Callable[..., None] = vars(Policy)["__init__"]

    @wraps(init)
    def with_former_names(self: Policy, *args: Any, **fields: Any) -> None:
        for former in FORMER_NAMES.keys() & fields.keys():
            _warn_of(former)
            fields[FORMER_NAMES[former]] = fields.pop(former)
        init(self, *args, **fields)

    setattr(Policy, "__init__", with_former_names)  # noqa: B010
    for former in FORMER_NAMES:
        setattr(Policy, former, _former_name(former))


def _former_name(former: str) -> property:
    def value(policy: Policy) -> Any:
        _warn_of(former)
        return getattr(policy, FORMER_NAMES[former])

    return property(value, doc=f"Former name of `{FORMER_NAMES[former]}`.")


def _warn_of(former: str) -> None:
    message = f"Policy.{former} is now called {FORMER_NAMES[former]}"
    warnings.warn(message, DeprecationWarning, stacklevel=3)


_accept_former_names()
