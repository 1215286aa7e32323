"""What a training run is made of: one YAML, checked, with every default visible here.

`--config` takes a shipped name (`fasdemo-flex`), the published spelling of one (`cfgs/FeatherNetB-32.yaml` resolves
by its base name) or the path of your own file.
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
from fasdemo.models.card import DepthEncoding, IrEncoding
from trainer.config.published import is_published, translated
from trainer.text_file import read_text

_LARGEST_FILE = 256 * 1024
"""Bytes; the shipped configurations have about 500."""
Share = Annotated[float, Field(ge=0.0, le=1.0)]
NonNegative = Annotated[float, Field(ge=0.0)]
Positive = Annotated[float, Field(gt=0.0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True, allow_inf_nan=False)


class NetworkConfig(_Part):
    """Which network of `trainer.networks` and what it sees."""

    arch: str
    options: dict[str, Any] = {}
    """Passed to `trainer.networks.build`."""
    modalities: Annotated[tuple[Stream, ...], Field(min_length=1, max_length=3)] = ("depth",)
    """In the order in which the network takes them."""
    flexible: bool = False
    """The network also takes which streams are present, and gives one score per stream beside the fused one."""
    init: dict[str, Path] = {}
    """Checkpoints to start from: key `all` for the whole network, a modality's name for that stream's trunk."""


class InputConfig(_Part):
    """What becomes of the pictures; travels into the model card."""

    size: Annotated[int, Field(ge=32, le=512)] = 128
    channels: dict[Stream, Literal[1, 3]] = {}
    """Per modality, 3 where not given; single-channel pictures are replicated."""
    channel_order: Literal["RGB", "BGR"] = "RGB"
    depth_encoding: DepthEncoding = "face-relative-mm"
    depth_range_mm: Positive = 150.0
    ir_encoding: IrEncoding = "full-range-8bit"
    mean: dict[Stream, tuple[float, ...]] = {}
    std: dict[Stream, tuple[Positive, ...]] = {}
    """Per modality, of values in [0, 1]; 0.5 and 0.25 where not given."""
    crop_scale: Annotated[float, Field(gt=0.2, lt=5.0)] = 1.0
    """`CropSpec.scale` of the network's own crop."""
    resize: Annotated[int, Field(ge=0)] = 0
    """Picture lists: shorter side before the centre crop when evaluating (published: 256); 0 is `size`."""


class AugmentConfig(_Part):
    """`face` moves and disturbs aligned crops; `published` is the seeds' random resized crop, flip and PCA lighting."""

    kind: Literal["face", "published", "none"] = "face"
    flip: Share = 0.5
    # face: geometry, the same for all modalities
    scale: tuple[Positive, Positive] = (0.88, 1.15)
    rotation_deg: NonNegative = 12.0
    shift: NonNegative = 0.05
    """Of the crop's side."""
    misregistration: NonNegative = 0.012
    """Extra shift of depth and IR against RGB, of the crop's side: calibrations are never perfect."""
    cutout: Share = 0.25
    """How often a rectangle is blanked in every modality."""
    # face: what a camera does to each stream, as probabilities and strengths
    colour: Share = 0.8
    blur: Share = 0.25
    jpeg: Share = 0.25
    noise: Share = 0.5
    rgb_noise: NonNegative = 10.0
    """Largest standard deviation, grey levels of 255."""
    depth_noise_mm: NonNegative = 3.0
    depth_holes: Share = 0.5
    depth_offset_mm: NonNegative = 60.0
    depth_relief: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Relief made deeper or flatter by up to this share."""
    depth_tilt_deg: Annotated[float, Field(ge=0.0, le=30.0)] = 0.0
    """The surface turned by up to this about either axis."""
    depth_far: Share = 0.0
    """How often a face is shown as from up to 2.2 times its distance: fewer and rougher readings."""
    depth_delivered: Share = 0.35
    """How often depth is shown as a driver delivers it, filled, smoothed, of few pixels or in coarse steps, without
    further noise and holes."""
    ir_gain: tuple[Positive, Positive] = (0.08, 2.5)
    """Exposure and gain, drawn evenly on a logarithmic scale: 16-bit cameras use a tenth of their range."""
    ir_noise: NonNegative = 10.0
    ir_black: Annotated[float, Field(ge=0.0, le=0.5)] = 0.06
    """Highest black level, of full scale."""
    ir_vignette: Share = 0.5
    """How often the lamp is brighter in one place than in another."""
    ir_glare: Share = 0.15
    """How often a blob is saturated."""
    # published
    area: tuple[Positive, Positive] = (0.08, 1.0)
    aspect: tuple[Positive, Positive] = (0.75, 1.3333333)
    lighting: NonNegative = 0.1


class LossConfig(_Part):
    """Focal loss with gamma 0 is cross entropy."""

    kind: Literal["focal", "cross-entropy"] = "focal"
    gamma: NonNegative = 2.0
    smoothing: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.0
    auxiliary: NonNegative = 0.4
    """Weight of the mean of the per-stream losses of a flexible network."""


class OptimiserConfig(_Part):
    """SGD with step decay as published, or AdamW with warm-up and cosine."""

    kind: Literal["sgd", "adamw"] = "adamw"
    lr: Positive = 2e-3
    momentum: Share = 0.9
    weight_decay: NonNegative = 0.02
    schedule: Literal["cosine", "step"] = "cosine"
    warmup: Share = 0.05
    """Share of all steps."""
    final: Share = 0.01
    """Cosine ends at this share of `lr`."""
    every_decay: Annotated[int, Field(ge=1)] = 60
    """Step: epochs after which `lr` is divided by ten."""
    clip: NonNegative = 5.0
    """Largest norm of the gradient; 0 switches it off."""
    trunk_lr: Positive = 1.0
    """Factor on `lr` for parts that were initialised from checkpoints."""


class DataConfig(_Part):
    """Where the samples lie and what may be wrong with them."""

    folder: Path | None = None
    """A generated data set, a data set's root that lists are relative to, or recorded sessions."""
    layout: Literal["auto", "synth", "lists", "casia-surf", "cefa", "sessions"] = "auto"
    train_list: Path | None = None
    val_list: Path | None = None
    test_list: Path | None = None
    protocol: Literal["4@1", "4@2", "4@3", "4"] = "4@1"
    """CeFA: which of the cross-ethnicity protocols, or their union."""
    max_missing: Share = 0.01
    """Training stops where a larger share of the pictures is missing or unreadable."""
    exclude_species: tuple[str, ...] = ()
    """Left out of training and development, kept in the test: how unseen attacks are measured."""
    exclude_sensors: tuple[str, ...] = ()
    """The same for everything taken with these sensors; for sets that name them, as generated ones do."""
    limit: Annotated[int, Field(ge=0)] = 0
    """At most this many samples a split, evenly picked; 0 takes all."""


class RunConfig(_Part):
    """How long, how large, how repeatable."""

    epochs: Annotated[int, Field(ge=1)] = 20
    batch: Annotated[int, Field(ge=1)] = 64
    """Over all processes."""
    epoch_samples: Annotated[int, Field(ge=0)] = 0
    """Samples an epoch draws; 0 takes as many as there are."""
    balance: Literal["none", "class", "species"] = "species"
    """`species`: half live, half attacks, every attack species as often as the others."""
    seed: int = 2019
    precision: Literal["auto", "32-true", "bf16-mixed", "16-mixed"] = "auto"
    ema: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.998
    """Decay of the averaged weights that are evaluated and exported; 0 switches them off."""
    best: Literal["eer", "acer", "auc", "bpcer20", "loss"] = "eer"
    patience: Annotated[int, Field(ge=0)] = 0
    """Epochs without a better one after which training stops; 0 never does."""
    presence: dict[str, NonNegative] = {}
    """Flexible networks: how often each subset of streams is shown, e.g. `depth+ir: 1`; see `presence_weights`."""
    workers: Annotated[int, Field(ge=1)] = 2
    max_minutes: Annotated[float, Field(gt=0.0)] | None = None
    """The schedule is bent so that it ends by then."""


class Config(_Part):
    """One training run."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
    network: NetworkConfig
    input: InputConfig = InputConfig()
    augment: AugmentConfig = AugmentConfig()
    loss: LossConfig = LossConfig()
    optimiser: OptimiserConfig = OptimiserConfig()
    data: DataConfig = DataConfig()
    run: RunConfig = RunConfig()
    policy: Literal["bpcer20", "apcer1", "balanced"] = "balanced"
    """The card's default policy."""

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        if len(set(self.network.modalities)) != len(self.network.modalities):
            raise ValueError("network.modalities names a stream twice")
        for key in self.run.presence:
            if not set(key.split("+")) <= set(self.network.modalities):
                raise ValueError(f"run.presence: {key!r} is no subset of {'+'.join(self.network.modalities)}")
        for key in self.network.init:
            if key != "all" and key not in self.network.modalities:
                raise ValueError(f"network.init: {key!r} is neither `all` nor one of the network's modalities")
        return self


def shipped() -> dict[str, Any]:
    """The configurations that come with the package: name to readable resource."""
    entries = (entry for entry in files("trainer.config.presets").iterdir() if entry.name.endswith(".yaml"))
    return {entry.name.removesuffix(".yaml"): entry for entry in sorted(entries, key=lambda entry: entry.name)}


def load(name: str, overrides: dict[str, Any] | None = None) -> Config:
    """Read a configuration.

    Args:
        name: a shipped name, a path whose base name is one, or the path of a file; an existing file wins.
        overrides: values by dotted key, e.g. `{"optimiser.lr": 0.01}`, applied before the check.

    Raises:
        UserError: no such configuration, no YAML, an unknown key or an unusable value; unknown names come with the
            nearest known ones.
    """
    path = Path(name)
    known = shipped()
    base = path.name.removesuffix(".yaml").removesuffix(".yml")
    if is_regular(path):
        text = read_text(path, "a YAML file", f"--config {name}", _LARGEST_FILE)
    elif base in known:
        text = known[base].read_text(encoding="utf-8")
    else:
        near = difflib.get_close_matches(base, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(known)}, or give a file."
        raise UserError(f"--config {name}: there is no such file and no such configuration; {hint}")
    try:
        raw = yaml.load(text, _PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: the 99th of a month; RecursionError: lists in lists without end.
        reason = (str(error).splitlines() or ["it makes no sense"])[0][:200]
        raise UserError(f"--config {name}: this is not YAML ({reason}); correct the file.") from None
    if not isinstance(raw, dict):
        raise UserError(f"--config {name}: expected keys such as `network:` and `run:` at the top; correct the file.")
    if is_published(raw):
        same = yaml.safe_load(known[base].read_text(encoding="utf-8")) if base in known else None
        raw = translated(raw, same, base)
    raw.setdefault("name", base)
    for key, value in (overrides or {}).items():
        _set(raw, key, value)
    return check(raw, f"--config {name}")


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases: ten lines of them can stand for billions of values."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuses `*name`, composes everything else."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not understood here")
        return super().compose_node(parent, index)


def check(raw: dict[str, Any], where: str) -> Config:
    """Validate a dictionary.

    Raises:
        UserError: naming the first key that is wrong.
    """
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        raise UserError(f"{where}: {_first_problem(error)}") from None


def check_data(raw: dict[str, Any]) -> DataConfig:
    """Validate the data group alone.

    Raises:
        UserError: naming the first value that is wrong.
    """
    try:
        return DataConfig.model_validate(raw)
    except ValidationError as error:
        raise UserError(f"data: {_first_problem(error)}") from None


def presence_weights(config: Config) -> dict[tuple[Stream, ...], float]:
    """How often a flexible network is shown each subset of its streams, summing to one.

    Unless configured: all streams as often as all proper subsets together, and among those every size alike.
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
        raise UserError("run.presence: all weights are zero; give at least one subset a weight.")
    return {subset: weight / total for subset, weight in weights.items()}


def all_subsets(streams: tuple[Stream, ...]) -> list[tuple[Stream, ...]]:
    """Every non-empty subset, largest first, each in the order of `streams`."""
    masks = range(1, 2 ** len(streams))
    subsets = [tuple(s for bit, s in enumerate(streams) if mask >> bit & 1) for mask in masks]
    return sorted(subsets, key=lambda subset: (-len(subset), [STREAMS.index(s) for s in subset]))


def _set(raw: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    for parent in parents:
        raw = raw.setdefault(parent, {})
        if not isinstance(raw, dict):
            raise UserError(f"{dotted}: {parent} is no group of settings; correct the option.")
    raw[last] = value


def _first_problem(error: ValidationError) -> str:
    # A misspelt key is more likely the cause of a missing one than the other way round.
    problem = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        message = problem["msg"].removeprefix("Value error, ")
        return f"{place + ': ' if place else ''}{message[0].lower()}{message[1:]}; correct the value."
    known = _keys_beside(problem["loc"])
    near = difflib.get_close_matches(str(problem["loc"][-1]), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known keys are {', '.join(known)}."
    return f"{place} is no known key; {hint}"


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    model: Any = Config
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        model = field.annotation if field is not None else None
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
    return list(model.model_fields)
