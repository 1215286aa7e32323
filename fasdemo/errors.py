"""The one error that a person is meant to read."""


class UserError(Exception):
    """What the user gave cannot be used.

    The message is one sentence: which file or option, what is wrong with it, what to do.
    Command lines print it after the program's name and exit with status 2.
    """


def unicode_text(text: str) -> str:
    r"""Return text that can be encoded: each byte of a file name that is not UTF-8 appears as an escape, e.g. `\xfc`.

    Python carries such bytes as lone surrogates, which JSON readers, pydantic and files in UTF-8 refuse.
    """
    if not any("\ud800" <= one <= "\udfff" for one in text):
        return text
    return (
        text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        if _is_escaped(text)
        else (text.encode("utf-8", "backslashreplace").decode("utf-8"))
    )


def _is_escaped(text: str) -> bool:
    """Return whether the lone surrogates of a text all stand for bytes."""
    return all("\udc80" <= one <= "\udcff" for one in text if "\ud800" <= one <= "\udfff")


def printable(text: str) -> str:
    r"""Text for a terminal: what is no visible character is written as an escape, e.g. `\x1b`.

    Names and texts in files are others' choice; raw, they could move the cursor and colour a word of ours.
    """
    return "".join(one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in text)
