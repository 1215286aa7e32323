"""The life of a MediaPipe task: it is created once, run once so that the first picture is quick, and closed."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from fasdemo.errors import UserError
from fasdemo.faces.exit_order import Closable, close_at_exit
from fasdemo.faces.native_stderr import without_native_chatter
from fasdemo.shared_libraries import missing_library

T = TypeVar("T", bound=Closable)


class MediaPipeTask(Generic[T]):
    """A context manager that owns a task of MediaPipe; it is not thread-safe.

    Args:
        name: what the task is, for messages, e.g. `face detector`.
        create: creates the task.
        warm_up: runs the task once.

    Raises:
        UserError: the task cannot be created.
    """

    def __init__(self, name: str, create: Callable[[], T], warm_up: Callable[[], object]) -> None:
        self._name = name
        with without_native_chatter():
            try:
                self._task: T | None = create()
            except (RuntimeError, ValueError, OSError) as error:
                unknown = UserError(
                    f"MediaPipe's {name} cannot be started ({error}); run `fasdemo doctor` to check the installation."
                )
                raise missing_library(error) or unknown from error
            warm_up()
        # Otherwise MediaPipe prints an exception if Python ends before this object is closed.
        close_at_exit(self)

    @property
    def _open_task(self) -> T:
        """The task.

        Raises:
            RuntimeError: it was closed.
        """
        if self._task is None:
            raise RuntimeError(f"the {self._name} is closed")
        return self._task

    def close(self) -> None:
        """Release MediaPipe's graph; further calls do nothing."""
        if self._task is not None:
            self._task.close()
            self._task = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
