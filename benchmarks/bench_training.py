"""Compare the training throughput of this trainer with that of a plain loop like the published `main.py`.

    python benchmarks/bench_training.py --rounds 5 --json

Both train in the same process with the same number of threads, on the same JPEG images, with the same network, batch
size, loss, optimiser and augmentation. Rounds alternate, so that other load affects both alike. The plain loop uses PIL
images, torchvision-style transforms of single samples, contiguous float32 tensors, and reads loss and accuracy at every
step. This trainer loads data ahead in threads and uses channels-last tensors, and bfloat16 if the processor supports
it. `step` is the network alone on prepared tensors, `loop` includes data loading.

On a busy machine the ratio of CPU times is more reliable than that of wall-clock times.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import trainer  # isort: skip  (before torch, because it sets OMP_WAIT_POLICY)
import cv2
import numpy as np
import psutil
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from fasdemo.frames import Stream
from trainer import networks
from trainer.config.schema import Config, load
from trainer.data.faces import FaceSet
from trainer.data.splits import Splits, open_splits
from trainer.device import make_fabric
from trainer.training.train import Training

ARCHES = ("FeatherNetB", "FeatherNetB-x3-concat", "FeatherNetB-x3-cdc", "FeatherNetB-x3-pipenet", "FlexFusion")
MIN_RATIO = 1.3
"""Goal for the ratio of this trainer's throughput to that of the plain loop."""
SIZE = 224
LIGHTING = 0.1
_VALUES = torch.tensor([0.2175, 0.0188, 0.0045])
_VECTORS = torch.tensor(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]],
)


@dataclass
class Row:
    """Figures of one network; ratios are this trainer's throughput divided by the plain loop's."""

    network: str
    images_per_s: dict[str, float]
    ratio_step: float
    ratio_loop: float
    ratio_step_processor: float
    ratio_loop_processor: float
    loading_share: float
    loading_wait: float
    memory_mb: int = 0


def pictures(folder: Path, count: int) -> Path:
    """Write a CASIA-SURF tree of smooth random images with about the size of the original ones."""
    rng = np.random.default_rng(0)
    lines = []
    for number in range(count):
        kind = "real_part/P{}/real.rssdk" if number % 2 else "fake_part/P{}/01_en_b.rssdk"
        names = [f"Training/{kind.format(number % 8)}/{s}/{number}.jpg" for s in ("color", "depth", "ir")]
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            picture = cv2.resize(rng.integers(0, 255, (24, 24, 3), dtype=np.uint8), (180, 200))
            cv2.imwrite(str(path), picture if "color" in name else picture[..., 0])
        lines.append(" ".join([*names, str(number % 2)]))
    for name in ("train_list.txt", "val_private_list.txt"):
        (folder / name).write_text("\n".join(lines))
    return folder


class PlainLoop:
    """The published training loop."""

    def __init__(self, arch: str, face_set: FaceSet, root: Path, streams: tuple[Stream, ...], batch: int) -> None:
        torch.manual_seed(0)
        self.network = network(arch, streams)
        self.flexible = arch == "FlexFusion"
        self.optimiser = torch.optim.SGD(self.network.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
        self.names = [dict(zip(("rgb", "depth", "ir"), name.split(), strict=True)) for name in face_set.names]
        self.labels = torch.from_numpy(face_set.labels)
        self.root, self.streams, self.batch = root, streams, batch
        self.rng = np.random.default_rng(0)

    def sample(self, index: int) -> list[torch.Tensor]:
        """Return the tensors of a sample: decode, random resized crop, flip, PCA lighting, normalisation."""
        box, flip, tensors = None, self.rng.random() < 0.5, []
        for stream in self.streams:
            picture = Image.open(self.root / self.names[index][stream]).convert("RGB")
            if box is None:
                area = picture.width * picture.height * self.rng.uniform(0.08, 1.0)
                ratio = float(np.exp(self.rng.uniform(np.log(0.75), np.log(4 / 3))))
                width = min(round((area * ratio) ** 0.5), picture.width)
                height = min(round((area / ratio) ** 0.5), picture.height)
                left = int(self.rng.integers(picture.width - width + 1))
                top = int(self.rng.integers(picture.height - height + 1))
                box = (left, top, left + width, top + height)
            picture = picture.resize((SIZE, SIZE), Image.Resampling.BILINEAR, box=box)
            if flip:
                picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            tensor = torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous().float().div(255)
            light = (_VECTORS * torch.from_numpy(self.rng.normal(0, LIGHTING, 3)).float() * _VALUES).sum(1)
            tensors.append((tensor + light[:, None, None] - 0.143) / 0.1005)
        return tensors

    def batch_of(self, indices: np.ndarray) -> tuple[list[torch.Tensor], torch.Tensor]:
        samples = [self.sample(int(index)) for index in indices]
        return [torch.stack(column) for column in zip(*samples, strict=True)], self.labels[indices]

    def step(self, inputs: list[torch.Tensor], labels: torch.Tensor) -> None:
        self.network.train()
        outputs = (
            self.network(*inputs, torch.ones(len(labels), len(inputs))) if self.flexible else self.network(*inputs)
        )
        fused, *own = outputs if isinstance(outputs, tuple) else (outputs,)
        loss = torch.stack([focal(fused, labels), *(0.13 * focal(part, labels) for part in own)]).sum()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        loss.item()
        (fused.argmax(1) == labels).float().mean().item()

    def loop(self, steps: int) -> None:
        for _ in range(steps):
            inputs, labels = self.batch_of(self.rng.integers(len(self.names), size=self.batch))
            self.step(inputs, labels)


class ThisTrainer:
    """Training loop of `trainer.training.train.Training`."""

    def __init__(self, config: Config, splits: Splits, folder: Path) -> None:
        fabric = make_fabric(config, "cpu", 1)
        fabric.launch()
        self.training = Training(config, splits, folder, fabric)
        self.batch = config.run.batch
        self.epoch = 0

    def loop(self, steps: int) -> None:
        training = self.training
        order = np.random.default_rng(self.epoch).integers(len(training.splits.train), size=steps * self.batch)
        training.model.train()
        for batch in training.train_loader.training(order, self.batch, 0, self.epoch):
            training._step(batch, float("inf"))
        self.epoch += 1

    def ready(self) -> Callable[[], None]:
        """Return a function that runs a step on prepared tensors."""
        order = np.arange(self.batch) % len(self.training.splits.train)
        batch = next(iter(self.training.train_loader.training(order, self.batch, 0, 0)))
        self.training.model.train()

        def step() -> None:
            self.training._step(batch, float("inf"))

        return step


def repeat(work: Callable[[], None], times: int) -> None:
    for _ in range(times):
        work()


def network(arch: str, streams: tuple[Stream, ...]) -> nn.Module:
    if arch == "FeatherNetB":
        return networks.build(arch)
    return networks.build(arch, modalities=list(streams), in_channels=dict.fromkeys(streams, 3))


def focal(logits: torch.Tensor, labels: torch.Tensor, gamma: float = 3.0) -> torch.Tensor:
    log_p = F.log_softmax(logits, 1).gather(1, labels[:, None])[:, 0]
    return (-((1 - log_p.exp()) ** gamma) * log_p).mean()


def seconds(work: Callable[[], None]) -> tuple[float, float]:
    """Return the wall-clock time and the CPU time of a call in seconds."""
    started, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - processor


def measure(arch: str, root: Path, batch: int, rounds: int, steps: int) -> Row:
    streams: tuple[Stream, ...] = ("depth",) if arch == "FeatherNetB" else ("rgb", "depth", "ir")
    overrides = {
        "name": "bench",
        "network.arch": arch,
        "network.modalities": list(streams),
        "network.flexible": arch == "FlexFusion",
        "data.folder": str(root),
        "run.batch": batch,
        "optimiser.every_decay": 60,
        **{f"input.{k}.{s}": [v] for k, v in (("mean", 0.143), ("std", 0.1005)) for s in streams},
    }
    config = load("FeatherNetB-32", overrides)
    config.network.modalities = networks_order(arch, streams)
    splits = open_splits(config.data, config.network.modalities, arch == "FlexFusion")
    with tempfile.TemporaryDirectory() as folder:
        ours = ThisTrainer(config, splits, Path(folder))
        order = tuple(ours.training.stream_model.modalities)
        plain = PlainLoop(arch, splits.train, root, order, batch)
        inputs, labels = plain.batch_of(np.arange(batch) % len(splits.train))
        ready = ours.ready()
        works: dict[str, Callable[[], None]] = {
            "plain_step": lambda: repeat(lambda: plain.step(inputs, labels), steps),
            "our_step": lambda: repeat(ready, steps),
            "plain_loop": lambda: plain.loop(steps),
            "our_loop": lambda: ours.loop(steps),
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
        for warm in (True, *([False] * rounds)):
            for name, work in works.items():
                wall, processor = seconds(work)
                if not warm:
                    times[name].append((wall / steps / batch, processor / steps / batch))
        loading = ours.training.train_loader.time
    rate = {name: 1.0 / statistics.median(wall for wall, _ in values) for name, values in times.items()}
    used_s = {name: statistics.median(processor for _, processor in values) for name, values in times.items()}
    return Row(
        network=arch,
        images_per_s={name: round(value, 1) for name, value in rate.items()},
        ratio_step=round(rate["our_step"] / rate["plain_step"], 2),
        ratio_loop=round(rate["our_loop"] / rate["plain_loop"], 2),
        ratio_step_processor=round(used_s["plain_step"] / used_s["our_step"], 2),
        ratio_loop_processor=round(used_s["plain_loop"] / used_s["our_loop"], 2),
        loading_share=round(loading.share(), 3),
        loading_wait=round(loading.waiting(), 3),
    )


def release() -> float:
    """Return freed memory to the system between networks, because glibc would keep it.

    Returns:
        Resident memory before that in MB, the need of the last network in both loops.
    """
    held: float = psutil.Process().memory_info().rss / 1e6
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return held


def networks_order(arch: str, streams: tuple[Stream, ...]) -> tuple[Stream, ...]:
    return tuple(getattr(network(arch, streams), "modalities", streams))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=ARCHES, metavar="NAME")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=2, help="steps per round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root = pictures(Path(folder), 96)
        for arch in args.networks:
            row = measure(arch, root, args.batch, args.rounds, args.steps)
            row.memory_mb = round(release())
            rows.append(row)
            if not args.json:
                rate = row.images_per_s
                print(
                    f"{arch:<24} plain {rate['plain_loop']:>6} images/s, this trainer {rate['our_loop']:>6}: "
                    f"{row.ratio_loop} times ({row.ratio_loop_processor} by the processor's time; network alone "
                    f"{row.ratio_step} and {row.ratio_step_processor}); data loading "
                    f"{row.loading_share:.1%} of the CPU time, waited {row.loading_wait:.1%}; "
                    f"{row.memory_mb} MB",
                    flush=True,
                )
    if args.json:
        report = {"threads": args.threads, "batch": args.batch, "torch": torch.__version__}
        print(json.dumps({**report, "rows": [asdict(row) for row in rows]}, indent=1))
    below = [row.network for row in rows if row.ratio_loop < MIN_RATIO]
    if below:
        print(f"below {MIN_RATIO}: {', '.join(below)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    assert trainer.__doc__
    sys.exit(main())
