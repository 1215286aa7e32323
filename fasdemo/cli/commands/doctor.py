"""`fasdemo doctor`: report what is installed and connected, what is wrong, and what to do about it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape

from fasdemo import __version__
from fasdemo.cli.checks import cameras, machine, models
from fasdemo.cli.checks.finding import Finding, State
from fasdemo.cli.checks.packages import without_library
from fasdemo.errors import printable
from fasdemo.shared_libraries import (
    missing_library,
)

EXAMPLE = "fasdemo doctor --json > doctor.json"

_WORDS: dict[State, str] = {
    "good": "[green]good [/green]",
    "note": "[yellow]note [/yellow]",
    "wrong": "[red]WRONG[/red]",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fasdemo doctor`."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Run all checks and print the findings; return 1 if something is wrong, else 0."""
    findings = examine()
    if args.json:
        print(json.dumps({"version": __version__, "findings": [asdict(one) for one in findings]}, indent=1))
    else:
        _print(findings)
    return 1 if any(one.state == "wrong" for one in findings) else 0


def examine() -> list[Finding]:
    """Return the findings of all checks, sorted by area; a check that fails is a finding too."""
    looks: tuple[tuple[str, Callable[[], list[Finding]]], ...] = (
        ("system", machine.system),
        ("system", machine.libraries),
        ("cameras", cameras.realsense),
        ("cameras", cameras.webcams),
        ("inference", models.inference),
        ("models", models.models),
        ("models", models.face_model),
        ("display", machine.display),
        ("disk", machine.disk),
    )
    found = []
    for area, look in looks:
        try:
            found += look()
        except Exception as error:
            missing = missing_library(error) if isinstance(error, ImportError) else None
            if missing is not None:
                found.append(without_library(area, missing, found))
                continue
            # Report any error, because the doctor is used on machines with problems.
            found.append(Finding(area, "wrong", f"The check failed: {error!r}", "Please report this."))
    return found


def _print(findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    area = ""
    for one in findings:
        if one.area != area:
            area = one.area
            console.print(f"[bold]{area}[/bold]")
        console.print(f"  {_WORDS[one.state]} {escape(printable(one.text))}")
        if one.advice:
            console.print(f"        {escape(printable(one.advice))}")
    wrong = sum(one.state == "wrong" for one in findings)
    console.print({0: "Nothing is wrong.", 1: "1 thing is wrong."}.get(wrong, f"{wrong} things are wrong."))
