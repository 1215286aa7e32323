from __future__ import annotations

import logging

import pytest

from fasdemo.cli.terminal_log import TerminalLog


@pytest.fixture
def log() -> logging.Logger:
    logger = logging.Logger("fasdemo.test")
    logger.addHandler(TerminalLog())
    return logger


def test_trouble_is_one_line_without_a_traceback(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("bad\n\x1b[2Jnumber")
    except ValueError:
        log.exception("frame %s could not be judged", 7)
    said = capsys.readouterr().err
    assert said == "fasdemo: frame 7 could not be judged (ValueError: bad \\x1b[2Jnumber); shown only once.\n"


def test_each_kind_is_reported_once(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(100):
        log.warning("face %s: no score", number)
        log.info("all is well")
    log.warning("another kind")
    assert capsys.readouterr().err.count("\n") == 2
