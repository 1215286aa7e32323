"""Labelled sequences in the session format, one session per setup."""

from __future__ import annotations

import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from fasdemo.errors import UserError
from fasdemo.frames import Calibration
from fasdemo.progress import bar
from fasdemo.sessions.schema import SESSION_FILE, CalibrationRecord, Device, Session
from fasdemo.sessions.writer import SessionWriter
from trainer.synth.dataset.crops import GENERATOR_VERSION, Recipe, SetupSampler, choose, open_folder
from trainer.synth.people.people import People
from trainer.synth.people.performance import draw_performance
from trainer.synth.people.photo import Photo, take_clip
from trainer.synth.scene.sequence import FPS, film
from trainer.synth.scene.subject import LIVE
from trainer.synth.sensors.sensor import draw_exposure_params

Rng = np.random.Generator


@dataclass(frozen=True)
class SessionJob:
    """The parameters of a worker: `count` of the recipe is the number of sessions of `seconds` each."""

    recipe: Recipe
    people: People
    environments: tuple[Path, ...]
    folder: Path
    seconds: float


def session_folder(job: SessionJob, number: int) -> Path:
    """Return the folder of session `number`: `SUBJECT/live|spoof-SPECIES/SEED-NUMBER`."""
    _, species, _, first, _ = choose(np.random.default_rng([job.recipe.seed, number]), job.recipe, job.people)
    kind = LIVE if species == LIVE else f"spoof-{species}"
    return job.folder / job.people.names[first] / kind / f"{job.recipe.seed}-{number:05d}"


def render_session(job: SessionJob, number: int) -> Path:
    """Render one session, unless its folder is complete; return the folder."""
    target = session_folder(job, number)
    if (target / SESSION_FILE).is_file():
        return target
    rng = np.random.default_rng([job.recipe.seed, number])
    split, species, sensor, first, second = choose(rng, job.recipe, job.people)
    setup = SetupSampler(job.people, job.environments).setup(rng, species, first, second, sensor)
    params = draw_exposure_params(rng, setup.projector)
    performance = draw_performance(rng, job.seconds)
    clip: list[Photo] | None = None
    if species.startswith("replay"):
        played = draw_performance(rng, job.seconds)
        times = np.arange(max(1, round(job.seconds * 10))) / 10
        moves = [(played.turn(t), played.expression(t)) for t in times]
        clip = take_clip(setup.person, job.people.model(), int(rng.integers(2**31)), moves)
    camera = setup.camera
    session = Session(
        subject=job.people.names[first],
        label=setup.label,
        species=None if species == LIVE else species,
        instrument=setup.instrument,
        started=datetime(2026, 1, 1, tzinfo=UTC),
        streams=("rgb", "depth", "ir"),
        width=camera.width,
        height=camera.height,
        fps=FPS,
        depth_scale=setup.preset.unit_m,
        calibration=CalibrationRecord.of(Calibration(camera, camera, camera)),
        device=Device(name=f"synthetic {setup.preset.name}", sensor_preset=setup.preset.name),
        generator={
            "recipe": "trainer synth sessions", "version": GENERATOR_VERSION, "seed": job.recipe.seed, "number": number,
            "split": split, "light": setup.surroundings.kind, "projector": setup.projector,
        },
    )  # fmt: skip
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    with SessionWriter(partial, session) as writer:
        for frame in film(setup, performance, params, job.seconds, (job.recipe.seed, number), clip):
            writer.write(frame)
    partial.replace(target)
    return target


def render_sessions(job: SessionJob, jobs: int) -> int:
    """Render the missing sessions; return the number of sessions.

    Raises:
        UserError: the folder contains data of another recipe or cannot be written; complete sessions are kept.
    """
    open_folder(job.folder, job.recipe, f"sessions of {job.seconds:g} s")
    numbers = range(job.recipe.count)
    try:
        with bar() as progress:
            task = progress.add_task("rendering sessions", total=len(numbers))
            if jobs <= 1 or len(numbers) == 1:
                for number in numbers:
                    render_session(job, number)
                    progress.advance(task)
            else:
                with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
                    for future in as_completed([pool.submit(render_session, job, number) for number in numbers]):
                        future.result()
                        progress.advance(task)
    except OSError as error:
        raise UserError(
            f"output {job.folder}: writing failed ({error.strerror}); free some space and run the same command "
            "again, complete sessions are kept.",
            parameter="output",
        ) from None
    return len(numbers)
