"""The error for unusable input, and text that is safe for a terminal."""

from __future__ import annotations

import re
from collections.abc import Collection


class UserError(Exception):
    """An error about input from the user: a file, a device or a value that cannot be used.

    The message is one sentence that names the file or parameter, the problem and what to do, with parameters in
    backquotes. Command lines print it and exit with status 2; the window shows it in its message bar.

    Args:
        message: the sentence.
        parameter: name of the parameter that is wrong, e.g. `policy`, if there is one.
    """

    def __init__(self, message: str = "", *, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter

    def for_command_line(self, parameters: Collection[str] = ()) -> str:
        """Return the message with the options that set its parameters, e.g. `--policy`.

        Args:
            parameters: names of the command's parameters; in the message, their backquotes become dashes. If they are
                given, options that the command lacks are not named.
        """
        message = re.sub(r"`(\w+)`", lambda found: _option(found[1]) if found[1] in parameters else found[0], str(self))
        if not self.parameter:
            return message
        option = _option(self.parameter)
        if parameters and self.parameter not in parameters:
            return message.removeprefix(f"{self.parameter} ")
        if re.match(rf"{self.parameter}\b", message):
            return option + message[len(self.parameter) :]
        return f"{message.removesuffix('.')} ({option})."


def _option(parameter: str) -> str:
    return f"--{parameter.replace('_', '-')}"


def unicode_text(text: str) -> str:
    r"""Return text that can be encoded: each byte of a file name that is not UTF-8 appears as an escape, e.g. `\xfc`.

    Python stores such bytes as lone surrogates, which JSON readers, pydantic and files in UTF-8 do not accept.
    """
    if not any("\ud800" <= one <= "\udfff" for one in text):
        return text
    return (
        text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        if _is_escaped(text)
        else (text.encode("utf-8", "backslashreplace").decode("utf-8"))
    )


def _is_escaped(text: str) -> bool:
    """Return whether all lone surrogates of a text represent bytes."""
    return all("\udc80" <= one <= "\udcff" for one in text if "\ud800" <= one <= "\udfff")


def printable(text: str) -> str:
    r"""Return text for a terminal, with every invisible character replaced by its escape, e.g. `\x1b`.

    Otherwise, names and texts from files could contain control codes that move the cursor or change colours.
    """
    return "".join(one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in text)
