"""Schema of training configurations, with the default of every key.

A configuration is a shipped one (`fasdemo-flex`), a published path of one (`cfgs/FeatherNetB-32.yaml` is found by its
base name) or a YAML file.
"""

from __future__ import annotations

import difflib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fasdemo.bounded_file import is_regular
from fasdemo.errors import UserError
from fasdemo.frames import STREAMS, Stream
from fasdemo.models.card import DepthEncoding, IrEncoding, WholePicture
from trainer.config.published import CONFIGURATION_NAMES, is_published, translate
from trainer.text_file import read_text

_MAX_FILE_BYTES = 256 * 1024
"""The shipped configurations have about 500 bytes."""
DEFAULT_MEAN: tuple[float, ...] = (0.5,)
DEFAULT_STD: tuple[float, ...] = (0.25,)
"""Normalisation of inputs in [0, 1] where `InputConfig` names none for a stream."""
Share = Annotated[float, Field(ge=0.0, le=1.0)]
NonNegative = Annotated[float, Field(ge=0.0)]
Positive = Annotated[float, Field(gt=0.0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True, allow_inf_nan=False)


class NetworkConfig(_Part):
    """Network of `trainer.networks` and its streams."""

    arch: str
    options: dict[str, Any] = {}
    """Options for `trainer.networks.build`."""
    modalities: Annotated[tuple[Stream, ...], Field(min_length=1, max_length=3)] = ("depth",)
    """Streams in the order in which the network takes them."""
    flexible: bool = False
    """Whether the network has a presence input, and one score per stream in addition to the fused score."""
    init: dict[str, Path] = {}
    """Checkpoints to start from: key `all` for the whole network, a stream's name for the trunk of that stream,
    or a part of `PARTS`."""


PARTS: dict[str, tuple[str, ...]] = {"FeatherLite": ("feather", "lite")}
"""Keys of `network.init` of networks that are not made of one trunk per stream."""


class InputConfig(_Part):
    """Preprocessing of the images; it is copied to the model card."""

    size: Annotated[int, Field(ge=32, le=512)] = 128
    channels: dict[Stream, Literal[1, 3]] = {}
    """Input channels per stream, 3 by default; single-channel images are replicated."""
    channel_order: Literal["RGB", "BGR"] = "RGB"
    depth_encoding: DepthEncoding = "face-relative-mm"
    depth_range_mm: Positive = 150.0
    ir_encoding: IrEncoding = "full-range-8bit"
    mean: dict[Stream, tuple[float, ...]] = {}
    std: dict[Stream, tuple[Positive, ...]] = {}
    """Normalisation per stream for values in [0, 1]; `DEFAULT_MEAN` and `DEFAULT_STD` by default."""
    crop_scale: Annotated[float, Field(gt=0.2, lt=5.0)] = 1.0
    """`CropSpec.scale` of the crop of the network."""
    resize: Annotated[int, Field(ge=0)] = 0
    """Image lists: shorter side before the centre crop in evaluation (published: 256); 0 means `size`."""
    whole_picture: WholePicture = "warp"
    """Image lists: how 8-bit pictures are brought to `size` in evaluation, see `fasdemo.models.card.CropSpec`."""


class AugmentConfig(_Part):
    """Augmentation: `face` for aligned crops, `published` (random resized crop, flip, PCA lighting) or `none`.

    `published-fusion` is that of the three-stream extension: brightness, gamma, erasing, mirroring and a blanked
    square, without any change of geometry.
    """

    kind: Literal["face", "published", "published-fusion", "none"] = "face"
    flip: Share = 0.5
    # Kind `face`, geometry, the same for all streams.
    scale: tuple[Positive, Positive] = (0.88, 1.15)
    rotation_deg: NonNegative = 12.0
    shift: NonNegative = 0.05
    """Largest shift, as a share of the side of the crop."""
    misregistration: NonNegative = 0.012
    """Largest extra shift of depth and infrared against RGB, as a share of the side: calibrations have errors."""
    cutout: Share = 0.25
    """Probability that a rectangle is blanked in every stream."""
    frame: Share = 0.0
    """Probability of a frame whose edges are closer to the face, in colour; above 0, what is outside stays black."""
    # Kind `face`, sensor faults of each stream, as probabilities and strengths.
    colour: Share = 0.8
    blur: Share = 0.25
    jpeg: Share = 0.25
    noise: Share = 0.5
    rgb_noise: NonNegative = 10.0
    """Largest standard deviation, in grey levels of 255."""
    depth_noise_mm: NonNegative = 3.0
    depth_holes: Share = 0.5
    depth_offset_mm: NonNegative = 60.0
    depth_relief: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Largest change of the relief, as a share."""
    depth_tilt_deg: Annotated[float, Field(ge=0.0, le=30.0)] = 0.0
    """Largest rotation of the surface about the horizontal and the vertical axis."""
    depth_far: Share = 0.0
    """Probability of showing a face as from up to 2.2 times its distance, with fewer and less accurate readings."""
    depth_delivered: Share = 0.35
    """Probability of showing depth as drivers deliver it (filled, smoothed, at low resolution or in coarse steps)
    instead of with noise and holes."""
    ir_gain: tuple[Positive, Positive] = (0.08, 2.5)
    """Range of exposure times gain, drawn log-uniformly; 16-bit cameras use a tenth of their range."""
    ir_noise: NonNegative = 10.0
    ir_black: Annotated[float, Field(ge=0.0, le=0.5)] = 0.06
    """Largest black level, as a share of full scale."""
    ir_vignette: Share = 0.5
    """Probability of uneven illumination."""
    ir_glare: Share = 0.15
    """Probability of a saturated spot."""
    # Kind `published`.
    area: tuple[Positive, Positive] = (0.08, 1.0)
    aspect: tuple[Positive, Positive] = (0.75, 1.3333333)
    lighting: NonNegative = 0.1


class LossConfig(_Part):
    """Loss function; focal loss with gamma 0 is cross entropy."""

    kind: Literal["focal", "cross-entropy"] = "focal"
    gamma: NonNegative = 2.0
    smoothing: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.0
    auxiliary: NonNegative = 0.4
    """Weight of the mean loss of the streams' own scores in flexible networks."""
    teacher: Path | None = None
    """ONNX model on colour, with a card, that rates the live faces, see `trainer.training.teacher`."""
    teacher_weight: Share = 0.7
    """Share of the teacher in the label of a live face."""


class AdversarialConfig(_Part):
    """Printed patterns in training, see `trainer.training.adversarial`; they change colour and infrared only."""

    share: Share = 0.0
    """Share of the attack crops that get a pattern which raises the network's score; as many live crops get one too.
    0 switches patterns off."""
    levels: Annotated[float, Field(gt=0.0, le=64.0)] = 8.0
    """Largest change of a pixel, in grey levels of 255."""
    steps: Annotated[int, Field(ge=1, le=50)] = 1
    """Steps along the gradient, each with one more forward and backward pass of these crops."""


class OptimiserConfig(_Part):
    """Optimiser and schedule: SGD with step decay as published, or AdamW with warm-up and cosine decay."""

    kind: Literal["sgd", "adamw"] = "adamw"
    lr: Positive = 2e-3
    momentum: Share = 0.9
    weight_decay: NonNegative = 0.02
    schedule: Literal["cosine", "step"] = "cosine"
    warmup: Share = 0.05
    """Warm-up, as a share of all steps."""
    final: Share = 0.01
    """Final learning rate of the cosine schedule, as a share of `lr`."""
    every_decay: Annotated[int, Field(ge=1)] = 60
    """Step schedule: epochs after which the learning rate is divided by ten."""
    clip: NonNegative = 5.0
    """Largest norm of the gradient; 0 switches clipping off."""
    trunk_lr: Positive = 1.0
    """Factor on `lr` for parameters that were loaded by `network.init`."""


class DataConfig(_Part):
    """Location of the samples, and the allowed number of unusable ones."""

    folder: Path | None = None
    """Generated data set, root of a data set to which lists are relative, or recorded sessions."""
    layout: Literal[
        "auto",
        "synth",
        "shards",
        "lists",
        "casia-surf",
        "cefa",
        "casia-release",
        "sessions",
        "oulu-npu",
        "replay-attack",
        "celeba-spoof",
        "wmca",
        "hq-wmca",
        "casia-surf-3dmask",
    ] = "auto"
    train_list: Path | None = None
    val_list: Path | None = None
    test_list: Path | None = None
    protocol: str | None = None
    """Official protocol of a public data set, as its layout names it; None takes the layout's default."""
    live_label: Literal["auto", "0", "1"] = "auto"
    """Number that lists write for live faces; `auto` compares the labels with the paths."""
    max_missing: Share = 0.01
    """Largest share of missing or damaged images; beyond it training stops."""
    exclude_species: tuple[str, ...] = ()
    """Attack species left out of training and development and kept in the test, to measure unseen attacks."""
    exclude_sensors: tuple[str, ...] = ()
    """Sensors whose samples are left out of training and development; for sets that name sensors (generated ones)."""
    frame_step: Annotated[int, Field(ge=1)] = 15
    """Every n-th frame of OULU-NPU, Replay-Attack, HQ-WMCA and CASIA-SURF 3DMask is used, beginning with the first."""
    limit: Annotated[int, Field(ge=0)] = 0
    """Largest number of samples per part, evenly picked; 0 takes all."""


class RunConfig(_Part):
    """Length, batches and reproducibility of a run."""

    epochs: Annotated[int, Field(ge=0)] = 20
    """0 trains nothing: the initial weights, those of `network.init`, get thresholds and figures."""
    batch: Annotated[int, Field(ge=1)] = 64
    """Batch size over all processes."""
    epoch_samples: Annotated[int, Field(ge=0)] = 0
    """Samples per epoch; 0 means the size of the training part."""
    balance: Literal["none", "class", "species"] = "species"
    """Sampling; `species`: half live, half attacks, every attack species equally often."""
    shuffle_buffer: Annotated[int, Field(ge=1)] = 8192
    """Sets in shards: number of samples that are mixed at a time."""
    seed: int = 2019
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = "auto"
    ema: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.998
    """Decay of the exponential moving average of the weights, which is evaluated and exported; 0 switches it off."""
    best: Literal["eer", "acer", "auc", "bpcer20", "loss"] = "eer"
    """Figure on the development part that selects the best epoch."""
    patience: Annotated[int, Field(ge=0)] = 0
    """Epochs without improvement after which training stops; 0 switches it off."""
    presence: dict[str, NonNegative] = {}
    """Flexible networks: weight of each subset of streams, e.g. `depth+ir: 1`; see `presence_weights`."""
    workers: Annotated[int, Field(ge=0)] = 2
    """Threads that load data; 0 loads in the main thread."""
    max_minutes: Annotated[float, Field(gt=0.0)] | None = None
    """Time limit; the learning rate schedule is shortened to fit."""


class Config(_Part):
    """Configuration of one training run."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
    network: NetworkConfig
    input: InputConfig = InputConfig()
    augment: AugmentConfig = AugmentConfig()
    loss: LossConfig = LossConfig()
    adversarial: AdversarialConfig = AdversarialConfig()
    optimiser: OptimiserConfig = OptimiserConfig()
    data: DataConfig = DataConfig()
    run: RunConfig = RunConfig()
    policy: Literal["bpcer20", "apcer1", "pooled50", "balanced", "mean"] = "balanced"
    """Default policy of the model card."""

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        if len(set(self.network.modalities)) != len(self.network.modalities):
            raise ValueError("network.modalities names a stream twice")
        for key in self.run.presence:
            if not set(key.split("+")) <= set(self.network.modalities):
                raise ValueError(f"run.presence: {key!r} is not a subset of {'+'.join(self.network.modalities)}")
        parts = PARTS.get(self.network.arch, self.network.modalities)
        for key in self.network.init:
            if key != "all" and key not in parts:
                raise ValueError(f"network.init: unknown key {key!r}, expected `all` or one of {', '.join(parts)}")
        if self.adversarial.share and set(self.network.modalities) == {"depth"}:
            raise ValueError("adversarial.share: patterns change colour and infrared, but the network has depth only")
        return self


def shipped() -> dict[str, Any]:
    """Return the shipped configurations: name to readable resource, sorted by name."""
    entries = (entry for entry in files("trainer.config.presets").iterdir() if entry.name.endswith(".yaml"))
    return {entry.name.removesuffix(".yaml"): entry for entry in sorted(entries, key=lambda entry: entry.name)}


def load(name: str, overrides: dict[str, Any] | None = None) -> Config:
    """Read a configuration.

    Args:
        name: path of a file, name of a shipped configuration, or a path with such a base name; an existing file takes
            precedence.
        overrides: values by dotted key, e.g. `{"optimiser.lr": 0.01}`, applied before the check.

    Raises:
        UserError: there is no such configuration, it is not YAML, or a key or a value is not valid; the message
            suggests the most similar name.
    """
    path = Path(name)
    known = shipped()
    base = path.name.removesuffix(".yaml").removesuffix(".yml")
    base = CONFIGURATION_NAMES.get(base, base)
    if is_regular(path):
        text = read_text(path, "a YAML file", f"configuration {name}", _MAX_FILE_BYTES)
    elif base in known:
        text = known[base].read_text(encoding="utf-8")
    else:
        near = difflib.get_close_matches(base, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(known)}, or give a file."
        raise UserError(f"configuration {name}: neither a file nor a shipped configuration; {hint}")
    try:
        raw = yaml.load(text, _PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # yaml raises ValueError for dates such as 2024-01-99, and RecursionError for deep nesting.
        reason = (str(error).splitlines() or ["no reason given"])[0][:200]
        raise UserError(f"configuration {name}: not YAML ({reason}); correct the file.") from None
    if not isinstance(raw, dict):
        raise UserError(
            f"configuration {name}: expected keys such as `network:` and `run:` at the top; correct the file."
        )
    if is_published(raw):
        same = yaml.safe_load(known[base].read_text(encoding="utf-8")) if base in known else None
        raw = translate(raw, same, base)
    raw.setdefault("name", base)
    for key, value in (overrides or {}).items():
        _set(raw, key, value)
    return check(raw, f"configuration {name}")


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML loader without aliases, because ten lines of aliases can expand to billions of values."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a node; raise `yaml.YAMLError` for an alias (`*name`)."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not supported")
        return super().compose_node(parent, index)


def check(raw: dict[str, Any], where: str) -> Config:
    """Validate a configuration.

    Args:
        raw: content by group and key.
        where: origin of the content, for errors.

    Raises:
        UserError: a key or value is not valid; the message names the first one.
    """
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise UserError(f"{where}: {_first_problem(error)}") from None


def check_data(raw: dict[str, Any]) -> DataConfig:
    """Validate the group `data` alone.

    Raises:
        UserError: a key or value is not valid; the message names the first one.
    """
    try:
        return DataConfig.model_validate(raw)
    except ValidationError as error:
        raise UserError(f"data: {_first_problem(error)}") from None


def presence_weights(config: Config) -> dict[tuple[Stream, ...], float]:
    """Return the probability of each subset of streams in the training of a flexible network.

    By default all streams together are shown as often as all proper subsets together, and the sizes of proper subsets
    are equally frequent.

    Raises:
        UserError: all weights are zero.
    """
    streams = config.network.modalities
    subsets = all_subsets(streams)
    if config.run.presence:
        given = {tuple(s for s in streams if s in key.split("+")): w for key, w in config.run.presence.items()}
        weights = {subset: given.get(subset, 0.0) for subset in subsets}
    else:
        sizes = {k: sum(len(s) == k for s in subsets) for k in range(1, len(streams) + 1)}
        weights = {
            s: 1.0 if len(s) == len(streams) else 1.0 / (max(len(streams) - 1, 1) * sizes[len(s)]) for s in subsets
        }
    total = sum(weights.values())
    if total <= 0:
        raise UserError("run.presence: all weights are zero; set a weight above zero for at least one subset.")
    return {subset: weight / total for subset, weight in weights.items()}


def all_subsets(streams: tuple[Stream, ...]) -> list[tuple[Stream, ...]]:
    """Return every non-empty subset, largest first, each in the order of `streams`."""
    masks = range(1, 2 ** len(streams))
    subsets = [tuple(s for bit, s in enumerate(streams) if mask >> bit & 1) for mask in masks]
    return sorted(subsets, key=lambda subset: (-len(subset), [STREAMS.index(s) for s in subset]))


def _set(raw: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    for parent in parents:
        raw = raw.setdefault(parent, {})
        if not isinstance(raw, dict):
            raise UserError(f"{dotted}: {parent} is not a group of settings; correct the key.")
    raw[last] = value


def _first_problem(error: ValidationError) -> str:
    # Report an unknown key before a missing one, because a misspelt key causes both.
    problem = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        message = problem["msg"].removeprefix("Value error, ")
        return f"{place + ': ' if place else ''}{message[0].lower()}{message[1:]}; correct the value."
    known = _keys_beside(problem["loc"])
    near = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known keys are {', '.join(known)}."
    return f"unknown key {place}; {hint}"


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    model: Any = Config
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        model = field.annotation if field is not None else None
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
    return list(model.model_fields)
