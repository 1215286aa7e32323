"""Print log messages on the terminal: one line for each kind of problem, without tracebacks."""

from __future__ import annotations

import logging

from fasdemo.terminal import say


class TerminalLog(logging.Handler):
    """A handler that prints only the first warning of each kind, because a problem can occur in every frame."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record, unless one with the same message template was printed before."""
        if record.msg in self._said:
            return
        self._said.add(str(record.msg))
        trouble = record.exc_info[1] if record.exc_info else None
        cause = "" if trouble is None else f" ({type(trouble).__name__}: {trouble})"
        text = f"{record.getMessage()}{cause}".replace("\n", " ")
        say(f"{text}; shown only once.")


def install() -> None:
    """Install the handler instead of Python's default one, which prints tracebacks; further calls do nothing."""
    logger = logging.getLogger("fasdemo")
    if not any(isinstance(one, TerminalLog) for one in logger.handlers):
        logger.addHandler(TerminalLog())
