"""A movie as it is collected from the fragments of streams: its tracks and their samples.

Tables are arrays: a lesson of two hours has half a million samples.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

# Above what ten hours have. It bounds the memory for a stream of empty samples.
MAX_SAMPLES: Final = 3_000_000
_MAX_DURATION: Final = 2**31
LONGEST_S: Final = 48 * 60 * 60
"""No film is longer: a time beyond it is malformed."""


class MalformedError(ValueError):
    """Bytes that are no movie, or a movie of an unknown kind."""


class Defaults(NamedTuple):
    """What holds for samples of a track whose fragment does not say it."""

    description: int
    duration: int
    size: int
    flags: int


class TrackHeader(NamedTuple):
    """A track as the header of a stream describes it. Boxes are whole."""

    track_id: int
    kind: bytes
    """`vide` or `soun`."""
    scale: int
    """Units a second."""
    language: bytes
    picture: bytes
    """The end of `tkhd`, from its layer to its height."""
    handler: bytes
    media_header: bytes
    data_reference: bytes
    descriptions: list[bytes]
    defaults: Defaults


class SampleRun(NamedTuple):
    """Samples that lie one after another in the file. Times are in units of their track."""

    track_id: int
    time: int
    description: int
    """From 1, of the descriptions of the stream."""
    offset: int
    sizes: array[int]
    durations: array[int]
    shifts: array[int] | None
    """Composition offsets; None if all are 0."""
    syncs: list[int] | None
    """The numbers of the sync samples, from 0; None if all are."""


@dataclass
class Track:
    header: TrackHeader
    start: int | None = None
    """When the first sample begins."""
    end: int = 0
    descriptions: list[bytes] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("I"))
    durations: array[int] = field(default_factory=lambda: array("I"))
    shifts: array[int] = field(default_factory=lambda: array("i"))
    syncs: array[int] = field(default_factory=lambda: array("I"))
    """From 1."""
    all_sync: bool = True
    chunk_offsets: array[int] = field(default_factory=lambda: array("Q"))
    chunk_lengths: array[int] = field(default_factory=lambda: array("I"))
    chunk_descriptions: array[int] = field(default_factory=lambda: array("I"))

    def add(self, run: SampleRun, description: bytes) -> None:
        """Add samples; `run.time` is the movie's."""
        count = len(self.sizes)
        if self.start is None:
            self.start = self.end = run.time
        else:
            self._close_gap(run.time)
        if description not in self.descriptions:
            self.descriptions.append(description)
        self.chunk_offsets.append(run.offset)
        self.chunk_lengths.append(len(run.sizes))
        self.chunk_descriptions.append(self.descriptions.index(description) + 1)
        self.sizes.extend(run.sizes)
        self.durations.extend(run.durations)
        self.shifts.extend(run.shifts or array("i", bytes(4 * len(run.sizes))))
        if run.syncs is not None:
            self.all_sync = False
        syncs = range(len(run.sizes)) if run.syncs is None else run.syncs
        self.syncs.extend(count + 1 + number for number in syncs)
        self.end += sum(run.durations)

    def _close_gap(self, time: int) -> None:
        """The last sample lasts until the next one: a fragment can only guess how long that is."""
        last = self.durations[-1]
        lasting = min(max(0, last + time - self.end), _MAX_DURATION)
        self.durations[-1] = lasting
        self.end += lasting - last


class Movie:
    """Streams, one after another: each continues where the longest track of the last one ended."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.sample_count = 0
        self._by_id: dict[int, tuple[Track, TrackHeader]] = {}
        self._began: tuple[int, int] = (0, 1)
        """The movie's length when this stream began: units, and units a second."""
        self._first: tuple[int, int] | None = None
        """The time of this stream's first sample, by the stream's own clock."""

    @property
    def length(self) -> tuple[int, int]:
        """Units, and units a second."""
        ends = [(track.end, track.header.scale) for track in self.tracks]
        return max(ends, key=lambda end: end[0] / end[1], default=(0, 1))

    @property
    def seconds(self) -> float:
        units, scale = self.length
        return units / scale

    def begin(self, headers: list[TrackHeader]) -> None:
        """Go on with a stream that has these tracks."""
        self._began, self._first, self._by_id = self.length, None, {}
        free = list(self.tracks)
        for header in headers:
            track = next((each for each in free if each.header.kind == header.kind), None)
            if track is None:
                track = Track(header)
                self.tracks.append(track)
            else:
                free.remove(track)
            self._by_id[header.track_id] = track, header

    def defaults(self) -> dict[int, Defaults]:
        """Those of the present stream, by the id of each track."""
        return {track_id: header.defaults for track_id, (_, header) in self._by_id.items()}

    def add(self, runs: list[SampleRun]) -> None:
        """Add one fragment of the present stream. Raises: MalformedError; then nothing is added."""
        found = [self._by_id[run.track_id] for run in runs]
        for run, (_, header) in zip(runs, found, strict=True):
            if not 1 <= run.description <= len(header.descriptions):
                msg = "a fragment refers to an unknown description"
                raise MalformedError(msg)
            if run.time + sum(run.durations) > LONGEST_S * header.scale:
                msg = "a fragment of another day"
                raise MalformedError(msg)
        self.sample_count += sum(len(run.sizes) for run in runs)
        if self.sample_count > MAX_SAMPLES:
            msg = f"more than {MAX_SAMPLES} samples"
            raise MalformedError(msg)
        if self._first is None:
            times = [(run.time, header.scale) for run, (_, header) in zip(runs, found, strict=True)]
            self._first = min(times, key=lambda time: time[0] / time[1])
        for run, (track, header) in zip(runs, found, strict=True):
            scale = track.header.scale
            own = _rescaled(run, header.scale, scale) if header.scale != scale else run
            first = self._first[0] * scale // self._first[1]
            began = self._began[0] * scale // self._began[1]
            track.add(
                own._replace(time=began + max(0, own.time - first)),
                header.descriptions[run.description - 1],
            )


def _rescaled(run: SampleRun, scale: int, wanted: int) -> SampleRun:
    """The same times in other units; rounded times, so that errors do not add up."""
    times = [time * wanted // scale for time in accumulate(run.durations, initial=run.time)]
    return run._replace(
        time=times[0],
        durations=array("I", [end - start for start, end in pairwise(times)]),
        shifts=run.shifts and array("i", [shift * wanted // scale for shift in run.shifts]),
    )
