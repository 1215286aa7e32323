"""The model card: the description of a network's inputs and outputs, thresholds and measured error rates.

The card is stored as JSON in the ONNX file's metadata under `CARD_KEY`, and beside the file as `NAME.json` with the
file's sha256 added. The trainer writes it, and `ModelCard.model_validate_json` validates it before use.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fasdemo.frames import Stream

CARD_KEY = "fasdemo.card"

DepthEncoding = Literal["face-relative-mm", "casia-surf-8bit"]
WholePicture = Literal["warp", "pil-bilinear", "cv2-stretch"]
IrEncoding = Literal["full-range-8bit", "local-norm-v1"]
"""`full-range-8bit`: the upper eight bits, unchanged; `local-norm-v1`: see `fasdemo.models.infrared`."""
Head = Literal["fused", "rgb", "depth", "ir", "fused_without_rgb"]
"""What an output rates: all present streams, one stream, or all present streams except RGB."""
Unit = Annotated[float, Field(gt=0.0, lt=1.0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InputSpec(_Part):
    """One image input of the graph: (N, channels, input_size, input_size) float32."""

    name: str
    """Name of the graph's input."""
    modality: Stream
    channels: Literal[1, 3]
    """Number of channels; a single-channel image is repeated if this is 3."""
    channel_order: Literal["RGB", "BGR", "grey"] = "RGB"
    mean: tuple[Annotated[float, Field(ge=-1e3, le=1e3)], ...]
    std: tuple[Annotated[float, Field(ge=1e-6, le=1e3)], ...]
    """Mean (above) and standard deviation of values in [0, 1]: one per channel, or one for all channels."""
    depth_encoding: DepthEncoding | None = None
    depth_range_mm: Annotated[float, Field(ge=1.0, le=1e4)] = 150.0
    """Limit to which `face-relative-mm` clips in both directions."""
    ir_encoding: IrEncoding = "full-range-8bit"
    """Encoding of an infrared input; old cards do not have this entry."""
    optional: bool = False
    """Whether the stream may be missing, see `ModelCard.presence_input`."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.modality == "depth") != (self.depth_encoding is not None):
            raise ValueError("depth_encoding must be set for depth inputs, and only for these")
        if self.modality != "ir" and self.ir_encoding != "full-range-8bit":
            raise ValueError("ir_encoding must be set only for infrared inputs")
        for name in ("mean", "std"):
            if len(getattr(self, name)) not in (1, self.channels):
                raise ValueError(f"{name} must have one value or one per channel")
        return self


class CropSpec(_Part):
    """The alignment of a face crop, see `fasdemo.models.crop`."""

    template: Literal["keypoints-v1", "box-v1"] = "keypoints-v1"
    scale: Annotated[float, Field(gt=0.2, lt=5.0)] = 1.0
    """Factor for the template's field of view; for `box-v1`, side of the square divided by the box's longer side."""
    whole_picture: WholePicture = "warp"
    """How a whole 8-bit picture, without face detection, is resized to the input size.

    `warp`: this project's resampling of the centre. `pil-bilinear`: PIL's bilinear filter, which averages when it
    shrinks, resizes the shorter side to 256 / 224 of the input size, and the centre is used, as in the evaluation of
    the published code of FeatherNets. `cv2-stretch`: OpenCV resizes both sides to the input size, as in that code's
    three-stream extension.
    """


class OutputSpec(_Part):
    """One output of the graph: (N, classes) float32."""

    name: str
    head: Head = "fused"
    classes: Annotated[int, Field(ge=1)]
    live_index: Annotated[int, Field(ge=0)]
    kind: Literal["logits", "probabilities"] = "logits"
    """Where softmax is computed: in fasdemo for `logits`, in the graph for `probabilities`."""

    @model_validator(mode="after")
    def _live_exists(self) -> Self:
        if self.live_index >= self.classes:
            raise ValueError("live_index must be smaller than classes")
        return self


class Calibration(_Part):
    """Platt scaling: score = sigmoid(scale * margin + bias), margin = log(p_live / (1 - p_live))."""

    scale: Annotated[float, Field(gt=0.0, le=1e6)] = 1.0
    bias: Annotated[float, Field(ge=-1e6, le=1e6)] = 0.0


class Threshold(_Part):
    """A policy's limits on the calibrated score: LIVE above `live_above`, SPOOF below `spoof_below`, else UNCERTAIN."""

    live_above: Unit
    spoof_below: Unit
    rule: str
    data: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.spoof_below > self.live_above:
            raise ValueError("spoof_below must not exceed live_above")
        return self


class Metric(_Part):
    """A measured figure with its 95 % confidence interval and the data it was measured on."""

    value: float | None
    ci95: tuple[float, float] | None = None
    data: str
    note: str = ""


class ModelCard(_Part):
    """A model card; `sha256` is the hash of the ONNX file and is only in the card beside the file."""

    card_schema: Literal[1] = 1
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
    architecture: str
    input_size: Annotated[int, Field(ge=32, le=512)]
    inputs: Annotated[tuple[InputSpec, ...], Field(min_length=1, max_length=3)]
    presence_input: str | None = None
    """Graph input (N, len(inputs)) float32, 1 = stream present, 0 = stream missing, in the order of `inputs`."""
    crop: CropSpec = CropSpec()
    depth_filters: tuple[str, ...] = ()
    """The camera's depth filters in the training data, as in `FrameSet.depth_filters`; with others, nothing is LIVE."""
    outputs: Annotated[tuple[OutputSpec, ...], Field(min_length=1)]
    calibration: Calibration = Calibration()
    subset_calibration: dict[str, Calibration] = {}
    """Calibration per subset of streams, if streams are optional; keys such as `depth+ir`, in the order of `inputs`."""
    thresholds: Annotated[dict[str, Threshold], Field(min_length=1)]
    """Thresholds by policy name, e.g. `bpcer20`, `apcer1` or `balanced`."""
    default_policy: str
    training_data: str
    recipe: str = ""
    credits: tuple[str, ...] = ()
    licence: str = "Apache-2.0"
    metrics: dict[str, Metric] = {}
    multiply_adds: Annotated[int, Field(ge=0)] | None = None
    """Multiply-adds of one forward pass of the whole graph for one face."""
    limits: str = ""
    """Limits of the figures, as text."""
    sha256: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [spec.modality for spec in self.inputs]
        if len(set(names)) != len(names):
            raise ValueError("inputs must not have two inputs of one modality")
        if self.default_policy not in self.thresholds:
            raise ValueError(f"default_policy {self.default_policy!r} is not a key of thresholds")
        if sum(output.head == "fused" for output in self.outputs) != 1:
            raise ValueError("outputs must have exactly one output with head 'fused'")
        without = sum(output.head == "fused_without_rgb" for output in self.outputs)
        optional = any(spec.optional and spec.modality == "rgb" for spec in self.inputs)
        if without > 1 or (without and not (optional and len(self.inputs) > 1)):
            raise ValueError("an output with head 'fused_without_rgb' needs an optional input of RGB and another one")
        if any(spec.optional for spec in self.inputs) != (self.presence_input is not None):
            raise ValueError("presence_input must be set if an input is optional, and only then")
        return self

    @property
    def modalities(self) -> tuple[Stream, ...]:
        """Modalities in input order."""
        return tuple(spec.modality for spec in self.inputs)

    def accepts(self, present: frozenset[Stream]) -> bool:
        """Return whether the network can rate a face with exactly these streams."""
        required = {spec.modality for spec in self.inputs if not spec.optional}
        return bool(present & set(self.modalities)) and required <= present
