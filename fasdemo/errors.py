"""The one error that a person is meant to read."""


class UserError(Exception):
    """What the user gave cannot be used.

    The message is one sentence: which file or option, what is wrong with it, what to do.
    Command lines print it after the program's name and exit with status 2.
    """


def printable(text: str) -> str:
    r"""Text for a terminal: what is no visible character is written as an escape, e.g. `\x1b`.

    Names and texts in files are others' choice; raw, they could move the cursor and colour a word of ours.
    """
    return "".join(one if one.isprintable() or one == "\n" else one.encode("unicode_escape").decode() for one in text)
