"""Reads a browser's WebM: where its clusters begin, and where the last whole block ends.

The browser begins a piece with each cluster, so the heads of pieces tell where clusters are. What
follows the last of them is read block by block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from files import webm
from files.movie import MalformedError
from files.webm import Index

if TYPE_CHECKING:
    from recordings.stream import Received

# A cluster of some seconds has a few hundred. It bounds the work for a stream of tiny blocks.
MAX_ELEMENTS: Final = 200_000
# An element's header, and the beginning of its content.
_PEEKED_BYTES: Final = 64


async def read_index(received: Received) -> Index | None:
    """None if there is no whole block. Raises: MalformedError, RecordingError."""
    head = webm.head_of(await received.read(0, webm.HEAD_BYTES))
    if head is None:
        return None
    first = webm.cluster_time(await received.read(head.clusters, _PEEKED_BYTES))
    if first is None:
        return None
    clusters = [(head.clusters, first)]
    async for start, content in received.heads(head.clusters, received.size):
        time = webm.cluster_time(content)
        if time is not None and time >= clusters[-1][1]:
            clusters.append((start, time))
    # The last cluster may have no whole block.
    while clusters:
        index = await _read_end(received, Index(head, list(clusters)))
        if index.end:
            return index
        clusters.pop()
    return None


async def _read_end(received: Received, index: Index) -> Index:
    """Read the blocks from the last known cluster on, until nothing whole is left."""
    position, time = index.clusters.pop()
    known = position
    try:
        for _ in range(MAX_ELEMENTS):
            peeked = await received.read(position, _PEEKED_BYTES)
            element = webm.element_at(peeked)
            content = position + element.header
            if element.kind == webm.CLUSTER:
                found = webm.cluster_time(peeked)
                if found is None:
                    break
                known, time, position = position, found, content
                continue
            if element.size is None or content + element.size > received.size:
                break
            end = content + element.size
            if element.kind in (webm.SIMPLE_BLOCK, webm.BLOCK_GROUP):
                index.add_block(webm.block_in(element, peeked[element.header :]), time, end)
                if not index.clusters or index.clusters[-1][0] != known:
                    index.clusters.append((known, time))
            elif element.kind not in (webm.TIME, webm.VOID):
                break
            position = end
    except MalformedError:
        pass
    return index
