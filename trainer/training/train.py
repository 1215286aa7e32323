"""The training loop, top to bottom: data, network, steps, epochs, checkpoints."""

from __future__ import annotations

import copy
import logging
import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import cv2
import torch
from lightning_fabric import Fabric
from torch import Tensor

from fasdemo.errors import UserError
from fasdemo.progress import bar
from trainer.checkpoints import checkpoint
from trainer.checkpoints.stream_model import StreamModel, build_model, channels_last, initialised_parameters
from trainer.config.schema import Config
from trainer.data.faces import Ints
from trainer.data.loader import Batch
from trainer.data.network_loader import check_readable, make_loader
from trainer.data.sampling import epoch_order
from trainer.data.splits import Splits
from trainer.evaluation.scoring import predict_margins
from trainer.training.device import force_fp32_convs, precision_of
from trainer.training.ema import blend, measuring_norms
from trainer.training.history import History, dev_figures
from trainer.training.losses import flexible_loss
from trainer.training.normalisation import synchronised
from trainer.training.schedule import learning_rate

LAST, BEST = "last.pt", "best.pt"
NORM_SAMPLES = 1024
"""Training samples on which batch norm statistics of averaged weights are measured after each epoch."""
NORM_EPOCH = 1_000_000
"""Their disturbances are drawn as if they were of this much later an epoch."""


class TrainingInterruptedError(Exception):
    """Ctrl-C was pressed; everything is saved in the file that it names."""


@dataclass(slots=True)
class Position:
    """Where a training stands; all that resuming needs beside weights and optimiser.

    Attributes:
        epoch: the running epoch, from 0.
        batch: batches of it that are done.
        elapsed_s: training time so far, over all runs.
        loss_sum, samples: of the running epoch.
        best: the figure of the best epoch so far, smaller is better; None before the first.
        best_epoch: its number.
    """

    epoch: int = 0
    batch: int = 0
    elapsed_s: float = 0.0
    loss_sum: float = 0.0
    samples: int = 0
    best: tuple[float, float] | None = None
    best_epoch: int = -1


class Training:
    """One run in one folder.

    `last.pt` lets it be resumed to the bit (on a CPU, with the same number of threads), `best.pt` holds the averaged
    weights of the best epoch.
    """

    def __init__(self, config: Config, splits: Splits, folder: Path, fabric: Fabric) -> None:
        cv2.setNumThreads(1)
        torch.manual_seed(config.run.seed)
        self.config, self.splits, self.folder, self.fabric = config, splits, folder, fabric
        judge, self.options = build_model(config)
        self.judge = channels_last(judge)
        self.average = copy.deepcopy(self.judge).eval().requires_grad_(False)
        fabric.to_device(self.average)
        if precision_of(config, fabric.device.type) == "bf16-mixed" and fabric.device.type == "cpu":
            force_fp32_convs(self.judge)
        if fabric.world_size > 1:
            synchronised(self.judge, fabric.device)
        started = initialised_parameters(config, self.judge)
        self.train_loader = make_loader(config, self.judge, splits.train)
        self.norm_loader = make_loader(config, self.judge, splits.train)
        self.dev_loader = make_loader(config, self.judge, splits.dev)
        optimiser = make_optimiser(config, self.judge, started)
        self.model, self.optimiser = fabric.setup(self.judge, optimiser)
        self.position = Position()
        self.history = History(folder, enabled=fabric.is_global_zero)
        self._stop = False

    @property
    def steps_an_epoch(self) -> int:
        """Optimiser steps of one epoch."""
        samples = self.config.run.epoch_samples or len(self.splits.train)
        return max(samples // self.config.run.batch, 1)

    def resume(self, path: Path) -> None:
        """Go on where `last.pt` stopped.

        Raises:
            UserError: not such a file, or of another network.
        """
        saved = checkpoint.load(path)
        if saved.training is None:
            raise UserError(f"--resume {path}: holds weights but no training state; give the run's {LAST}.")
        if saved.arch != self.config.network.arch:
            raise UserError(
                f"--resume {path}: this is a {saved.arch}, the configuration wants {self.config.network.arch}."
            )
        state = saved.training
        checkpoint.load_weights(self.judge.network, saved.state_dict, str(path))
        self.average.network.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        position = dict(state["position"])
        position["best"] = tuple(position["best"]) if position["best"] is not None else None
        self.position = Position(**position)
        self.history.restore(state["history"])

    def run(self) -> None:
        """Train to the end of the schedule, the time given, or the end of patience.

        Raises:
            TrainingInterruptedError: after Ctrl-C; everything is saved.
            UserError: the loss is no number any more, or the disk is full.
        """
        run, position = self.config.run, self.position
        budget_s = run.max_minutes * 60.0 if run.max_minutes else math.inf
        with self._on_interrupt():
            while position.epoch < run.epochs and position.elapsed_s < budget_s:
                self._epoch(budget_s)
                if self._stop:
                    self._save(LAST, with_training=True)
                    raise TrainingInterruptedError(str(self.folder / LAST))
                if run.patience and position.epoch - 1 - position.best_epoch >= run.patience:
                    break

    def _epoch(self, budget_s: float) -> None:
        run, position = self.config.run, self.position
        order = epoch_order(self.splits.train, run.balance, run.epoch_samples, run.seed, position.epoch)
        fabric = self.fabric
        batches = self.train_loader.training(
            order, run.batch, run.seed, position.epoch, fabric.global_rank, fabric.world_size, position.batch
        )
        started, before_s, samples_before = time.perf_counter(), position.elapsed_s, position.samples
        self.model.train()
        rate = 0.0
        with bar() as progress:
            label = f"epoch {position.epoch + 1}/{run.epochs}"
            task = progress.add_task(label, total=self.steps_an_epoch, completed=position.batch)
            for batch in batches:
                rate = self._step(batch, budget_s)
                position.elapsed_s = before_s + time.perf_counter() - started
                mean = position.loss_sum / max(position.samples, 1)
                progress.update(task, advance=1, description=f"{label} loss {mean:.4f} lr {rate:.2g}")
                if self._agreed_to_leave(position.elapsed_s >= budget_s):
                    break
        if self._stop:
            return
        seconds = max(time.perf_counter() - started, 1e-9)
        loading = self.train_loader.time
        row: dict[str, Any] = {
            "epoch": position.epoch + 1,
            "loss": self._mean_loss(),
            "lr": rate,
            "train_s": round(seconds, 2),
            "images_per_s": round((position.samples - samples_before) * fabric.world_size / seconds, 1),
            "loading_share": round(loading.share(), 4),
            "loading_wait": round(loading.waiting(), 4),
        }
        self._check_finite(row["loss"])
        check_readable(self.train_loader, self.config.data.max_missing)
        if run.ema:
            self._refresh_norms(order)
        margins = predict_margins(
            self.average if run.ema else self.judge, self.dev_loader, fabric, description="development set"
        )
        row |= dev_figures(margins.all_streams, self.splits.dev, self.config)
        position.elapsed_s = before_s + time.perf_counter() - started
        row["elapsed_s"] = round(position.elapsed_s, 1)
        figure = (_smaller_is_better(run.best, row), float(row["dev_loss"]))
        is_best = position.best is None or figure < position.best
        if is_best:
            position.best, position.best_epoch = figure, position.epoch
        position.epoch += 1
        position.batch, position.loss_sum, position.samples = 0, 0.0, 0
        self.history.add(row | {"best": int(is_best)})
        if is_best:
            self._save(BEST, with_training=False, metrics=row)
        self._save(LAST, with_training=True, metrics=row)

    def _step(self, batch: Batch, budget_s: float) -> float:
        config, position = self.config, self.position
        steps = position.epoch * self.steps_an_epoch + position.batch
        progress = max(steps / (self.steps_an_epoch * config.run.epochs), position.elapsed_s / budget_s)
        rate = learning_rate(config.optimiser, progress, steps / self.steps_an_epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        # Dropout is a function of seed, step and process: resuming needs no state of the generator.
        torch.manual_seed((config.run.seed * 1_000_003 + steps) * 4099 + self.fabric.global_rank)
        pictures = [self.fabric.to_device(picture) for picture in batch.inputs]
        labels = self.fabric.to_device(batch.labels)
        masks = self._masks(batch)
        fused, own = self.model(pictures, masks)
        loss: Tensor = flexible_loss(fused, own, masks[0], labels, config.loss)
        self.optimiser.zero_grad()
        self.fabric.backward(loss)
        if config.optimiser.clip:
            self.fabric.clip_gradients(
                self.model, self.optimiser, max_norm=config.optimiser.clip, error_if_nonfinite=False
            )
        value = float(loss.detach())
        self._check_finite(value)
        self.optimiser.step()
        if config.run.ema:
            blend(self.average.network, self.judge.network, min(config.run.ema, (1.0 + steps) / (10.0 + steps)))
        position.batch += 1
        position.samples += len(labels)
        position.loss_sum += value * len(labels)
        return rate

    def _refresh_norms(self, order: Ints) -> None:
        run = self.config.run
        sample = order[: max(NORM_SAMPLES // run.batch, 1) * run.batch]
        with measuring_norms(self.average.network):
            for batch in self.norm_loader.training(sample, run.batch, run.seed, NORM_EPOCH + self.position.epoch):
                pictures = [self.fabric.to_device(picture) for picture in batch.inputs]
                with self.fabric.autocast():
                    self.average(pictures, self._masks(batch))

    def _masks(self, batch: Batch) -> list[Tensor]:
        """What a flexible network is shown: every stream that is there, then the draw that hides some of them."""
        there = torch.tensor([[s in self.splits.train.streams for s in self.judge.modalities]], dtype=torch.float32)
        whole = self.fabric.to_device(there.expand(len(batch.labels), -1))
        return [whole, self.fabric.to_device(batch.presence)] if self.judge.flexible else [whole]

    def _mean_loss(self) -> float:
        sums = torch.tensor([self.position.loss_sum, float(self.position.samples)], dtype=torch.float64)
        if self.fabric.world_size > 1:
            sums = torch.as_tensor(self.fabric.all_reduce(self.fabric.to_device(sums), reduce_op="sum")).cpu()
        return float(sums[0] / sums[1].clamp(min=1.0))

    def _check_finite(self, loss: float) -> None:
        if math.isfinite(loss):
            return
        last = self.folder / LAST
        kept = f"{last} holds the last good state" if last.is_file() else "nothing was saved yet"
        raise UserError(
            f"the loss became {loss} in epoch {self.position.epoch + 1}, step {self.position.batch + 1}: {kept}; "
            "lower --lr or use --precision 32-true."
        )

    def _save(self, name: str, with_training: bool, metrics: dict[str, Any] | None = None) -> None:
        if not self.fabric.is_global_zero:
            return
        averaged = self.average if self.config.run.ema else self.judge
        position = {slot: getattr(self.position, slot) for slot in Position.__slots__}
        position["best"] = list(self.position.best) if self.position.best is not None else None
        training = None
        if with_training:
            training = {
                "average": {k: v.detach().cpu() for k, v in self.average.network.state_dict().items()},
                "optimiser": self.optimiser.state_dict(),
                "position": position,
                "history": self.history.rows,
            }
        checkpoint.save(
            self.folder / name,
            checkpoint.Checkpoint(
                arch=self.config.network.arch,
                state_dict=(self.judge if with_training else averaged).network.state_dict(),
                options=self.options,
                config=self.config.model_dump(mode="json"),
                metrics=metrics or {},
                training=training,
            ),
        )

    def _agreed_to_leave(self, time_is_up: bool) -> bool:
        """Whether any process was interrupted or ran out of time; all have to leave the loop at the same step."""
        if self.fabric.world_size > 1:
            flags = self.fabric.to_device(torch.tensor([float(self._stop), float(time_is_up)]))
            self._stop, time_is_up = (torch.as_tensor(self.fabric.all_reduce(flags, reduce_op="sum")) > 0).tolist()
        return self._stop or time_is_up

    @contextmanager
    def _on_interrupt(self) -> Iterator[None]:
        """The first Ctrl-C ends the running step and saves, the second one ends at once."""

        def handle(number: int, frame: FrameType | None) -> None:
            if self._stop:
                raise KeyboardInterrupt
            self._stop = True

        try:
            before = signal.signal(signal.SIGINT, handle)
        except ValueError:  # not the main thread: nobody presses Ctrl-C here
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def make_optimiser(config: Config, judge: StreamModel, started: set[int]) -> torch.optim.Optimizer:
    """SGD as published, or AdamW, which spares gates, norms and biases the weight decay."""
    settings = config.optimiser
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for parameter in judge.parameters():
        decays = settings.kind == "sgd" or parameter.ndim > 1
        groups.setdefault((decays, id(parameter) in started), []).append(parameter)
    listed = [
        {
            "params": members,
            "weight_decay": settings.weight_decay if decays else 0.0,
            "factor": settings.trunk_lr if trunk else 1.0,
            "lr": settings.lr,
        }
        for (decays, trunk), members in groups.items()
    ]
    if settings.kind == "sgd":
        return torch.optim.SGD(listed, lr=settings.lr, momentum=settings.momentum)
    return torch.optim.AdamW(listed, lr=settings.lr)


def _quiet() -> None:
    """Fabric announces its precision on every start."""
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    logging.getLogger("lightning.fabric").setLevel(logging.WARNING)


def make_fabric(config: Config, accelerator: str = "auto", devices: int | str = "auto", nodes: int = 1) -> Fabric:
    """Device, precision and processes; under `torchrun` they come from its environment.

    Not launched yet.
    """
    from lightning_fabric.strategies.ddp import DDPStrategy

    from trainer.training.device import world_of_environment

    _quiet()
    world = world_of_environment()
    if accelerator == "auto":
        accelerator = "cuda" if torch.cuda.is_available() else "cpu"
    if devices == "auto":
        devices = world.local if world else 1
    several = world is not None or nodes > 1 or (devices not in (1, "1"))
    strategy: Any = DDPStrategy(find_unused_parameters=config.network.flexible) if several else "auto"
    return Fabric(
        accelerator=accelerator,
        devices=devices,
        num_nodes=world.nodes if world else nodes,
        strategy=strategy,
        precision=precision_of(config, accelerator),
    )


def _smaller_is_better(policy: str, row: dict[str, Any]) -> float:
    value = row["dev_loss"] if policy == "loss" else row[f"dev_{policy}"]
    if value is None:
        value = row["dev_loss"]
    return -float(value) if policy == "auc" else float(value)
