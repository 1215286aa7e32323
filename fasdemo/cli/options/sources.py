"""Convert the command line's source options to the arguments of `open_source`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
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
    if options.camera is not None:
        from fasdemo.capture.cameras.network.address import is_network_address, parse_address
        from fasdemo.capture.open import CAMERA_FORMS, is_camera

        if is_network_address(options.camera):
            parse_address(options.camera)
        elif not is_camera(options.camera):
            # A mistyped address, e.g. rtsp:/USER:PASSWORD@HOST, can contain a password.
            shown = options.camera.partition(":")[0] if "@" in options.camera else options.camera
            raise UserError(f"--camera {shown}: unknown camera; use {CAMERA_FORMS}.")
    return str(options.camera or options.video or "")


MAX_CAMERAS = 16
"""Maximum number of cameras in one process."""


def camera_requests(options: argparse.Namespace, names: Sequence[str]) -> list[SourceRequest]:
    """Return the requests for several cameras, with the options that apply to all of them.

    Raises:
        UserError: a camera is unknown or given twice, or there are too many.
    """
    if len(names) > MAX_CAMERAS:
        raise UserError(f"--camera: {len(names)} cameras are too many; give at most {MAX_CAMERAS}.")
    plain = vars(options) | {"demo": False, "video": None, "depth": None, "ir": None}
    found: list[SourceRequest] = []
    for name in names:
        request = source_request(argparse.Namespace(**(plain | {"camera": name})))
        assert request is not None, "an empty name is an unknown camera"
        if request in found:
            more = "; add the number that `fasdemo doctor` shows" if name in ("realsense", "webcam") else ""
            raise UserError(f"--camera {request.shown}: is given twice; give each camera once{more}.")
        same = next((one for one in found if _may_be_same(one.spec, request.spec)), None)
        if same is not None:
            kinds = {one.spec.partition(":")[0] for one in (same, request)}
            advice = "give each camera by the number" if len(kinds) == 1 else "give one of them, by the name"
            raise UserError(
                f"--camera {same.shown} and --camera {request.shown} can be the same device; {advice} that "
                "`fasdemo doctor` shows."
            )
        found.append(request)
    _check_credentials([request.spec for request in found])
    return found


def _may_be_same(first: str, second: str) -> bool:
    """Return whether two names can mean one device.

    Names of one kind can if one has no number or both have the same one; a webcam can also be one of the two cameras of
    a Windows Hello camera.
    """
    (kind, _, one), (other_kind, _, two) = sorted((first.partition(":"), second.partition(":")))
    if (kind, other_kind) == ("hello", "webcam") and sys.platform.startswith("linux"):
        from fasdemo.capture.cameras.hello.pairs import has_webcam
        from fasdemo.capture.cameras.hello.system import this_system

        system = this_system()
        return has_webcam(system.pairs(system.nodes()), one, two)
    if kind != other_kind or kind not in ("realsense", "hello", "webcam"):
        return False
    if not one or not two:
        # Without a number, the first camera of its kind is opened.
        return True
    return one == two or (one.isdecimal() and two.isdecimal() and int(one) == int(two))


def _check_credentials(specs: Sequence[str]) -> None:
    """Raise UserError if a password for one camera would be sent to cameras at several hosts."""
    from fasdemo.capture.cameras.network.address import is_network_address, parse_address
    from fasdemo.capture.cameras.network.credentials import NETRC, PASSWORD, credentials_for

    hosts = {parse_address(spec).host for spec in specs if is_network_address(spec)}
    without_entry = [host for host in hosts if credentials_for(host, {NETRC: os.environ.get(NETRC, "")}) is None]
    if len(without_entry) > 1 and os.environ.get(PASSWORD):
        raise UserError(
            f"{PASSWORD} would be sent to cameras at several hosts; write the passwords into a netrc file with a line "
            f"`machine HOST login USER password PASSWORD` for each host, set {NETRC} to it and unset {PASSWORD}."
        )


def source_request(options: argparse.Namespace) -> SourceRequest | None:
    """Return the request for the source in the options; None if there is none.

    Raises:
        UserError: the camera is unknown, or its options cannot be set.
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
        _camera_options(options),
    )


def _camera_options(options: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """Return names and values of the camera's options and of its preset.

    Raises:
        UserError: one is not written as NAME=VALUE, the preset cannot be used, or there is no RealSense or webcam to
            set it on.
    """
    if not options.camera_option and options.camera_preset is None:
        return ()
    from fasdemo.capture.controls import parse_options
    from fasdemo.capture.open import CONTROLLED

    kind = (options.camera or "").split(":", 1)[0]
    if options.camera_option and kind not in CONTROLLED:
        raise UserError("--camera-option needs --camera realsense or --camera webcam.")
    found = parse_options(options.camera_option)
    if options.camera_preset is not None:
        from fasdemo.capture.cameras.realsense.preset_file import PRESET_FILE, read_preset

        if kind != "realsense":
            raise UserError("--camera-preset needs --camera realsense.")
        read_preset(options.camera_preset)
        found[PRESET_FILE] = str(options.camera_preset.resolve())
    return tuple(found.items())
