"""Installed packages and missing libraries."""

from __future__ import annotations

from importlib import metadata

from fasdemo.cli.checks.finding import Finding
from fasdemo.shared_libraries import MissingLibraryError


def installed(prefix: str) -> list[str]:
    """Return the installed distributions whose lower-case names start with `prefix`, sorted."""
    names = {(one.metadata["Name"] or "").lower() for one in metadata.distributions()}
    return sorted(name for name in names if name.startswith(prefix))


def without_library(area: str, error: MissingLibraryError, before: list[Finding]) -> Finding:
    """Return the finding that a library is missing, with its advice unless an earlier finding has it."""
    text, advice = f"{error.problem}.", f"{error.advice[0].upper()}{error.advice[1:]}."
    if any(one.text == text for one in before):
        return Finding(area, "wrong", f"The check failed: {text}", "See above.")
    return Finding(area, "wrong", text, advice)
