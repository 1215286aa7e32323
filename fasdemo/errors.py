"""The one error that a person is meant to read."""


class UserError(Exception):
    """What the user gave cannot be used.

    The message is one sentence: which file or option, what is wrong with it, what to do.
    Command lines print it after the program's name and exit with status 2.
    """
