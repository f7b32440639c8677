"""The film that is made of what a browser has sent: whole, cut anywhere, or garbage."""

import asyncio
import struct
from array import array
from contextlib import suppress
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from files import fragments, mp4, webm
from files.movie import LONGEST_S, MalformedError, Movie, SampleRun
from files.streams import RecordingError
from recordings import finishing, parts, stream
from recordings.joining import read_movie
from recordings.stream import Received
from tests.fakes.browser_streams import BrowserStream, free_box, read, void
from tests.fakes.browser_streams import stream as stream_of
from tests.unit.fake_files import FakeFiles

FORMATS = ("mp4", "webm")
SECONDS = 12


class Bucket(FakeFiles):
    """Counts reads."""

    def __init__(self):
        super().__init__()
        self.reads = 0
        self.longest = 0

    async def read(self, key, start, length):
        self.reads += 1
        self.longest = max(self.longest, length)
        return await super().read(key, start, length)


def received(pieces):
    """The stream, and its bucket."""
    bucket = Bucket()
    starts = list(accumulate(map(len, pieces), initial=0))
    rows = []
    for start, piece in zip(starts, pieces, strict=False):
        bucket.objects[f"piece-{start}"] = (piece, 0)
        rows.append({"start_byte": start, "size_bytes": len(piece), "r2_key": f"piece-{start}"})
    return Received(bucket, rows), bucket


async def film_of(format_, pieces):
    """The film's description and its content; (None, b"") if there is nothing in it."""
    sent, bucket = received(pieces)
    film = await finishing._film_of({"format": format_}, sent)
    return film, await content_of(film, sent, bucket) if film else b""


async def content_of(film, sent, bucket):
    content = b""
    for number in range(1, film.part_count + 1):
        for source in film.part(sent, number):
            content += source if isinstance(source, bytes) else await bucket.read(*source)
    return content


def cut_into(content, size):
    return [content[start : start + size] for start in range(0, len(content), size)]


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("size", [None, 700, 5000, 10**9])
async def test_the_film_does_not_depend_on_the_pieces(format_, size):
    sent = stream_of(format_, SECONDS)
    pieces = cut_into(sent.content, size) if size else sent.pieces
    film, content = await film_of(format_, pieces)
    found = read(content, 9)

    assert film.seconds == SECONDS
    assert found["duration"] == pytest.approx(SECONDS, abs=0.03)
    assert (found["video"]["packets"], found["audio"]["packets"]) == (sent.frames, sent.sounds)
    assert found["video"]["sought"] in (8, 9)


async def test_a_fragment_that_is_a_piece_costs_one_read():
    sent = stream_of("mp4", 40)
    whole, bucket = received(sent.pieces)
    await finishing._film_of({"format": "mp4"}, whole)

    assert bucket.reads <= len(sent.pieces) + 1
    assert bucket.longest <= stream.WINDOW_BYTES


async def test_an_mp4_is_a_whole_one_for_other_readers_too():
    film, content = await film_of("mp4", stream_of("mp4", SECONDS).pieces)

    async def read_bytes(start, length):
        return content[start : start + length]

    assert await mp4.inspect(read_bytes, len(content)) == mp4.Film(True, SECONDS)
    assert len(content) == film.size
    assert [kind for kind, _ in boxes(content)] == [b"ftyp", b"mdat", b"moov"]


def boxes(content):
    start = 0
    while start < len(content):
        box = fragments.box_at(content, start)
        yield box.kind, content[start : start + box.size]
        start += box.size


@given(st.data())
@settings(max_examples=60)
def test_an_mp4_may_be_cut_anywhere(data):
    """What is left is a film of the whole fragments before the cut."""
    sent = stream_of("mp4", SECONDS)
    length = data.draw(st.integers(1, len(sent.content)))
    size = data.draw(st.sampled_from([500, 4000, 10**6]))
    film, content = run(film_of("mp4", cut_into(sent.content[:length], size)))
    whole = sum(end <= length for end in fragment_ends(sent))

    assert (film.seconds if film else 0) == 4 * whole
    if whole:
        assert movie_samples(content) == [whole * 40, whole * 200]


def fragment_ends(sent: BrowserStream):
    """Where the samples of each fragment end. (The last piece has an index behind them.)"""
    ends, position = [], 0
    for kind, box in boxes(sent.content):
        position += len(box)
        if kind == b"mdat":
            ends.append(position)
    return ends


def movie_samples(content):
    """The number of samples of each track, in the film's own tables."""
    found = []
    position = 0
    moov = dict(boxes(content))[b"moov"]
    while (position := moov.find(b"stsz", position + 1)) >= 0:
        found.append(struct.unpack_from(">I", moov, position + 12)[0])
    return found


@given(st.data())
@settings(max_examples=60)
def test_a_webm_may_be_cut_anywhere(data):
    sent = stream_of("webm", SECONDS)
    length = data.draw(st.integers(300, len(sent.content)))
    size = data.draw(st.sampled_from([500, 4000, 10**6]))
    pieces = cut_into(sent.content[:length], size)
    try:
        film, content = run(film_of("webm", pieces))
    except RecordingError:
        film = None
    if film:
        assert film.end <= length
        assert film.seconds <= SECONDS
        assert content[film.end :].startswith(webm.CUES.to_bytes(4, "big"))
    else:
        assert length < len(sent.pieces[0]) + 1000, "no whole block"


BEYOND = LONGEST_S * 1000 + 1  # in the stream's units, milliseconds


@pytest.mark.parametrize("time", [BEYOND, 2**53, 2**64 - 1])
@pytest.mark.parametrize(("number", "seconds"), [(2, 4), (3, 8)])
async def test_a_webm_ends_before_a_cluster_of_another_day(number, seconds, time):
    """D1 could not store its duration, so it could never be completed."""
    pieces = list(stream_of("webm", SECONDS).pieces)
    pieces[number] = at_time(pieces[number], time)
    film, content = await film_of("webm", pieces)

    assert film.seconds == pytest.approx(seconds, abs=0.03)
    assert film.end == sum(map(len, pieces[:number]))
    assert read(content)["duration"] == pytest.approx(seconds, abs=0.03)


async def test_a_webm_of_nothing_but_another_day_is_no_film():
    header, *fragments = stream_of("webm", SECONDS).pieces
    film, _ = await film_of("webm", [header, *(at_time(each, 2**64 - 1) for each in fragments)])

    assert film is None


def at_time(cluster, time):
    """A cluster that begins at this time, in eight bytes."""
    start = cluster.index(bytes([webm.TIME]))
    end = start + 2 + (cluster[start + 1] & 0x7F)
    return cluster[:start] + bytes([webm.TIME, 0x88]) + time.to_bytes(8) + cluster[end:]


@given(st.data())
@settings(max_examples=30)
def test_runs_are_joined_wherever_the_first_was_cut(data):
    """The browser has died; its next page begins a new run after what had arrived."""
    sent = stream_of("mp4", SECONDS)
    length = data.draw(st.integers(1, len(sent.content)))
    whole = sum(end <= length for end in fragment_ends(sent))
    size = data.draw(st.sampled_from([500, 4000, 10**6]))
    film, content = run(film_of("mp4", [*cut_into(sent.content[:length], size), *sent.pieces]))

    assert film.seconds == SECONDS + 4 * whole
    assert movie_samples(content) == [(3 + whole) * 40, (3 + whole) * 200]


async def test_a_player_reads_joined_runs():
    sent = stream_of("mp4", SECONDS)
    cut = cut_into(sent.content[: fragment_ends(sent)[0] + 900], 2000)
    _, content = await film_of("mp4", [*cut, *sent.pieces])
    found = read(content, 10)

    assert found["duration"] == 16
    assert found["video"]["packets"] == 160
    assert found["video"]["in_order"]
    assert found["video"]["sought"] == 8
    assert found["video"]["bytes"] == read_bytes_of(sent, 160)


def read_bytes_of(sent, frames):
    """The bytes of the first fragment's frames, then those of the whole stream."""
    video = read(sent.content)["video"]
    first = fragments_bytes(sent)
    assert frames == 40 + sent.frames
    return video["bytes"] + first


def fragments_bytes(sent):
    found = Movie()
    moov = dict(boxes(sent.pieces[0]))[b"moov"]
    found.begin(fragments.tracks_of(moov))
    [(_, moof), *_] = boxes(sent.pieces[1])
    runs = fragments.runs_of(moof, 0, found.defaults())
    return sum(runs[0].sizes)


@given(st.binary(max_size=400), st.sampled_from(FORMATS))
def test_garbage_is_no_film_and_ends(content, format_):
    if not content:
        return
    sent, bucket = received(cut_into(content, 50))
    with suppress(RecordingError):
        assert run(finishing._film_of({"format": format_}, sent)) is None
    assert bucket.reads < 100


@given(st.data(), st.sampled_from(FORMATS))
@settings(max_examples=200)
def test_a_damaged_stream_never_hangs_and_never_reads_outside(data, format_):
    """Some bytes are wrong: a film or none, but no other failure, and no sample outside of it."""
    sent = stream_of(format_, SECONDS)
    content = bytearray(sent.content)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, min(len(content), 6000) - 1))
        content[place] = data.draw(st.integers(0, 255))
    pieces = cut_into(bytes(content), data.draw(st.sampled_from([900, 4000, 10**6])))
    whole, bucket = received(pieces)
    try:
        film = run(finishing._film_of({"format": format_}, whole))
    except RecordingError:
        film = None
    assert bucket.reads < 2000
    if film:
        out = run(content_of(film, whole, bucket))
        assert len(out) == film.size
        assert film.end <= len(content)
        if format_ == "mp4":
            for track in run(read_movie(received(pieces)[0])).tracks:
                for chunk, length in chunks(track):
                    assert 0 <= chunk <= chunk + length <= len(content)


def chunks(track):
    number = 0
    for offset, length in zip(track.chunk_offsets, track.chunk_lengths, strict=True):
        yield offset, sum(track.sizes[number : number + length])
        number += length


@given(st.binary(max_size=200))
def test_any_bytes_are_a_header_or_malformed(content):
    for parse in (
        lambda: fragments.tracks_of(struct.pack(">I4s", len(content) + 8, b"moov") + content),
        lambda: fragments.runs_of(struct.pack(">I4s", len(content) + 8, b"moof") + content, 0, {}),
        lambda: webm.head_of(content),
        lambda: webm.block_of(content),
    ):
        with suppress(MalformedError):
            parse()


async def test_a_stream_of_tiny_pieces_fails_instead_of_reading_for_ever(monkeypatch):
    monkeypatch.setattr(stream, "MAX_READS", 20)
    with pytest.raises(RecordingError, match="more than 20 reads"):
        await film_of("mp4", cut_into(stream_of("mp4", SECONDS).content, 100))


async def test_a_piece_that_is_missing_in_the_bucket_fails():
    sent, bucket = received(stream_of("mp4", SECONDS).pieces)
    bucket.objects.popitem()
    with pytest.raises(RecordingError, match="not whole in the bucket"):
        await finishing._film_of({"format": "mp4"}, sent)


@pytest.mark.parametrize(("format_", "filler"), [("mp4", free_box), ("webm", void)])
async def test_what_lies_between_fragments_is_skipped(format_, filler):
    sent = stream_of(format_, SECONDS).padded(20_000, filler)
    film, content = await film_of(format_, sent.pieces)

    assert film.seconds == SECONDS
    assert read(content)["video"]["packets"] == sent.frames


async def test_a_webm_without_room_is_left_as_it_was_sent():
    sent = stream_of("webm", SECONDS)
    start = sent.content.index(b"\xec\x40\xfd")
    content = sent.content[:start] + sent.content[start + 256 :]
    film, out = await film_of("webm", [content])

    assert out == content[: film.end]
    assert film.seconds == SECONDS


@pytest.mark.parametrize("format_", FORMATS)
async def test_every_cut_into_parts_gives_the_same_bytes(format_, monkeypatch):
    sent = stream_of(format_, SECONDS)
    _, expected = await film_of(format_, sent.pieces)
    for size in (40, 333, 4096):
        monkeypatch.setattr(parts, "PART_BYTES", size)
        film, content = await film_of(format_, sent.pieces)
        assert content == expected
        as_sent = [film.is_as_sent(number) for number in range(1, film.part_count + 1)]
        for number, is_as_sent in enumerate(as_sent):
            place = slice(number * size, (number + 1) * size)
            assert not is_as_sent or content[place] == sent.content[place]
        assert not as_sent[0]
        assert not as_sent[-1]
        assert any(as_sent)


def test_times_of_another_scale_do_not_drift():
    """A later run may have other units: here 1000 a second, then 441."""
    movie = Movie()
    header = fragments.tracks_of(dict(boxes(stream_of("mp4", 4).pieces[0]))[b"moov"])[0]
    movie.begin([header._replace(scale=1000)])
    movie.add([run_of_samples(header.track_id, 10, 100)])
    movie.begin([header._replace(scale=441)])
    movie.add([run_of_samples(header.track_id, 4410, 1)])

    assert movie.seconds == 1 + 10
    assert set(movie.tracks[0].durations) == {100, 2, 3}


def run_of_samples(track_id, count, duration):
    durations = array("I", [duration]) * count
    return SampleRun(track_id, 0, 1, 0, array("I", [1]) * count, durations, None, None)


def run(work):
    """Run a coroutine that never waits: hypothesis has no event loop."""
    return asyncio.run(work)
