"""The depth filters of the RealSense SDK, in the order in which its own viewer applies them.

Models are usually not trained on filtered depth, so every frame names its filters with all parameters, and the engine
gives no LIVE unless the model's card names the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fasdemo.capture.cameras.realsense.options import read_options
from fasdemo.capture.controls import CameraState, Control

PREFIX = "filter"
_FILTERS = {
    "decimation": "decimation_filter",
    "spatial": "spatial_filter",
    "temporal": "temporal_filter",
    "holes": "hole_filling_filter",
}
_TITLES = {
    "decimation": "Make the depth image smaller by an integer factor",
    "spatial": "Smooth depth within an image, and keep edges",
    "temporal": "Smooth depth over several images",
    "holes": "Fill pixels without depth from their neighbours",
}


class DepthFilters:
    """The chosen depth filters of one run of a camera; they keep a history, so each run has its own.

    Args:
        sdk: the module pyrealsense2.
        wanted: values by name, e.g. `filter.spatial` or `filter.spatial.filter_magnitude`.
        stereo: whether the depth comes from a stereo pair, whose errors grow with the distance: the filters then
            process disparity.

    Raises:
        UserError: a filter has no such option, or the value is not allowed.
    """

    def __init__(self, sdk: Any, wanted: Mapping[str, str], stereo: bool) -> None:
        self._blocks = {name: getattr(sdk, kind)() for name, kind in _FILTERS.items()}
        self._disparity = (sdk.disparity_transform(True), sdk.disparity_transform(False)) if stereo else None
        state = CameraState(self._controls(frozenset()))
        values = {name: state.find(name).parse(text) for name, text in wanted.items()}
        self._on = frozenset(name for name in _FILTERS if values.get(f"{PREFIX}.{name}"))
        for name, block in self._blocks.items():
            for control, option in read_options(block, f"{PREFIX}.{name}"):
                if control.name in values:
                    block.set_option(option, values[control.name])
        self.controls = self._controls(self._on)
        """All filters and their options."""
        self.names = tuple(self._name(name) for name in _FILTERS if name in self._on)
        """The applied filters with their parameters, in order."""

    def __bool__(self) -> bool:
        return bool(self._on)

    def _controls(self, on: frozenset[str]) -> tuple[Control, ...]:
        found: list[Control] = []
        for name, block in self._blocks.items():
            switch = float(name in on)
            found.append(
                Control(f"{PREFIX}.{name}", switch, 0.0, 1.0, 1.0, 0.0, restarts=True, description=_TITLES[name])
            )
            found += [control for control, _ in read_options(block, f"{PREFIX}.{name}", restarts=True)]
        return tuple(found)

    def _name(self, name: str) -> str:
        options = [control for control, _ in read_options(self._blocks[name], "")]
        return f"{name}({', '.join(f'{one.name[1:]}={one.value:.4g}' for one in options)})"

    def process(self, depth: Any) -> Any:
        """Return a depth frame of the SDK after all chosen filters."""
        smooth = [name for name in ("spatial", "temporal") if name in self._on]
        if "decimation" in self._on:
            depth = self._blocks["decimation"].process(depth)
        if self._disparity is not None and smooth:
            depth = self._disparity[0].process(depth)
        for name in smooth:
            depth = self._blocks[name].process(depth)
        if self._disparity is not None and smooth:
            depth = self._disparity[1].process(depth)
        if "holes" in self._on:
            depth = self._blocks["holes"].process(depth)
        return depth.as_depth_frame()
