"""`fasdemo serve`: give verdicts to other software by REST, WebSocket, MQTT and webhooks."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from fasdemo.cli.options.arguments import (
    ALLOW_COLOUR_ALONE,
    add_attempt_options,
    add_stream_options,
    at_least_one,
    stream_list,
)
from fasdemo.cli.options.pictures import add_picture_options, picture_settings, picture_words
from fasdemo.cli.options.signals import add_signal_options, signal_settings
from fasdemo.errors import UserError
from fasdemo.terminal import say, tell

if TYPE_CHECKING:
    from fasdemo.runtime.requests import SourceRequest
    from fasdemo.serve.live_output import LiveOutput
    from fasdemo.serve.mqtt import MqttPublisher
    from fasdemo.serve.settings import ServeSettings
    from fasdemo.serve.webhooks import Webhooks

EXAMPLE = "fasdemo serve --camera realsense --preview"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo serve`."""
    source = parser.add_argument_group("sources (without one, only pictures from clients are rated)")
    source.add_argument(
        "--camera", metavar="NAME", action="append", default=[], help="same as `fasdemo --camera`; may be repeated"
    )
    source.add_argument(
        "--video", metavar="PATH", action="append", default=[], help="same as `fasdemo --video`; may be repeated"
    )
    source.add_argument("--demo", action="store_true", help="the bundled session")
    source.add_argument("--loop", action="store_true", help="files start again at their end")
    add_stream_options(source)
    judge = parser.add_argument_group("verdicts")
    judge.add_argument("--model", metavar="NAME|FILE", help="a shipped model's name or an ONNX file with its card")
    judge.add_argument("--policy", metavar="NAME", help="a threshold policy of the model's card")
    judge.add_argument(
        "--require",
        metavar="STREAMS",
        type=stream_list,
        default=frozenset(),
        help="streams that LIVE requires, e.g. depth,ir",
    )
    add_attempt_options(judge, "0", "60")
    judge.add_argument(
        "--challenge",
        choices=("light", "turn", "blink", "random"),
        help="LIVE requires that the person follows random prompts, which a client shows (docs/serve.md)",
    )
    judge.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: auto")
    judge.add_argument("--allow-colour-alone", action="store_true", help=ALLOW_COLOUR_ALONE)
    judge.add_argument("--site", metavar="FILE", type=Path, help="site file, written by `fasdemo calibrate`")
    access = parser.add_argument_group("access")
    access.add_argument("--host", default="127.0.0.1", help="address to listen on; default: 127.0.0.1")
    access.add_argument("--port", type=_port, default=8765, metavar="N", help="default: 8765")
    access.add_argument(
        "--token-file", type=Path, metavar="FILE", help="file with the token; default: variable FASDEMO_TOKEN"
    )
    access.add_argument("--tls-certificate", type=Path, metavar="FILE", help="PEM certificate chain")
    access.add_argument("--tls-key", type=Path, metavar="FILE", help="PEM key, unencrypted")
    access.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="further host name by which clients reach the server",
    )
    access.add_argument("--preview", action="store_true", help="also serve camera pictures: snapshot and MJPEG")
    access.add_argument("--record", type=Path, metavar="DIR", help="let clients record labelled sessions below DIR")
    access.add_argument(
        "--max-body-mb", type=at_least_one, default=16, metavar="N", help="largest request in MB; default: 16"
    )
    access.add_argument(
        "--rate",
        type=at_least_one,
        default=20,
        metavar="N",
        help="allowed requests per second of one client; default: 20",
    )
    push = parser.add_argument_group("passing results on")
    push.add_argument("--mqtt", metavar="URL", help="mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")
    push.add_argument(
        "--mqtt-name", default="fasdemo", metavar="NAME", help="name of this server in topics; default: fasdemo"
    )
    push.add_argument(
        "--mqtt-ca", type=Path, metavar="FILE", help="PEM certificate of the broker's certificate authority"
    )
    push.add_argument(
        "--webhook",
        action="append",
        default=[],
        metavar="URL",
        help="address that receives changes of verdicts; may be repeated",
    )
    push.add_argument(
        "--webhook-secret-file",
        type=Path,
        metavar="FILE",
        help="file with the key of the signatures; default: variable FASDEMO_WEBHOOK_SECRET",
    )

    add_signal_options(parser)
    add_picture_options(parser)


def _port(text: str) -> int:
    value = int(text) if text.isdecimal() and text.isascii() else -1
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number from 0 to 65535")
    return value


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; return 0.

    Raises:
        UserError: a setting, a source's name or the address cannot be used, or the packages of the extra `serve` are
            not installed.
    """
    try:
        from fasdemo.serve.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("fasdemo"):
            raise
        raise UserError(f"{error.name} is not installed; install it with `pip install 'fasdemo[serve]'`.") from None
    from fasdemo.cli.options.engine import engine_request
    from fasdemo.outputs import check_output_folder
    from fasdemo.runtime.memory import limit_heaps

    limit_heaps()
    settings = _settings(args)
    settings.check()
    if args.challenge and (args.demo or args.video):
        raise UserError(f"--challenge {args.challenge}: files cannot follow prompts; give cameras only, with --camera.")
    if args.challenge and not args.camera:
        raise UserError(f"--challenge {args.challenge}: needs a camera; give it with --camera.")
    if args.record is not None:
        check_output_folder("--record", args.record)
    sources = source_requests(args)
    engine = engine_request(args, accepts=True)
    publisher, hooks, live_output = _publisher(args), _webhooks(args), _live_output(args)
    wanted_pictures = picture_settings(args)
    pictures = None
    if wanted_pictures is not None:
        if not sources:
            raise UserError("--event-pictures needs a source; give --camera, --video or --demo.")
        from fasdemo.runtime.outputs.event_picture_writer import EventPictureWriter

        pictures = EventPictureWriter()
        pictures.start(wanted_pictures)
    for sentence in settings.warnings:
        say(sentence, "fasdemo serve")
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    try:
        serve(
            settings,
            sources,
            engine,
            loop=args.loop,
            publisher=publisher,
            webhooks=hooks,
            live_output=live_output,
            pictures=pictures,
            tell=tell,
        )
    finally:
        if pictures is not None:
            pictures.stop()
    if wanted_pictures is not None and pictures is not None:
        tell(picture_words(wanted_pictures, pictures.status))
    return 0


def _settings(args: argparse.Namespace) -> ServeSettings:
    from fasdemo.serve.settings import TOKEN_VARIABLE, ServeSettings, secret

    return ServeSettings(
        host=args.host,
        port=args.port,
        token=secret(TOKEN_VARIABLE, args.token_file, "--token-file"),
        certificate=args.tls_certificate,
        key=args.tls_key,
        names=tuple(args.name),
        preview=args.preview,
        record=args.record,
        max_body_bytes=args.max_body_mb * 1024 * 1024,
        requests_per_s=float(args.rate),
    )


def _publisher(args: argparse.Namespace) -> MqttPublisher | None:
    from fasdemo.publish.broker import broker_of
    from fasdemo.serve.mqtt import MqttPublisher
    from fasdemo.serve.settings import secret

    if not args.mqtt:
        return None
    username, password = (secret(f"FASDEMO_MQTT_{name}", None, "--mqtt") for name in ("USERNAME", "PASSWORD"))
    return MqttPublisher(broker_of(args.mqtt, username, password, args.mqtt_ca, args.mqtt_name))


def _webhooks(args: argparse.Namespace) -> Webhooks | None:
    from fasdemo.publish.web import check_address
    from fasdemo.serve.settings import MIN_TOKEN_CHARACTERS, secret
    from fasdemo.serve.webhooks import Webhooks

    if not args.webhook:
        return None
    key = secret("FASDEMO_WEBHOOK_SECRET", args.webhook_secret_file, "--webhook-secret-file")
    if len(key) < MIN_TOKEN_CHARACTERS:
        raise UserError(
            f"--webhook: set FASDEMO_WEBHOOK_SECRET to at least {MIN_TOKEN_CHARACTERS} characters, or give "
            "--webhook-secret-file; it is the key of the signatures."
        )
    return Webhooks(tuple(check_address(url) for url in args.webhook), key)


def _live_output(args: argparse.Namespace) -> LiveOutput | None:
    from fasdemo.publish.signals import Signals
    from fasdemo.serve.live_output import LiveOutput

    if not args.on_live and not args.heartbeat:
        return None
    if args.heartbeat and not args.camera:
        raise UserError("--heartbeat needs a camera; give it with --camera.")
    # The demo session and videos have no heartbeat, because they are not cameras.
    first = 2 if args.demo else 1
    signals = Signals(sources=tuple(str(number) for number in range(first, first + len(args.camera))))
    signals.configure(signal_settings(args))
    return LiveOutput(signals)


def source_requests(args: argparse.Namespace) -> list[SourceRequest]:
    """Return the requests for the sources in the options.

    Raises:
        UserError: a camera is unknown, or depth and infrared files do not belong to exactly one video.
    """
    from fasdemo.cli.options.sources import camera_requests, source_request

    if (args.depth or args.ir) and len(args.video) != 1:
        raise UserError("--depth and --ir belong to one --video; give exactly one, or record the streams as sessions.")
    plain = vars(args) | {"demo": False, "camera": None, "video": None}
    cameras = camera_requests(argparse.Namespace(**plain), args.camera)
    demo = [source_request(argparse.Namespace(**(plain | {"demo": True, "depth": None, "ir": None})))]
    videos = [source_request(argparse.Namespace(**(plain | {"video": path}))) for path in args.video]
    return [one for one in (*(demo if args.demo else ()), *cameras, *videos) if one is not None]
