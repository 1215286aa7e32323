"""The command `python -m trainer synth`."""

from __future__ import annotations

import argparse
from pathlib import Path

from fasdemo.errors import UserError
from fasdemo.outputs import check_outputs
from trainer.synth.dataset.crops import Job, Recipe, environment_list, fingerprint, render_crops
from trainer.synth.heads.open_heads import load_head
from trainer.synth.people.people import People, load_people
from trainer.synth.scene.subject import SPECIES
from trainer.synth.sensors.sensor import DEFAULT_SENSORS, PRESETS


def run(args: argparse.Namespace) -> int:
    """Check the options and run the selected task."""
    if args.jobs < 1:
        raise UserError(f"jobs {args.jobs}: at least one process is needed; give 1 or more.", parameter="jobs")
    if args.cluster is not None and args.what != "crops":
        raise UserError(
            f"cluster {args.cluster}: is only for the rendering of crops; omit it for {args.what}.", parameter="cluster"
        )
    if args.what == "noise":
        from trainer.synth.sensors.noise import measure_noise, noise_table

        print(noise_table(measure_noise()))
        return 0
    if args.what == "shortcuts":
        from trainer.synth.dataset.crop_set import SynthSet
        from trainer.synth.dataset.shortcuts import measure_shortcuts, shortcut_table
        from trainer.synth.photographs.photo_set import RECIPE_FILE

        if args.data is None:
            raise UserError("data: is required; give the folder of a rendered data set.", parameter="data")
        if (args.data / RECIPE_FILE).is_file() and (args.data / "details.csv").is_file():
            from trainer.synth.photographs.shortcuts import measure_photo_shortcuts

            print(shortcut_table(measure_photo_shortcuts(args.data, seed=args.seed)))
            return 0
        print(shortcut_table(measure_shortcuts(SynthSet(args.data), seed=args.seed)))
        return 0
    if args.what == "statistics":
        return _statistics(args)
    if args.what == "smoothing":
        from trainer.synth.dataset.crop_set import SynthSet
        from trainer.synth.dataset.smoothing import measure_smoothing, smoothing_table

        if args.data is None or args.model is None:
            missing = "data" if args.data is None else "model"
            raise UserError(
                f"{missing}: is required; give a rendered data set and an ONNX model for this task.", parameter=missing
            )
        print(smoothing_table(measure_smoothing(args.model, SynthSet(args.data))))
        return 0
    if args.what != "fit" and args.output is None:
        raise UserError("output: is required; give the folder or file to write.", parameter="output")
    load_head(args.heads)
    if args.what == "demo":
        from trainer.synth.dataset.demo import render_demo

        render_demo(args.output, args.heads, args.seed, args.work)
        return 0
    if args.what == "sheet":
        # Checked first, because the fit of many portraits takes minutes.
        check_outputs({"output": args.output}, [*(args.portraits or ()), args.heads])
    people = load_people(args.portraits, args.heads, args.jobs, args.work)
    if people.skipped:
        print(f"{len(people.skipped)} pictures without a usable face were skipped: {', '.join(people.skipped)}")
    if args.what == "fit":
        print(f"{len(people.files)} portraits of {len(set(people.names))} people are ready in {args.work}")
        return 0
    if args.what == "sheet":
        from trainer.synth.dataset.contact_sheet import write_contact_sheet

        write_contact_sheet(args.output, people, _species(args), args.seed, environment_list(args.environments))
        return 0
    if args.what == "sessions":
        return _sessions(args, people)
    if args.what == "photographs":
        return _photographs(args, people)
    return _crops(args, people)


def _statistics(args: argparse.Namespace) -> int:
    from trainer.synth.dataset.crop_set import SynthSet
    from trainer.synth.dataset.depth_statistics import kinect_crops, rendered_crops, statistics_table, summarise

    if args.data is None and args.real is None:
        raise UserError(
            "data: is required, unless real is given; give a folder of rendered crops, or one of real captures.",
            parameter="data",
        )
    columns = {}
    if args.real is not None:
        columns["real"] = summarise(kinect_crops(args.real))
    if args.data is not None:
        data = SynthSet(args.data)
        live = data.table["label"] == "live"
        if not live.any():
            raise UserError(f"data {args.data}: the set has no live sample; render some.", parameter="data")
        columns["rendered"] = summarise(rendered_crops(data, label="live"))
        for sensor in sorted(set(data.table["sensor"][live])):
            columns[sensor] = summarise(rendered_crops(data, label="live", sensor=sensor))
    print(statistics_table(columns))
    return 0


def _sessions(args: argparse.Namespace, people: People) -> int:
    from trainer.synth.dataset.sessions import SessionJob, render_sessions

    if not 0.1 <= args.seconds <= 600:
        raise UserError(f"seconds {args.seconds}: must be from 0.1 to 600; choose another number.", parameter="seconds")
    environments = environment_list(args.environments)
    job = SessionJob(_recipe(args, people, environments), people, environments, Path(args.output), args.seconds)
    print(f"{render_sessions(job, args.jobs)} sessions in {args.output}")
    return 0


def _photographs(args: argparse.Namespace, people: People) -> int:
    from trainer.synth.photographs.photo_set import photo_job, write_photographs

    job = photo_job(
        people, list(args.portraits or ()), environment_list(args.environments), Path(args.output), args.work,
        args.seed, args.count, args.live_share, args.field,
    )  # fmt: skip
    written, dropped = write_photographs(job, args.jobs)
    print(f"{written} pictures in {args.output}; {dropped} pictures without a detectable face were dropped")
    return 0


def _recipe(args: argparse.Namespace, people: People, environments: tuple[Path, ...]) -> Recipe:
    for parameter in ("count", "shots"):
        if (number := getattr(args, parameter)) < 1:
            raise UserError(f"{parameter} {number}: must be at least 1; choose another number.", parameter=parameter)
    if not 0 <= args.live_share <= 1:
        raise UserError(
            f"live_share {args.live_share}: must be from 0 to 1; choose another number.", parameter="live_share"
        )
    return Recipe(
        seed=args.seed,
        count=args.count,
        live_share=args.live_share,
        species=_species(args),
        sensors=_sensors(args),
        shots=args.shots,
        holdout=_known(args.holdout, SPECIES, "holdout"),
        holdout_sensors=_known(args.holdout_sensor, tuple(PRESETS), "holdout_sensor"),
        heads="default" if args.heads is None else args.heads.name,
        portraits=fingerprint(people.files),
        environments=fingerprint(environments),
    )


def _crops(args: argparse.Namespace, people: People) -> int:
    environments = environment_list(args.environments)
    recipe = _recipe(args, people, environments)
    samples, dropped = render_crops(Job(recipe, people, environments, Path(args.output)), args.jobs, args.cluster)
    print(f"{samples} samples in {args.output}; {dropped} exposures without a detectable face were dropped")
    return 0


def _known(names: list[str], known: tuple[str, ...], parameter: str) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise UserError(f"{parameter} {name}: unknown; choose from {', '.join(known)}.", parameter=parameter)
    return tuple(names)


def _species(args: argparse.Namespace) -> tuple[str, ...]:
    return _known([s for s in args.species or SPECIES if s != "live"], SPECIES, "species")


def _sensors(args: argparse.Namespace) -> dict[str, float]:
    if not args.sensor:
        return dict(DEFAULT_SENSORS)
    result: dict[str, float] = {}
    for item in args.sensor:
        name, _, weight = item.partition("=")
        _known([name], tuple(PRESETS), "sensor")
        try:
            result[name] = float(weight or 1.0)
        except ValueError:
            raise UserError(
                f"sensor {item}: the weight must be a number; write {name}=0.5.", parameter="sensor"
            ) from None
        if not 0 < result[name] < 1e6:
            raise UserError(f"sensor {item}: the weight must be positive; write {name}=0.5.", parameter="sensor")
    return result
