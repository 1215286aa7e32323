"""Cells of CSV files that spreadsheets open: text from a file or a name never becomes a formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets take for a formula (OWASP, CSV injection); an apostrophe in front makes it text."""


def safe_cell(value: Any) -> Any:
    """Return a cell; text that a spreadsheet would compute begins with an apostrophe."""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "backslashreplace").decode("utf-8")
    if text.startswith("'") or text.lstrip().startswith(_STARTS) or text.startswith(_STARTS):
        return "'" + text
    return text


def stored_cell(text: str) -> str:
    """Return the text that `safe_cell` was given."""
    return text[1:] if text.startswith("'") else text


def safe_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of safe cells."""
    return {name: safe_cell(value) for name, value in row.items()}
