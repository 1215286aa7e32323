"""Print the line coverage of each package and fail if that of a critical package is below its limit.

`make coverage` runs it on the JSON report of coverage.py: `python tools/coverage_floor.py coverage.json`.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path, PurePath

MIN_PERCENT = 95.0
CRITICAL = ("fasdemo/engine", "fasdemo/sessions", "fasdemo/models")
"""What decides a verdict and what keeps recordings."""


def main(arguments: list[str]) -> int:
    """Print a table; return 0, 1 for a package below the floor, 2 for a report that cannot be used."""
    if len(arguments) != 1:
        print("usage: python tools/coverage_floor.py coverage.json", file=sys.stderr)
        return 2
    try:
        files = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))["files"]
        counts = count(files)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{arguments[0]} is not a JSON report of coverage.py ({error}); run `make coverage`.", file=sys.stderr)
        return 2
    status = 0
    for package in sorted({*counts, *CRITICAL}):
        covered, statements = counts.get(package, (0, 0))
        percent = 100.0 * covered / statements if statements else 0.0
        short = package in CRITICAL and percent < MIN_PERCENT
        note = f"  below {MIN_PERCENT:g} %" if short else ""
        print(f"{package:<24}{covered:>7} of {statements:>6} lines {percent:6.1f} %{note}")
        status = 1 if short else status
    return status


def count(files: dict[str, dict[str, dict[str, int]]]) -> dict[str, tuple[int, int]]:
    """Return package ("fasdemo/engine") to (covered lines, lines) from coverage.py's "files"."""
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name, entry in files.items():
        parts = PurePath(name.replace("\\", "/")).parts
        package = "/".join(parts[: min(2, len(parts) - 1)])
        covered, statements = counts[package]
        summary = entry["summary"]
        counts[package] = (covered + summary["covered_lines"], statements + summary["num_statements"])
    return dict(counts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
