"""Cells of CSV files for spreadsheets, in which text from files and names is never read as a formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters of a formula (OWASP, CSV injection); an apostrophe before them makes the cell a text."""


def safe_cell(value: Any) -> Any:
    """Return a cell, with an apostrophe before a text that a spreadsheet would read as a formula."""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "backslashreplace").decode("utf-8")
    if text.startswith("'") or text.lstrip().startswith(_STARTS) or text.startswith(_STARTS):
        return "'" + text
    return text


def stored_cell(text: str) -> str:
    """Return the original text of a cell from `safe_cell`."""
    return text[1:] if text.startswith("'") else text


def safe_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of safe cells."""
    return {name: safe_cell(value) for name, value in row.items()}
