"""Batches for the network, prepared in threads, since OpenCV, NumPy and torch release the interpreter lock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt
import torch

from fasdemo.frames import Stream
from fasdemo.models.card import InputSpec
from trainer.data.faces import FaceSet, Ints, UnreadableError
from trainer.data.transforms.augment import Crop, Cropper
from trainer.data.transforms.encoding import CropBatch, Floats32, encode_batch, needed_streams, stack_infrared

PRESENCE_SEED = 104729


@dataclass(slots=True)
class Batch:
    """One batch.

    Attributes:
        inputs: one (N, C, S, S) float32 per network input, channels-last in memory.
        labels: int64 (N,).
        presence: float32 (N, streams): 1 if the network gets the stream; random in the training of flexible networks.
        indices: int64 (N,): the samples' indices in their set.
        positions: int64 (N,): their positions in the requested order, from which unreadable samples are missing.
        pictures: the crops before encoding; None unless `Loader.keep_pictures`.
        lighting: PCA lighting (N, 3) of the crops, see `Crop`; None without.
    """

    inputs: list[torch.Tensor]
    labels: torch.Tensor
    presence: torch.Tensor
    indices: Ints
    positions: Ints
    pictures: CropBatch | None = None
    lighting: Floats32 | None = None


@dataclass(slots=True)
class LoadingTime:
    """The time of the parts of one pass over the data, in seconds.

    Attributes:
        work_s: CPU time of the threads that prepared batches.
        wait_s: time for which the consumer waited for a batch.
        total_s: wall-clock time from the first request to the last batch consumed.
        cpu_s: CPU time of the whole process during that time.
    """

    work_s: float = 0.0
    wait_s: float = 0.0
    total_s: float = 0.0
    cpu_s: float = 0.0

    def share(self) -> float:
        """Return the share of the process's CPU time that was spent on preparing batches."""
        return self.work_s / self.cpu_s if self.cpu_s > 0 else 0.0

    def waiting(self) -> float:
        """Return the share of the wall-clock time for which the consumer waited."""
        return self.wait_s / self.total_s if self.total_s > 0 else 0.0


@dataclass
class Loader:
    """A loader of batches of one set.

    Attributes:
        face_set: the samples.
        cropper: turns samples into crops.
        inputs: the network's inputs, as its card specifies them.
        subsets: for flexible networks: rows of presence (K, streams) and the probability of each (K,).
        unreadable: names of files that could not be read so far; their samples are left out.
        keep_pictures: whether batches also have the crops before encoding.
    """

    face_set: FaceSet
    cropper: Cropper
    inputs: tuple[InputSpec, ...]
    workers: int = 2
    subsets: tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]] | None = None
    time: LoadingTime = field(default_factory=LoadingTime)
    unreadable: set[str] = field(default_factory=set)
    keep_pictures: bool = False

    def training(
        self, order: Ints, batch: int, seed: int, epoch: int, rank: int = 0, world: int = 1, skip: int = 0
    ) -> Iterator[Batch]:
        """Yield the augmented batches of one epoch. The last, incomplete batch is dropped unless it is the only one.

        The sample at position p of `order` is augmented with the generator of (seed, epoch, p), so identically in
        every process and after every resume. `batch` counts the samples of all processes, each of which makes its
        share. The first `skip` batches are left out.
        """
        whole = [order[k : k + batch] for k in range(0, len(order), batch)]
        if len(whole) > 1 and len(whole[-1]) < batch:
            whole.pop()
        jobs = []
        for number in range(skip, len(whole)):
            positions = np.arange(len(whole[number]))[rank::world]
            jobs.append((whole[number][positions], number * batch + positions))
        return self._run([(i, p, (seed, epoch)) for i, p in jobs])

    def exact(self, indices: Sequence[int] | Ints, batch: int) -> Iterator[Batch]:
        """Yield the given samples in their order, without augmentation."""
        numbers = np.asarray(indices, np.int64)
        places = np.arange(len(numbers))
        return self._run([(numbers[k : k + batch], places[k : k + batch], None) for k in range(0, len(numbers), batch)])

    def _run(self, jobs: list[tuple[Ints, Ints, tuple[int, int] | None]]) -> Iterator[Batch]:
        self.time = spent = LoadingTime()
        started, cpu_started = time.perf_counter(), time.process_time()
        pending: deque[Future[tuple[Batch | None, float]]] = deque()
        todo = iter(jobs)
        if not self.workers:
            for job in jobs:
                made, work = self._make(*job)
                spent.wait_s += work
                spent.work_s += work
                if made is not None:
                    yield made
                spent.total_s = time.perf_counter() - started
                spent.cpu_s = time.process_time() - cpu_started
            return
        with ThreadPoolExecutor(self.workers, thread_name_prefix="loader") as pool:
            try:
                for job in todo:
                    pending.append(pool.submit(self._make, *job))
                    if len(pending) > self.workers + 1:
                        break
                while pending:
                    asked = time.perf_counter()
                    made, work = pending.popleft().result()
                    spent.wait_s += time.perf_counter() - asked
                    spent.work_s += work
                    following = next(todo, None)
                    if following is not None:
                        pending.append(pool.submit(self._make, *following))
                    if made is None:
                        continue
                    yield made
                    spent.total_s = time.perf_counter() - started
                    spent.cpu_s = time.process_time() - cpu_started
            finally:
                for future in pending:
                    future.cancel()

    def _make(self, indices: Ints, positions: Ints, key: tuple[int, int] | None) -> tuple[Batch | None, float]:
        started = time.thread_time()
        crops: list[Crop] = []
        kept: list[int] = []
        for row, index in enumerate(indices):
            try:
                sample = self.face_set.sample(int(index))
            except UnreadableError as error:
                self.unreadable.add(str(error))
                continue
            kept.append(row)
            if key is None:
                crops.append(self.cropper.exact(sample))
            else:
                rng = np.random.default_rng([*key, int(positions[row])])
                crops.append(self.cropper.training(sample, rng))
        if not crops:
            return None, time.thread_time() - started
        indices, positions = indices[kept], positions[kept]
        pictures = self._pictures(crops)
        light = [crop.lighting for crop in crops if crop.lighting is not None]
        lighting = np.stack(light) if light else None
        made = Batch(
            inputs=encoded(pictures, self.inputs, lighting),
            labels=torch.from_numpy(self.face_set.labels[indices]),
            presence=self._presence(len(indices), positions, key),
            indices=indices,
            positions=positions,
            pictures=pictures if self.keep_pictures else None,
            lighting=lighting,
        )
        return made, time.thread_time() - started

    def _pictures(self, crops: list[Crop]) -> CropBatch:
        def stacked(stream: Stream) -> npt.NDArray[np.generic] | None:
            if stream not in needed_streams(self.inputs):
                return None
            pictures = [crop.streams[stream] for crop in crops]
            return stack_infrared(pictures) if stream == "ir" else np.stack(pictures)

        return CropBatch(stacked("rgb"), stacked("depth"), stacked("ir"))  # type: ignore[arg-type]  # of the crops' types

    def _presence(self, count: int, positions: Ints, key: tuple[int, int] | None) -> torch.Tensor:
        presence = np.ones((count, len(self.inputs)), np.float32)
        if self.subsets is not None and key is not None:
            rows, weights = self.subsets
            draws = [np.random.default_rng([*key, int(p), PRESENCE_SEED]).random() for p in positions]
            presence = rows[np.searchsorted(np.cumsum(weights)[:-1], draws, side="right")]
        there = np.array([spec.modality in self.face_set.streams for spec in self.inputs], np.float32)
        return torch.from_numpy(presence * there)


def encoded(pictures: CropBatch, inputs: Sequence[InputSpec], lighting: Floats32 | None = None) -> list[torch.Tensor]:
    """Return one (N, C, S, S) float32 tensor per network input, channels-last in memory.

    Args:
        pictures: crops of all streams that the inputs need.
        inputs: the network's inputs.
        lighting: (N, 3), added to the channels on the scale [0, 1]; None for nothing.
    """
    tensors = []
    for spec in inputs:
        array = encode_batch(pictures, spec)
        if lighting is not None:
            light = lighting[:, ::-1] if spec.modality == "rgb" and spec.channel_order == "BGR" else lighting
            light = light if spec.channels == 3 else light.mean(1, keepdims=True)
            # For arrays with channels last, OpenCV adds a colour ten times as fast as NumPy.
            for picture, shift in zip(array, light / np.asarray(spec.std, np.float32), strict=True):
                cv2.add(picture, tuple(map(float, shift)), dst=picture)
        tensors.append(torch.from_numpy(array).permute(0, 3, 1, 2))
    return tensors
