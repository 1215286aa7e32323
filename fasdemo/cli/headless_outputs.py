"""The outputs that headless runs of one camera and of several cameras share.

This module must not import Qt.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack

from fasdemo.cli.options.signals import signal_settings
from fasdemo.publish.signals import Signals
from fasdemo.runtime.outputs.event_log_writer import EventLogWriter


def start_signals_and_log(options: argparse.Namespace, signals: Signals, stack: ExitStack) -> EventLogWriter:
    """Start the signals and the event log that the options name, and stop both when `stack` closes.

    Returns:
        The event log, which is not started without `--log`.

    Raises:
        UserError: an address or the file of the log cannot be used.
    """
    stack.callback(signals.stop)
    signals.configure(signal_settings(options))
    log = EventLogWriter()
    signals.record = log.on_signal
    if options.log:
        log.start(options.log)
        stack.callback(log.stop)
    return log
