"""Hooks of `make docs`: links that leave docs/, and the check that every public name is on a page and documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import griffe
from mkdocs.exceptions import PluginError

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = {"fasdemo": "docs/api/fasdemo.md", "trainer.networks": "docs/api/trainer.md"}
"""Modules whose `__all__` is public, and the page that documents its names."""

_LINK_OUT = re.compile(r"\[([^\]]+)\]\((\.\./[^)#\s]+)[^)]*\)")


def on_config(config: Any) -> Any:
    """Raise PluginError if a public name is missing on the pages or has no docstring."""
    problems = [problem for module, page in PUBLIC.items() for problem in undocumented(module, ROOT / page)]
    if problems:
        raise PluginError("public names without documentation:\n  " + "\n  ".join(problems))
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return the page with links to files outside docs/, which are not on the site, as plain text.

    Raises:
        PluginError: such a file does not exist.
    """
    folder = Path(page.file.abs_src_path).parent

    def text(match: re.Match[str]) -> str:
        target = (folder / match[2]).resolve()
        if target.is_relative_to(ROOT / "docs"):
            return match[0]
        if not target.exists():
            raise PluginError(f"{page.file.src_path} links to {match[2]}, which does not exist")
        return match[1]

    return _LINK_OUT.sub(text, markdown)


def undocumented(module: str, page: Path) -> list[str]:
    """Return what is missing for the names of `module.__all__` and the public methods of its classes."""
    shown = set(re.findall(r"^::: (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE))
    package = griffe.load(module, search_paths=[str(ROOT)], resolve_aliases=True)
    names = [str(name).strip("'\"") for name in package.exports or ()]
    missing = [] if names else [f"{module} has no __all__"]
    for name in names:
        path = f"{module}.{name}"
        if path not in shown:
            missing.append(f"{path} is not on {page.relative_to(ROOT)}")
        found = package[name]
        target = found.final_target if found.is_alias else found
        if not target.has_docstring:
            missing.append(f"{path} has no docstring")
        if target.is_class:
            missing += [
                f"{path}.{method.name} has no docstring"
                for method in target.functions.values()
                if not method.name.startswith("_") and not method.has_docstring
            ]
    return missing
