"""Create the engine and the sources for the window, the headless run and the server."""

from __future__ import annotations

from pathlib import Path

from fasdemo.capture.source import Source
from fasdemo.challenge.processor import ChallengeProcessor
from fasdemo.engine.engine import Engine
from fasdemo.engine.loop.frame_loop import FrameProcessor
from fasdemo.engine.policy import Policy
from fasdemo.engine.setup.loading import ModelLoader, OwnModels
from fasdemo.runtime.lockout_file import LockoutFile, lockout_path
from fasdemo.runtime.requests import EngineRequest, SourceRequest


def make_processor(source: Source, request: EngineRequest, models: ModelLoader | None = None) -> FrameProcessor:
    """Return the requested engine, which asks for a challenge if one is requested.

    Args:
        source: an open source.
        request: the requested model, policy and device.
        models: loads the models, e.g. `fasdemo.engine.setup.shared_models.SharedModels` for several sources; None
            loads them for this engine alone.

    Raises:
        UserError: the engine cannot be created for this source.
    """
    motion = request.require_motion
    if motion is None:
        motion = source.info.live and "depth" in source.info.declared
    policy = Policy(
        threshold=request.policy,
        require=request.require,
        allow_rgb_only=request.allow_rgb_only,
        require_gaze=request.require_gaze,
        require_motion=motion,
        max_refused_attempts=request.max_refused_attempts,
        lockout_s=request.lockout_s,
        single_face=request.single_face,
    )
    engine = Engine.for_source(
        source, model=request.model, device=request.device, policy=policy, site=request.site, models=models
    )
    camera = None if models is None else source.info.name
    if source.info.live:
        engine.keep_attempts(LockoutFile(lockout_path(camera)))
    if request.challenge is None:
        return engine
    try:
        landmarker = (OwnModels() if models is None else models).landmarker()
        memory = LockoutFile(lockout_path(camera, challenges=True)) if source.info.live else None
        return ChallengeProcessor(engine, landmarker, request.challenge, display=request.display, memory=memory)
    except BaseException:
        engine.close()
        raise


def make_source(request: SourceRequest, realtime: bool = False, loop: bool = False) -> Source:
    """Return the requested source.

    Args:
        request: the source.
        realtime: play a file at its recorded speed; the window has its own clock.
        loop: start a file again at its end; the window has its own loop.

    Raises:
        UserError: the source cannot be opened.
    """
    from fasdemo.capture.open import open_source

    return open_source(
        request.spec,
        depth=request.depth,
        ir=request.ir,
        depth_scale=request.depth_scale,
        emitter=request.emitter,
        allow_virtual_camera=request.allow_virtual_camera,
        camera_options=dict(request.camera_options),
        realtime=realtime,
        loop=loop,
    )


def shipped_model_names() -> tuple[str, ...]:
    """Return the names of the shipped models; empty if they are missing, which is reported when a source is opened."""
    from fasdemo.errors import UserError
    from fasdemo.models.model_file import read_manifest
    from fasdemo.models.registry import models_folder

    try:
        manifest = read_manifest(models_folder())
    except UserError:
        return ()
    return () if manifest is None else tuple(Path(entry.file).stem for entry in manifest.models)


def demo_path() -> str | None:
    """Return the folder of the demo session; None if it is missing."""
    from fasdemo.assets_folder import demo_session
    from fasdemo.errors import UserError

    try:
        return str(demo_session())
    except UserError:
        return None
