"""The command line's options for signals to other devices, and their settings."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fasdemo.cli.options.arguments import seconds

if TYPE_CHECKING:
    from fasdemo.publish.signals import SignalSettings


def add_signal_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; `docs/door.md` describes them."""
    group = parser.add_argument_group("signals to other devices (see docs/door.md)")
    add_live_options(group)
    add_heartbeat_options(group)


def add_heartbeat_options(group: argparse._ArgumentGroup) -> None:
    """Add the options of the heartbeat."""
    group.add_argument(
        "--heartbeat",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="signal while the frames of all cameras are processed: a file to touch, http(s):// or mqtt(s)://; may be "
        "repeated",
    )
    group.add_argument(
        "--heartbeat-seconds", metavar="S", type=seconds, default=10.0, help="time between heartbeats; default: 10"
    )


def add_live_options(group: argparse._ArgumentGroup) -> None:
    """Add the options of the output on LIVE."""
    group.add_argument(
        "--on-live",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="signal every accepted attempt: http(s)://HOST/PATH, mqtt(s)://HOST/TOPIC, serial:DEVICE or "
        "gpio:CHIP?line=N; may be repeated",
    )
    group.add_argument(
        "--on-live-pause",
        metavar="S",
        type=seconds,
        default=3.0,
        help="shortest time between two of these signals; default: 3",
    )


def signal_settings(options: argparse.Namespace) -> SignalSettings:
    """Return the settings that the options make."""
    from fasdemo.publish.signals import SignalSettings

    return SignalSettings(
        tuple(options.on_live), options.on_live_pause, tuple(options.heartbeat), options.heartbeat_seconds
    )
