"""Print the section of CHANGELOG.md on one version: `python tools/release_notes.py 0.2.0`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def section(text: str, version: str) -> str | None:
    """Return the text below "## [version]", or None without such a heading or without text below it."""
    found = re.search(rf"^## \[{re.escape(version)}\].*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() or None if found else None


def main(arguments: list[str]) -> int:
    """Print the section; return 2 where CHANGELOG.md has none on this version."""
    notes = section(CHANGELOG.read_text(encoding="utf-8"), arguments[0]) if len(arguments) == 1 else None
    if notes is None:
        wanted = arguments[0] if arguments else "a version"
        print(f"CHANGELOG.md has no section on {wanted}; write it before the release.", file=sys.stderr)
        return 2
    print(notes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
