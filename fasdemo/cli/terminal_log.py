"""What the engine notes while it judges, on a terminal: a line a kind of trouble, and never a traceback."""

from __future__ import annotations

import logging

from fasdemo.terminal import say


class TerminalLog(logging.Handler):
    """Prints the first warning of each kind; at 30 frames a second the others would bury it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print it, unless one of its kind was printed before."""
        if record.msg in self._said:
            return
        self._said.add(str(record.msg))
        trouble = record.exc_info[1] if record.exc_info else None
        cause = "" if trouble is None else f" ({type(trouble).__name__}: {trouble})"
        text = f"{record.getMessage()}{cause}".replace("\n", " ")
        say(f"{text}; said once.")


def install() -> None:
    """Take over from Python's own last resort, which prints tracebacks; again does nothing."""
    logger = logging.getLogger("fasdemo")
    if not any(isinstance(one, TerminalLog) for one in logger.handlers):
        logger.addHandler(TerminalLog())
