"""The PIN that leaves kiosk mode: its hash, its dialog, and the pause after wrong entries."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

from PyQt6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from fasdemo.gui.translation import tr

MAX_WRONG = 3
PAUSE_S = 30.0
"""Time without checks of a PIN after `MAX_WRONG` consecutive wrong PINs, seconds."""


def hash_pin(pin: str) -> str:
    """Return a salted hash of a PIN for the settings file; empty for an empty PIN."""
    if not pin:
        return ""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_digest(pin, salt).hex()}"


def pin_matches(pin: str, hashed: str) -> bool:
    """Return whether a PIN belongs to a hash; False for a hash that cannot be read."""
    salt, _, digest = hashed.partition(":")
    try:
        return hmac.compare_digest(_digest(pin, bytes.fromhex(salt)), bytes.fromhex(digest))
    except ValueError:
        return False


def _digest(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode("utf-8"), salt=salt, n=2**14, r=8, p=1, dklen=32)


class PinGuard:
    """The count of wrong PINs, which is kept when the dialog is closed.

    Args:
        clock: returns seconds, not decreasing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong = 0
        self._until_s = float("-inf")

    def check(self, pin: str, hashed: str) -> str:
        """Return "" if the PIN is right, else a sentence for the user."""
        left_s = self._until_s - self._clock()
        if left_s > 0:
            return tr("Too many wrong PINs. Try again in {seconds} s.", seconds=round(left_s) or 1)
        if pin_matches(pin, hashed):
            self._wrong = 0
            return ""
        self._wrong += 1
        if self._wrong >= MAX_WRONG:
            self._wrong, self._until_s = 0, self._clock() + PAUSE_S
            return tr("Too many wrong PINs. Try again in {seconds} s.", seconds=round(PAUSE_S))
        return tr("Wrong PIN.")


class PinDialog(QDialog):
    """The dialog that asks for the PIN; it is accepted only with the right one."""

    def __init__(self, guard: PinGuard, hashed: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Leave kiosk mode"))
        self._guard, self._hashed = guard, hashed
        self.pin = QLineEdit()
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.pin.setAccessibleName(tr("PIN"))
        self.problem = QLabel("")
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._check)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(QLabel(tr("PIN of the staff:")))
        layout.addWidget(self.pin)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)
        self.pin.setFocus()

    def _check(self) -> None:
        problem = self._guard.check(self.pin.text(), self._hashed)
        self.pin.clear()
        if problem:
            self.problem.setText(problem)
        else:
            self.accept()
