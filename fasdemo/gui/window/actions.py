"""Actions of keys, buttons and menu entries, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fasdemo.gui.dialogs import system as dialogs

if TYPE_CHECKING:
    from fasdemo.gui.window.main_window import MainWindow

ALWAYS = frozenset({"back", "toggle_kiosk", "quit"})
"""Actions that also work in a kiosk that is locked with a PIN."""


def window_actions(window: MainWindow) -> dict[str, Callable[[], object]]:
    """Return the actions of the main window by their names."""
    work, playback, sources, kiosk = window.workspace, window.playback, window.sources, window.kiosk_mode
    return {
        "open_file": sources.choose_file,
        "open_folder": sources.choose_folder,
        "open_demo": sources.open_demo,
        "open_realsense": lambda: sources.open_spec("realsense"),
        "open_webcam": lambda: sources.open_spec("webcam"),
        "close_source": sources.close,
        "try_again": sources.reconnect.now,
        "choose_model": window.choose_model,
        **window.pictures.actions(),
        "step_back": lambda: playback.step(-1),
        "step_forward": lambda: playback.step(1),
        "second_back": lambda: playback.jump(-1.0),
        "second_forward": lambda: playback.jump(1.0),
        "to_start": lambda: playback.seek(0),
        "slower": lambda: work.transport.change_speed(-1),
        "faster": lambda: work.transport.change_speed(1),
        "toggle_loop": lambda: work.transport.loop.click(),
        "enlarge_colour": lambda: work.toggle_enlarged(work.colour_pane),
        "enlarge_depth": lambda: work.toggle_enlarged(work.depth_pane),
        "enlarge_infrared": lambda: work.toggle_enlarged(work.infrared_pane),
        "open_library": lambda: window.open_library(window.library.root or window.settings.record_folder),
        "tune": window.tuning.show,
        "calibrate": window.calibration.show,
        "next_face": window.presenter.next_face,
        "back": window.back,
        "toggle_kiosk": kiosk.toggle,
        "tab_reasons": lambda: window.show_tab("Why"),
        "tab_timing": lambda: window.show_tab("Timing"),
        "tab_record": lambda: window.show_tab("Record"),
        "tab_camera": lambda: window.show_tab("Camera"),
        "toggle_recording": window.toggle_recording,
        "save_last": window.desk.save,
        "mark": window.recorder.mark,
        "next_person": work.record.people.next_person,
        "toggle_log": window.event_log.toggle,
        "events": window.event_pictures.show,
        "preferences": window.show_preferences,
        "show_shortcuts": window.show_shortcuts,
        "about": lambda: dialogs.show_about(window),
        "quit": lambda: kiosk.leave(window.close),
    }
