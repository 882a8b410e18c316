"""Bodies in pieces, and answers too large to be held: streamed into a file, bounded, unpacked before they count."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from pipelines.sources.answers import Answer
from pipelines.sources.live import BadAnswerError
from pipelines.sources.verdicts import unreadable

_PIECE = 1 << 20


class BrokenDownloadError(ValueError):
    """What was downloaded is not whole, though its transfer ended well. Another try may bring all of it."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is wanted.

    Attributes:
        into: where it is written; what is there is replaced.
        max_bytes: a larger one is refused.
        due: what it is, as `zip file`; `begins` is how such a file begins.
        unpack: reads it before it counts, so that a broken one is asked for again; raises `BrokenDownloadError`.
        taken: statuses that are answers here and no failure, as 404 for nothing; their body is in `content`.
    """

    into: Path
    max_bytes: int
    due: str
    begins: bytes
    unpack: Callable[[Path], None]
    taken: tuple[int, ...] = ()

    def kept(self, response: httpx.Response, pieces: Iterator[bytes], url: str) -> Answer:
        """Write a response's body and unpack it.

        Raises:
            BadAnswerError: it is larger than it may be, or something else than was due.
            BrokenDownloadError: it is not whole.
            httpx.HTTPError: its transfer broke off.
        """
        size, head = 0, b""
        with self.into.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if len(head) < len(self.begins):
                    head += piece[:64]
                    if len(head) >= len(self.begins) and not head.startswith(self.begins):
                        raise unreadable(url, head, self.due)
                if size > self.max_bytes:
                    raise BadAnswerError(
                        f"{url} answers more than {self.max_bytes:,} bytes; ask for less, or allow more"
                    )
                file.write(piece)
        self.unpack(self.into)
        return Answer.of(response, b"", url)


def unpacked(response: httpx.Response) -> Iterator[bytes]:
    """Yield the body in pieces of at most a megabyte.

    httpx takes a gzip stream that was cut off for a whole one, and unpacks a bomb in one go; so it is unpacked here.

    Raises:
        httpx.DecodingError: it is broken or cut off.
    """
    if response.headers.get("content-encoding", "identity") != "gzip":
        yield from response.iter_bytes(_PIECE)
        return
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for packed in response.iter_raw(_PIECE):
            left = packed
            while left:
                yield unpacker.decompress(left, _PIECE)
                left = unpacker.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from None
    if not unpacker.eof:
        raise httpx.DecodingError("its gzip stream is cut off")
