"""`fasdemo tune`: score a folder of labelled sessions, print error rates, and save thresholds and reports.

`fasdemo --tune FOLDER` opens the same in the window.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from fasdemo.engine.policy import MIN_LIVE_ABOVE
from fasdemo.errors import UserError
from fasdemo.models.model_inputs import model_files
from fasdemo.outputs import check_folder_exists, check_outputs, open_output
from fasdemo.progress import bar
from fasdemo.terminal import say, tell
from fasdemo.tuning.figures import MAX_THRESHOLD, MIN_THRESHOLD, checked_thresholds, counts, figures_at
from fasdemo.tuning.gallery import cases, in_order
from fasdemo.tuning.report import Variant, interval_words, rate_words, report_json, variant_name, write_report
from fasdemo.tuning.saving import check_policy, check_site, check_site_file, save_policy, save_site
from fasdemo.tuning.scores.scoring import Plan, Progress, plan_scoring, score_folder

EXAMPLE = "fasdemo tune sessions --report report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo tune`."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder of labelled sessions")
    parser.add_argument("--model", metavar="NAME|FILE", help="default: the shipped model for the sessions' streams")
    parser.add_argument("--policy", metavar="NAME", help="a threshold policy of the model's card")
    parser.add_argument("--other-model", metavar="NAME|FILE", help="compare with this model")
    parser.add_argument("--other-policy", metavar="NAME", help="compare with this policy")
    parser.add_argument(
        "--live-above", type=_share, metavar="SCORE", help="threshold for LIVE, 0.5 or more; default: the policy's"
    )
    parser.add_argument(
        "--spoof-below", type=_share, metavar="SCORE", help="threshold for SPOOF; default: the policy's"
    )
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="write a report with figures and pictures")
    parser.add_argument("--json", metavar="FILE|-", help="write the figures as JSON (- is standard output)")
    parser.add_argument(
        "--save-policy",
        nargs=2,
        metavar=("NAME", "FILE.onnx"),
        help="write a copy of the model that has the thresholds as a policy",
    )
    parser.add_argument(
        "--save-site", type=Path, metavar="FILE.json", help="write a site file with the threshold for LIVE"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="default: auto")


def run(args: argparse.Namespace) -> int:
    """Score, print, and write what is wanted; return the exit status.

    Raises:
        UserError: the folder has no usable session, or an option cannot be used.
    """
    _check(args)
    chosen = [(args.model, args.policy)]
    if args.other_model or args.other_policy:
        chosen.append((args.other_model or args.model, args.other_policy))
    plans = [plan_scoring(args.folder, *one) for one in chosen]
    limits = [_thresholds(args, plan) for plan in plans]
    _check_saving(args, plans[0], limits[0][0])
    variants = [_variant(args, *one, *both) for one, both in zip(chosen, limits, strict=True)]
    first = variants[0]
    for one in variants:
        for sentence in (*one.scoring.notes, *one.scoring.left_out):
            say(sentence, "fasdemo tune")
        if args.json != "-":
            tell("\n".join(_table(one)))
    made = datetime.now(UTC)
    if args.save_policy:
        save_policy(first.scoring, first.figures, args.save_policy[0], Path(args.save_policy[1]))
    if args.save_site:
        site = save_site(first.scoring, first.figures.live_above, args.save_site)
        say(
            f"{args.save_site}: bias {site.bias:+.2f} for {site.camera}; the limit is {site.limit:+.2f}.",
            "fasdemo tune",
        )
    if args.report:
        write_report(args.report, variants, made)
    if args.json:
        _write_json(args.json, variants, made)
    return 0


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a score between 0 and 1")
    return value


def _check(args: argparse.Namespace) -> None:
    """Raise UserError for options that cannot be used, before anything is scored."""
    live, spoof = args.live_above, args.spoof_below
    if live is not None and live < MIN_LIVE_ABOVE:
        raise UserError(f"--live-above {live:g}: LIVE needs a score of 0.5 or more; choose a higher threshold.")
    if live is not None and live > MAX_THRESHOLD:
        raise UserError(f"--live-above {live:.7g}: nothing would be LIVE; choose {MAX_THRESHOLD:g} or less.")
    if spoof is not None and spoof < MIN_THRESHOLD:
        raise UserError(f"--spoof-below {spoof:g}: nothing would be SPOOF; choose {MIN_THRESHOLD:g} or more.")
    if live is not None and spoof is not None and spoof > live:
        raise UserError(f"--spoof-below {spoof:g}: is above --live-above {live:g}; choose a lower one.")
    outputs = {"--report": args.report, "--json": args.json, "--save-site": args.save_site}
    outputs["--save-policy"] = args.save_policy[1] if args.save_policy else None
    check_outputs(outputs, [args.folder, *model_files(args.model), *model_files(args.other_model)])
    if args.json not in (None, "-"):
        check_folder_exists("--json", Path(args.json))


def _thresholds(args: argparse.Namespace, plan: Plan) -> tuple[float, float]:
    """Return the thresholds for LIVE and for SPOOF to measure with a model and policy."""
    live = plan.threshold.live_above if args.live_above is None else args.live_above
    spoof = min(plan.threshold.spoof_below, live) if args.spoof_below is None else args.spoof_below
    if spoof > live:
        raise UserError(
            f"--spoof-below {spoof:g}: is above {live:g}, from which on {plan.policy} says LIVE; choose a "
            "lower one, or give --live-above too."
        )
    return checked_thresholds(live, spoof)


def _check_saving(args: argparse.Namespace, plan: Plan, live_above: float) -> None:
    """Raise UserError for a policy or a site file that cannot be saved, before anything is scored."""
    if args.save_policy:
        check_policy(plan.card, args.save_policy[0], live_above, Path(args.save_policy[1]))
    if args.save_site:
        check_site_file(args.save_site)
        check_site(plan, live_above)


def _variant(args: argparse.Namespace, model: str | None, policy: str | None, live: float, spoof: float) -> Variant:
    with bar() as progress:
        task = progress.add_task("scoring", total=None)

        def show(found: Progress) -> None:
            progress.update(task, completed=found.done, total=found.total, description=found.name or "scoring")

        scoring = score_folder(args.folder, model, policy, args.device, show)
    figures = figures_at(scoring, live, spoof)
    found = in_order([case for case in cases(scoring, figures.live_above, figures.spoof_below) if case is not None])
    return Variant(variant_name(scoring), scoring, figures, found)


def _table(one: Variant) -> list[str]:
    figures, numbers = one.figures, counts(one.scoring)
    lines = [f"{one.name}: LIVE above {figures.live_above:.3f}, SPOOF below {figures.spoof_below:.3f}."]
    rates = [("bona fide", "BPCER", figures.bpcer, numbers.get("live", 0))]
    rates += [(name, "APCER", rate, numbers.get(name, 0)) for name, rate in figures.apcer.items()]
    width = max(len(name) for name, *_ in rates)
    for name, kind, rate, count in rates:
        missing = count - rate.total
        no_response = f", {missing} without a response" if missing else ""
        lines.append(
            f"{name:<{width}}  {kind} {rate_words(rate):>6} ({interval_words(rate)}), {rate.errors} of {rate.total}"
            f"{no_response}"
        )
    wrong = sum(case.kind != "uncertain" for case in one.cases)
    lines.append(f"{wrong} wrong and {len(one.cases) - wrong} uncertain of {sum(numbers.values())} presentations.")
    return lines


def _write_json(target: str, variants: list[Variant], made: datetime) -> None:
    text = json.dumps(report_json(variants, made), indent=2)
    if target == "-":
        tell(text)
        return
    try:
        with open_output(Path(target)) as file:
            file.write(text + "\n")
    except OSError as error:
        raise UserError(f"--json {target}: cannot be written ({error.strerror}); choose another file.") from error
