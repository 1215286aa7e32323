"""The window's saved settings: one typed, versioned JSON file in the user's configuration folder."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_config_path, user_data_path, user_pictures_path, user_videos_path
from pydantic import BaseModel, ConfigDict, Field

from fasdemo.atomic_file import write_atomically
from fasdemo.bounded_file import decode_text
from fasdemo.engine.challenge_report import Kind
from fasdemo.frames import Stream

_log = logging.getLogger(__name__)

MAX_COUNTDOWN_S = 30
MAX_TAKE_S = 3600
MAX_EVENT_DAYS = 365
MAX_RETAIN_DAYS = 3650
RECENT = 8
"""Maximum number of recent sources."""


CHALLENGES: dict[str, Kind | None] = {
    "off": None,
    "coloured light": "light",
    "turn": "turn",
    "blink": "blink",
    "random": "random",
}
"""Kind of challenge by its name in the settings."""


class Settings(BaseModel):
    """The saved settings; fields with a title appear in the preferences, the others are set by the user's actions."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True, allow_inf_nan=False)

    version: Literal[1] = 1

    theme: Annotated[
        Literal["system", "light", "dark"],
        Field(title="Appearance", description="System follows the desktop's light or dark setting."),
    ] = "system"
    language: Annotated[
        Literal["system", "en", "de", "es", "zh"],
        Field(title="Language", description="System follows the desktop's language. Applies at the next start."),
    ] = "system"
    text_size: Annotated[
        Literal["automatic", "100 %", "125 %", "150 %", "175 %", "200 %"],
        Field(
            title="Text size", description="Automatic enlarges the text on a high screen. Applies at the next start."
        ),
    ] = "automatic"
    depth_near_m: Annotated[
        float, Field(ge=0.0, le=2.0, title="Depth colours from (m)", description="Distance of the brightest colour.")
    ] = 0.25
    depth_far_m: Annotated[
        float, Field(ge=0.3, le=10.0, title="Depth colours to (m)", description="Distance of the darkest colour.")
    ] = 1.50
    timeline_s: Annotated[
        int, Field(ge=5, le=120, title="Time line (s)", description="Duration that the time line shows.")
    ] = 20
    require: Annotated[
        Literal["nothing", "depth", "infrared", "depth and infrared"],
        Field(
            title="Required streams",
            description="Streams that LIVE requires. Kiosk mode always requires depth.",
        ),
    ] = "nothing"
    single_face: Annotated[
        bool, Field(title="LIVE requires a single face", description="Nobody is LIVE while there are several faces.")
    ] = False
    require_gaze: Annotated[
        bool,
        Field(title="LIVE requires eye contact", description="Nobody is LIVE unless the eyes look at the camera."),
    ] = False
    require_motion: Annotated[
        bool,
        Field(
            title="LIVE requires motion",
            description="Nobody is LIVE unless the face moves, and depth and infrared with it.",
        ),
    ] = False
    site: Annotated[
        str,
        Field(
            title="Site file",
            description="Score calibration of one camera and model, from `fasdemo calibrate`; empty: none.",
        ),
    ] = ""
    challenge: Annotated[
        Literal["off", "coloured light", "turn", "blink", "random"],
        Field(
            title="LIVE requires a challenge",
            description="The person has to follow random prompts in front of a camera; random mixes all kinds.",
        ),
    ] = "off"
    snap_folder: Annotated[Path, Field(title="Snapshots", description="Folder for snapshots of the pictures.")] = Field(
        default_factory=lambda: user_pictures_path() / "fasdemo"
    )
    record_folder: Annotated[Path, Field(title="Recordings", description="Folder for labelled recordings.")] = Field(
        default_factory=lambda: user_videos_path() / "fasdemo"
    )
    event_pictures: Annotated[
        bool,
        Field(
            title="Pictures of events",
            description="Store a small picture at every LIVE, SPOOF and lock-out, and delete it after some days.",
        ),
    ] = False
    event_pictures_told: Annotated[
        bool,
        Field(
            title="People are told",
            description="I tell the people in front of the camera that pictures of them are stored.",
        ),
    ] = False
    event_pictures_folder: Annotated[
        Path, Field(title="Folder for events", description="Folder for the pictures of events, and for nothing else.")
    ] = Field(default_factory=lambda: user_data_path("fasdemo", appauthor=False) / "events")
    event_pictures_days: Annotated[
        int,
        Field(
            ge=1, le=MAX_EVENT_DAYS, title="Keep events (days)", description="Age at which their pictures are deleted."
        ),
    ] = 30

    allow_rgb_only: Annotated[
        bool,
        Field(
            title="Colour alone may be LIVE",
            description="Unreliable: the colour model accepts 3 of 10 live and 0 of 9 attack pictures (AUC 0.73).",
        ),
    ] = False

    kiosk_neutral: Annotated[
        bool,
        Field(
            title="Neutral words",
            description="Show the public neither SPOOF nor reasons; the event log has them.",
        ),
    ] = False
    kiosk_mirror: Annotated[
        bool, Field(title="Mirror picture", description="Show the camera's picture as in a mirror.")
    ] = False
    kiosk_sound: Annotated[
        bool,
        Field(
            title="Sounds", description="Play a sound on LIVE, and another one on SPOOF unless the words are neutral."
        ),
    ] = False
    kiosk_pin: Annotated[
        str, Field(title="Exit PIN", description="Needed to leave kiosk mode; stored as a salted hash.")
    ] = ""
    kiosk_lockout_after: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            title="Lock after attempts",
            description="Refused attempts within five minutes that lock the camera; 0 never locks it.",
        ),
    ] = 5
    kiosk_lockout_s: Annotated[
        int, Field(ge=1, le=3600, title="Lock for (s)", description="Length of that lock-out.")
    ] = 60
    kiosk_on_live: Annotated[
        str,
        Field(
            title="Output on LIVE",
            description="Gets a signal for every accepted person: http(s)://HOST/PATH, mqtt(s)://HOST/TOPIC, "
            "serial:DEVICE or gpio:CHIP?line=N, see docs/door.md.",
        ),
    ] = ""
    kiosk_on_live_pause_s: Annotated[
        float,
        Field(ge=0.5, le=600.0, title="Pause after LIVE (s)", description="Shortest time between two outputs."),
    ] = 3.0
    kiosk_heartbeat: Annotated[
        str,
        Field(
            title="Heartbeat",
            description="Gets a signal every 10 s while the camera works: a file, http(s)://HOST/PATH or "
            "mqtt(s)://HOST/TOPIC.",
        ),
    ] = ""

    recent: list[str] = []
    model: str | None = None
    policy: str | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    speed: Annotated[float, Field(ge=0.0, le=16.0)] = 1.0
    loop: bool = False
    tab: Annotated[int, Field(ge=0, le=9)] = 0
    geometry: str = ""
    """Base64 of Qt's window geometry."""
    splitters: dict[str, str] = {}
    """Base64 of Qt's splitter states by name."""
    log_folder: str = ""
    """Folder of the last event log."""
    subject: str = ""
    retain_days: Annotated[int, Field(ge=1, le=MAX_RETAIN_DAYS)] = 365
    record_countdown_s: Annotated[int, Field(ge=0, le=MAX_COUNTDOWN_S)] = 0
    """Time from the key to the first recorded frame."""
    record_length_s: Annotated[int, Field(ge=0, le=MAX_TAKE_S)] = 0
    """Length of a take; 0 records until it is stopped."""

    @property
    def required_streams(self) -> frozenset[Stream]:
        """Streams that LIVE requires."""
        names: dict[str, Stream] = {"depth": "depth", "infrared": "ir"}
        return frozenset(stream for name, stream in names.items() if name in self.require)

    def remember_source(self, spec: str) -> None:
        """Put a source at the top of the recent sources."""
        self.recent = [spec, *(old for old in self.recent if old != spec)][:RECENT]


def settings_path() -> Path:
    """Return the path of the settings file in the user's configuration folder."""
    return user_config_path("fasdemo", appauthor=False) / "window.json"


def load(path: Path) -> tuple[Settings, str]:
    """Return the settings, and a sentence for the user if the file cannot be used, else "".

    A file that cannot be used is renamed and the defaults are used, so that the window always opens.
    """
    try:
        return Settings.model_validate_json(decode_text(path.read_bytes())), ""
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, ValueError) as error:
        _log.warning("%s: %s", path, error)
        aside = path.with_suffix(".broken.json")
        try:
            path.replace(aside)
        except OSError:
            return Settings(), f"The settings in {path} cannot be read; the default settings are used."
        return (
            Settings(),
            f"The settings could not be read; the default settings are used, and the old file is {aside}.",
        )


def save(settings: Settings, path: Path, loaded: Settings | None = None) -> bool:
    """Write the settings atomically; on failure log a warning and return False, because settings are not essential.

    Args:
        settings: the current settings.
        path: the file.
        loaded: the settings as this window has read or last written them. Settings that have not changed since then
            keep the values of the file, which another window may have written.
    """
    if loaded is not None:
        settings = _merged(settings, path, loaded)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, settings.model_dump_json(indent=1).encode("utf-8"))
    except OSError:
        _log.warning("the settings cannot be written to %s", path, exc_info=True)
        return False
    return True


def _merged(settings: Settings, path: Path, loaded: Settings) -> Settings:
    try:
        saved = Settings.model_validate_json(decode_text(path.read_bytes()))
    except (OSError, ValueError):
        return settings
    own = {
        name: getattr(settings, name)
        for name in Settings.model_fields
        if getattr(settings, name) != getattr(loaded, name)
    }
    if "recent" in own:
        own["recent"] = list(dict.fromkeys([*settings.recent, *saved.recent]))[:RECENT]
    return saved.model_copy(update=own)


def reset(path: Path) -> None:
    """Delete the saved settings."""
    path.unlink(missing_ok=True)
