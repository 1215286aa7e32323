"""Replacement of the section between two marks of a page."""

from __future__ import annotations

from pathlib import Path

from fasdemo.atomic_file import write_text
from fasdemo.errors import UserError


def check_marks(page: Path, begin: str, end: str) -> None:
    """Check that a page can take a result, before the work that computes it.

    Raises:
        UserError: the page does not exist, or a mark does not occur exactly once.
    """
    _split(page, begin, end)


def write_between(page: Path, begin: str, end: str, lines: list[str]) -> None:
    """Replace the lines between the marks.

    Raises:
        UserError: see `check_marks`.
    """
    before, after = _split(page, begin, end)
    write_text(page, before + begin + "\n" + "\n".join(lines).strip("\n") + "\n" + end + after)


def _split(page: Path, begin: str, end: str) -> tuple[str, str]:
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{page}: cannot be read ({error.strerror}); give `page`.") from None
    if text.count(begin) != 1 or text.count(end) != 1:
        raise UserError(f"{page}: the marks {begin} and {end} must occur once each; add them.")
    before, rest = text.split(begin)
    return before, rest.split(end)[1]
