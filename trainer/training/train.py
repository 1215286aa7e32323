"""Training loop: data, network, steps, epochs, checkpoints."""

from __future__ import annotations

import copy
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
import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from fasdemo.errors import UserError
from fasdemo.progress import bar
from trainer.checkpoints import checkpoint
from trainer.checkpoints.stream_model import build_model, channels_last, initialised_parameters
from trainer.config.schema import Config
from trainer.data.faces import Ints
from trainer.data.loader import Batch
from trainer.data.network_loader import check_readable, make_loader
from trainer.data.sampling import epoch_order, shard_order
from trainer.data.splits import Splits
from trainer.device import force_fp32_convs, precision_of
from trainer.evaluation.scoring import predict_margins
from trainer.training.adversarial import patterned
from trainer.training.ema import measure_norm_statistics, update_ema
from trainer.training.history import History, dev_figures, epoch_line
from trainer.training.losses import flexible_loss
from trainer.training.normalisation import synchronised
from trainer.training.optimiser import make_optimiser
from trainer.training.schedule import learning_rate
from trainer.training.teacher import Teacher

LAST, BEST = "last.pt", "best.pt"
"""Files of a run: the state for resuming, and the weights of the best epoch."""
NORM_SAMPLES = 1024
"""Training samples on which the batch norm statistics of the averaged weights are measured after each epoch."""
NORM_EPOCH = 1_000_000
"""Offset of the epoch number that seeds the augmentation of these samples, so that it differs from training."""


class TrainingInterruptedError(Exception):
    """Error after Ctrl-C; its text is the path of the file in which the state was saved."""


@dataclass(slots=True)
class Position:
    """Progress of a training; with weights and optimiser state it is all that resuming needs.

    Attributes:
        epoch: current epoch, from 0.
        batch: completed batches of the current epoch.
        elapsed_s: training time over all runs.
        loss_sum: sum of the losses of the samples of the current epoch.
        samples: number of these samples.
        best: selection figure and development loss of the best epoch, smaller is better; None before the first.
        best_epoch: number of the best epoch.
    """

    epoch: int = 0
    batch: int = 0
    elapsed_s: float = 0.0
    loss_sum: float = 0.0
    samples: int = 0
    best: tuple[float, float] | None = None
    best_epoch: int = -1


class Training:
    """A training run with its folder.

    `last.pt` contains the state for resuming; on a CPU with the same number of threads a resumed run is bit-identical.
    `best.pt` contains the averaged weights of the best epoch.
    """

    def __init__(self, config: Config, splits: Splits, folder: Path, fabric: Fabric) -> None:
        cv2.setNumThreads(1)
        torch.manual_seed(config.run.seed)
        self.config, self.splits, self.folder, self.fabric = config, splits, folder, fabric
        built, self.options = build_model(config)
        teacher = config.loss.teacher
        self.teacher = None if teacher is None else Teacher(teacher, config.loss.teacher_weight, config)
        self.stream_model = channels_last(built)
        self.ema_model = copy.deepcopy(self.stream_model).eval().requires_grad_(False)
        fabric.to_device(self.ema_model)
        if precision_of(config, fabric.device.type) == "bf16-mixed" and fabric.device.type == "cpu":
            force_fp32_convs(self.stream_model)
        if fabric.world_size > 1:
            synchronised(self.stream_model, fabric.device)
        initialised = initialised_parameters(config, self.stream_model)
        self.train_loader = make_loader(config, self.stream_model, splits.train)
        self.train_loader.keep_pictures = config.adversarial.share > 0
        self.norm_loader = make_loader(config, self.stream_model, splits.train)
        self.dev_loader = make_loader(config, self.stream_model, splits.dev)
        optimiser = make_optimiser(config, self.stream_model, initialised)
        self.model, self.optimiser = fabric.setup(self.stream_model, optimiser)
        self.position = Position()
        self.history = History(folder, enabled=fabric.is_global_zero)
        self._stop = False

    @property
    def steps_per_epoch(self) -> int:
        """Number of optimiser steps of one epoch."""
        samples = self.config.run.epoch_samples or len(self.splits.train)
        return max(samples // self.config.run.batch, 1)

    def resume(self, path: Path) -> None:
        """Load the state of `last.pt`.

        Raises:
            UserError: the file cannot be read, contains no training state, or is of another network.
        """
        advice = f"give the file {LAST} of a run, or start a run from these weights: `init` all={path}"
        try:
            saved = checkpoint.load(path)
        except checkpoint.ForeignCheckpointError:
            raise UserError(f"resume {path}: not a checkpoint of this project; {advice}.", parameter="resume") from None
        if saved.training is None:
            raise UserError(f"resume {path}: contains no training state; {advice}.", parameter="resume")
        if saved.arch != self.config.network.arch:
            raise UserError(
                f"{path}: network {saved.arch}, but the configuration has {self.config.network.arch}; "
                "give the configuration of the run."
            )
        state = saved.training
        checkpoint.load_weights(self.stream_model.network, saved.state_dict, str(path))
        self.ema_model.network.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        position = dict(state["position"])
        position["best"] = tuple(position["best"]) if position["best"] is not None else None
        self.position = Position(**position)
        self.history.restore(state["history"])

    def run(self) -> None:
        """Train until the end of the schedule, the time limit or early stopping; 0 epochs keep the initial weights.

        Raises:
            TrainingInterruptedError: Ctrl-C was pressed; the state is saved.
            UserError: the loss is not finite, too many images are damaged, or a file cannot be written.
        """
        run, position = self.config.run, self.position
        budget_s = run.max_minutes * 60.0 if run.max_minutes else math.inf
        if not run.epochs:
            self._save(BEST, with_training=False)
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
        drawn = epoch_order(self.splits.train, run.balance, run.epoch_samples, run.seed, position.epoch)
        order = shard_order(drawn, self.splits.train.shards, run.batch, run.shuffle_buffer, run.seed, position.epoch)
        fabric = self.fabric
        batches = self.train_loader.training(
            order, run.batch, run.seed, position.epoch, fabric.global_rank, fabric.world_size, position.batch
        )
        started, before_s, samples_before = time.perf_counter(), position.elapsed_s, position.samples
        self.model.train()
        rate = 0.0
        with bar() as progress:
            label = f"epoch {position.epoch + 1}/{run.epochs}"
            task = progress.add_task(label, total=self.steps_per_epoch, completed=position.batch)
            for batch in batches:
                rate = self._step(batch, budget_s)
                position.elapsed_s = before_s + time.perf_counter() - started
                mean = position.loss_sum / max(position.samples, 1)
                progress.update(task, advance=1, description=f"{label} loss {mean:.4f} lr {rate:.2g}")
                if self._agree_to_stop(position.elapsed_s >= budget_s):
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
            self.ema_model if run.ema else self.stream_model,
            self.dev_loader,
            fabric,
            description="development set",
            exact=True,
        )
        row |= dev_figures(margins.all_streams, self.splits.dev)
        self._check_network(row["dev_loss"], margins.broken)
        position.elapsed_s = before_s + time.perf_counter() - started
        row["elapsed_s"] = round(position.elapsed_s, 1)
        figure = (_smaller_is_better(run.best, row), float(row["dev_loss"]))
        is_best = position.best is None or figure < position.best
        if is_best:
            position.best, position.best_epoch = figure, position.epoch
        position.epoch += 1
        position.batch, position.loss_sum, position.samples = 0, 0.0, 0
        self.history.add(row | {"best": int(is_best)})
        if fabric.is_global_zero:
            print(epoch_line(row, run.epochs, is_best), flush=True)
        if is_best:
            self._save(BEST, with_training=False, metrics=row)
        self._save(LAST, with_training=True, metrics=row)

    def _step(self, batch: Batch, budget_s: float) -> float:
        config, position = self.config, self.position
        steps = position.epoch * self.steps_per_epoch + position.batch
        progress = max(steps / (self.steps_per_epoch * config.run.epochs), position.elapsed_s / budget_s)
        rate = learning_rate(config.optimiser, progress, steps / self.steps_per_epoch)
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        # Seeded by seed, step and process, so that resuming needs no generator state for dropout.
        torch.manual_seed((config.run.seed * 1_000_003 + steps) * 4099 + self.fabric.global_rank)
        masks = self._masks(batch)
        pictures = [self.fabric.to_device(picture) for picture in self._inputs(batch, masks, steps)]
        labels = self.fabric.to_device(batch.labels)
        fused, own = self.model(pictures, masks)
        live = None if self.teacher is None else self.teacher.live_targets(pictures, labels)
        loss: Tensor = flexible_loss(fused, own, masks[0], labels, config.loss, live)
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
            update_ema(
                self.ema_model.network, self.stream_model.network, min(config.run.ema, (1.0 + steps) / (10.0 + steps))
            )
        position.batch += 1
        position.samples += len(labels)
        position.loss_sum += value * len(labels)
        return rate

    def _inputs(self, batch: Batch, masks: list[Tensor], steps: int) -> list[Tensor]:
        """Return the inputs of a batch, with patterns in some crops if these are configured."""
        if not self.config.adversarial.share:
            return batch.inputs
        # Seeded like the step, so that a resumed run is the same.
        rng = np.random.default_rng([self.config.run.seed, steps, self.fabric.global_rank])
        with self.fabric.autocast():
            return patterned(self.stream_model, batch, self.train_loader.inputs, masks, self.config.adversarial, rng)

    def _refresh_norms(self, order: Ints) -> None:
        run = self.config.run
        sample = order[: max(NORM_SAMPLES // run.batch, 1) * run.batch]
        with measure_norm_statistics(self.ema_model.network):
            for batch in self.norm_loader.training(sample, run.batch, run.seed, NORM_EPOCH + self.position.epoch):
                pictures = [self.fabric.to_device(picture) for picture in batch.inputs]
                with self.fabric.autocast():
                    self.ema_model(pictures, self._masks(batch))

    def _masks(self, batch: Batch) -> list[Tensor]:
        """Return the presence masks of a batch: all available streams, and for flexible networks a random subset."""
        there = torch.tensor(
            [[s in self.splits.train.streams for s in self.stream_model.modalities]], dtype=torch.float32
        )
        whole = self.fabric.to_device(there.expand(len(batch.labels), -1))
        return [whole, self.fabric.to_device(batch.presence)] if self.stream_model.flexible else [whole]

    def _mean_loss(self) -> float:
        sums = torch.tensor([self.position.loss_sum, float(self.position.samples)], dtype=torch.float64)
        if self.fabric.world_size > 1:
            sums = torch.as_tensor(self.fabric.all_reduce(self.fabric.to_device(sums), reduce_op="sum")).cpu()
        return float(sums[0] / sums[1].clamp(min=1.0))

    def _check_finite(self, loss: float) -> None:
        if math.isfinite(loss):
            return
        raise UserError(
            f"the loss became {loss} in epoch {self.position.epoch + 1}, step {self.position.batch + 1}: "
            f"{self._kept()}; "
            "lower the learning rate (optimiser.lr) or use the precision 32-true (run.precision)."
        )

    def _check_network(self, dev_loss: float, broken: int) -> None:
        """Stop before the state is saved if the network gives no numbers any more."""
        if math.isfinite(dev_loss) and not broken:
            return
        raise UserError(
            f"after epoch {self.position.epoch + 1} the network gives no number for {broken} of {len(self.splits.dev)} "
            f"development samples (loss {dev_loss}): {self._kept()}; lower the learning rate (optimiser.lr) or use the "
            "precision 32-true (run.precision)."
        )

    def _kept(self) -> str:
        last = self.folder / LAST
        return f"{last} contains the last good state" if last.is_file() else "nothing was saved yet"

    def _save(self, name: str, with_training: bool, metrics: dict[str, Any] | None = None) -> None:
        if not self.fabric.is_global_zero:
            return
        averaged = self.ema_model if self.config.run.ema else self.stream_model
        position = {slot: getattr(self.position, slot) for slot in Position.__slots__}
        position["best"] = list(self.position.best) if self.position.best is not None else None
        training = None
        if with_training:
            training = {
                "average": {k: v.detach().cpu() for k, v in self.ema_model.network.state_dict().items()},
                "optimiser": self.optimiser.state_dict(),
                "position": position,
                "history": self.history.rows,
            }
        checkpoint.save(
            self.folder / name,
            checkpoint.Checkpoint(
                arch=self.config.network.arch,
                state_dict=(self.stream_model if with_training else averaged).network.state_dict(),
                options=self.options,
                config=self.config.model_dump(mode="json"),
                metrics=metrics or {},
                training=training,
            ),
        )

    def _agree_to_stop(self, time_is_up: bool) -> bool:
        """Return whether any process was interrupted or out of time, so that all leave the loop at the same step."""
        if self.fabric.world_size > 1:
            flags = self.fabric.to_device(torch.tensor([float(self._stop), float(time_is_up)]))
            self._stop, time_is_up = (torch.as_tensor(self.fabric.all_reduce(flags, reduce_op="sum")) > 0).tolist()
        return self._stop or time_is_up

    @contextmanager
    def _on_interrupt(self) -> Iterator[None]:
        """Make the first Ctrl-C stop after the current step, and the second one stop immediately."""

        def handle(number: int, frame: FrameType | None) -> None:
            if self._stop:
                raise KeyboardInterrupt
            self._stop = True

        try:
            before = signal.signal(signal.SIGINT, handle)
        except ValueError:  # signals reach the main thread only
            yield
            return
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def _smaller_is_better(policy: str, row: dict[str, Any]) -> float:
    value = row["dev_loss"] if policy == "loss" else row[f"dev_{policy}"]
    if value is None:
        value = row["dev_loss"]
    return -float(value) if policy == "auc" else float(value)
