"""Translate the window's texts: English is in the code, the other languages in `languages/*.ts` of Qt Linguist."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from PyQt6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from typing_extensions import override

_log = logging.getLogger(__name__)

CONTEXT = "fasdemo"
"""The only context of the catalogues: a text has one translation wherever it is shown."""
FOLDER = Path(__file__).with_name("languages")
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "Deutsch", "es": "Español", "zh": "简体中文"})
"""The languages and their own names."""
_QT_CATALOGUES = {"zh": "zh_CN"}


def tr(text: str, **values: object) -> str:
    """Return the text in the window's language; the English text if it has no translation.

    Args:
        text: the English text, which may contain placeholders of `str.format`.
        values: values of the placeholders; without values, the text is returned without formatting.
    """
    found = QCoreApplication.translate(CONTEXT, text)
    return found.format(**values) if values else found


def read_catalogue(path: Path) -> dict[str, str]:
    """Return the translations of a catalogue by their English text, without the unfinished ones.

    Raises:
        OSError: the file cannot be read.
        ElementTree.ParseError: it is not XML.
    """
    found = {}
    for message in ElementTree.parse(path).iter("message"):
        source, translation = message.find("source"), message.find("translation")
        if source is None or translation is None or translation.get("type") == "unfinished":
            continue
        if source.text and translation.text:
            found[source.text] = translation.text
    return found


class Catalogue(QTranslator):
    """A translator that reads `.ts` files directly, so that no compiled copy can be out of date.

    Args:
        translations: translation by English text.
    """

    def __init__(self, translations: Mapping[str, str]) -> None:
        super().__init__()
        self._translations = dict(translations)

    @override
    def translate(  # type: ignore[override]  # Qt asks the next translator only after None, which PyQt's types lack
        self, context: str | None, sourceText: str | None, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Return the translation; None leaves the text to other translators."""
        if context != CONTEXT or sourceText is None:
            return None
        return self._translations.get(sourceText)

    @override
    def isEmpty(self) -> bool:
        """Return whether there are no translations."""
        return not self._translations


def language_of(wanted: str, system: Sequence[str] | None = None) -> str:
    """Return the language to use.

    Args:
        wanted: a key of `LANGUAGES`, or `system` for the first of the system's languages that is one of them.
        system: the system's languages, e.g. `de-AT`; None: those that Qt reports.
    """
    if wanted in LANGUAGES:
        return wanted
    for name in QLocale.system().uiLanguages() if system is None else system:
        language = name.replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return "en"


def install(app: QCoreApplication, wanted: str) -> str:
    """Install a language for all texts that are created after this call, and return the language.

    Args:
        app: the application.
        wanted: as for `language_of`.
    """
    language = language_of(wanted)
    if language == "en":
        return language
    try:
        translators: list[QTranslator] = [Catalogue(read_catalogue(FOLDER / f"{language}.ts"))]
    except (OSError, ElementTree.ParseError) as error:
        _log.warning(f"the texts in {LANGUAGES[language]} cannot be read ({error}); install fasdemo again.")
        return "en"
    buttons = QTranslator()
    name = f"qtbase_{_QT_CATALOGUES.get(language, language)}"
    if buttons.load(name, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        translators.append(buttons)
    for translator in translators:
        # The translators must exist as long as the application.
        translator.setParent(app)
        app.installTranslator(translator)
    return language
