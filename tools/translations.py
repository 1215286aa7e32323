"""Update the catalogues of the window's texts: `python tools/translations.py`.

It collects the English texts from the code, keeps the translations of those that still exist, and marks new ones
as unfinished. Translate them with Qt Linguist or a text editor; a test refuses unfinished texts.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.prompts import Prompt
from fasdemo.draw.overlay import FILE_NOTICE, RGB_ONLY_NOTICE, VIRTUAL_NOTICE
from fasdemo.engine.measurements.evidence import MEASURES
from fasdemo.engine.reasons import Reason
from fasdemo.gui.camera.camera_panel import FACTS, GROUPS
from fasdemo.gui.dialogs.preferences import TAB_NAMES
from fasdemo.gui.dialogs.shortcuts import SHORTCUTS
from fasdemo.gui.library.library import COLUMNS, FILTERS, MISTAKES
from fasdemo.gui.panes.timing_panel import TITLES
from fasdemo.gui.recording.conditions import NOT_NOTED
from fasdemo.gui.recording.record_panel import CONSENT
from fasdemo.gui.settings import Settings
from fasdemo.gui.translation import CONTEXT, FOLDER, LANGUAGES, read_catalogue
from fasdemo.gui.tuning import gallery_panel, variant_panel
from fasdemo.gui.widgets.crops_view import NAMES
from fasdemo.gui.window.pages.header import DEVICES
from fasdemo.gui.window.pages.workspace import TABS
from fasdemo.record.labels import DISTANCES, LIGHTS
from fasdemo.runtime.headline import FAULTS, WAITING, WORDS
from fasdemo.runtime.outputs.event_picture_writer import CONSENT as PICTURE_CONSENT
from fasdemo.tuning.scores.presentations import NO_RESPONSE

ROOT = Path(__file__).parents[1]
SOURCES = (*sorted((ROOT / "fasdemo/gui").rglob("*.py")), ROOT / "fasdemo/runtime/headline.py")


def collect() -> list[str]:
    """Return all English texts, each once: those in calls of `tr`, and those of tables."""
    texts = [*WORDS, WAITING.sentence, *FAULTS.values(), FILE_NOTICE, RGB_ONLY_NOTICE, VIRTUAL_NOTICE]
    texts += [
        *NAMES.values(),
        *TITLES.values(),
        *TABS,
        *COLUMNS,
        *FILTERS,
        *MISTAKES.values(),
        CONSENT,
        PICTURE_CONSENT,
        *(words for words, _ in DEVICES),
    ]
    texts += [*GROUPS.values(), *FACTS, NOT_NOTED, *DISTANCES, *LIGHTS]
    texts += [*variant_panel.COLUMNS, *gallery_panel.COLUMNS, *gallery_panel.STREAM_NAMES.values(), NO_RESPONSE]
    for measure in MEASURES.values():
        texts += [measure.title, measure.meaning]
    texts += [words for shortcut in SHORTCUTS for words in (shortcut.group, shortcut.words)]
    texts += _preferences()
    texts += [prompt.text for prompt in Prompt]
    texts += [failure.text for failure in Failure]
    for reason in Reason:
        texts += [reason.guidance, reason.meaning]
    for path in SOURCES:
        texts += _calls(path)
    return list(dict.fromkeys(text for text in texts if text))


def _preferences() -> Iterator[str]:
    yield from TAB_NAMES
    for name, info in Settings.model_fields.items():
        if info.title is not None:
            yield info.title
            yield info.description or ""
            if name != "language":
                yield from (one.capitalize() for one in get_args(info.annotation) if isinstance(one, str))
    yield "System"


def _calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr":
            given = node.args[0]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def write(path: Path, language: str, texts: list[str], known: dict[str, str]) -> int:
    """Write a catalogue and return the number of texts without a translation."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text in texts:
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "source").text = text
        translation = ElementTree.SubElement(message, "translation")
        if text in known:
            translation.text = known[text]
        else:
            translation.set("type", "unfinished")
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")
    return len(set(texts) - set(known))


def main() -> int:
    """Update all catalogues; returns 1 if a translation is missing."""
    if not FOLDER.is_relative_to(ROOT):
        sys.exit(f"fasdemo is imported from {FOLDER.parents[2]}; run `PYTHONPATH=. python tools/translations.py`.")
    texts = collect()
    missing = 0
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        if language == "en":
            continue
        path = FOLDER / f"{language}.ts"
        count = write(path, language, texts, read_catalogue(path) if path.exists() else {})
        print(f"{path.relative_to(ROOT)}: {len(texts)} texts, {count} without a translation")
        missing += count
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
