"""A real HTTP server on the loopback address, for vendors that are played: it counts, and it fails on demand."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipelines.clock import now
from pipelines.sources.faults import Faults, Spoilt


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. Header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def place(self) -> str:
        """Its path; for a query of GraphQL, where all have one path, with the operation's name: `/graphql#Issues`."""
        if b'"operationName"' not in self.body:
            return self.path
        name = self.json().get("operationName")
        return f"{self.path}#{name}" if name else self.path

    def asked(self, name: str) -> str | None:
        """Return the last value of a query parameter, None where it was not sent."""
        values = self.query.get(name)
        return values[-1] if values else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: `content` as it is, else `json` as JSON.

    Attributes:
        wrote: what the request wrote, in a few words; None for one that only read.
    """

    status: int = 200
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    wrote: str | None = None

    @property
    def body(self) -> bytes:
        """The bytes that are sent."""
        if self.content is not None:
            return self.content
        return b"" if self.json is None else json.dumps(self.json).encode()


Routes = Callable[[Request], Reply]


class Loopback:
    """A context: inside it the server answers at `url`.

    Attributes:
        requests: all that arrived, in order.
        faults: what is to go wrong.
        written: how often each thing was written, as the vendor's replies say of it.
        clock_offset: how far the vendor's clock is ahead of ours, as its Date header tells.
    """

    def __init__(self, routes: Routes) -> None:
        self.requests: list[Request] = []
        self.faults = Faults()
        self.written: Counter[str] = Counter()
        self.clock_offset = timedelta()
        self._routes = routes
        self._lock = threading.Lock()
        self._server = _Server(self)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def count(self, path: str) -> int:
        """Tell how many requests had this in their path, or in the name of their query."""
        return sum(path in request.place for request in self.requests)

    def answer(self, request: Request) -> Reply | Spoilt:
        """Note a request and say what goes back. One at a time: a vendor's state has no races of ours."""
        with self._lock:
            self.requests.append(request)
            fault = self.faults.due(f"{request.method} {request.place}")
            if fault is not None and not fault.needs_reply:
                return fault.spoilt(b"", {})
            reply = self._routes(request)
            if reply.wrote is not None:
                self.written[reply.wrote] += 1
            return reply if fault is None else fault.spoilt(reply.body, reply.headers)

    def __enter__(self) -> "Loopback":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, owner: Loopback) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away in the middle; tell of anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave together: apart, each answer waits 40 ms for the acknowledgement of its head.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self._answer()

    def do_PATCH(self) -> None:
        """Answer a PATCH."""
        self._answer()

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what arrived is in `requests`."""

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the base class's
        """Return the vendor's time, which need not be ours."""
        return format_datetime(now() + self.server.owner.clock_offset, usegmt=True)

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
        )
        reply = self.server.owner.answer(request)
        try:
            if isinstance(reply, Spoilt):
                self._spoil(reply)
            else:
                self._send(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        body = reply.body
        self._head(reply.status, {"Content-Type": "application/json; charset=utf-8", **reply.headers}, len(body))
        self.wfile.write(body)

    def _spoil(self, spoilt: Spoilt) -> None:
        self.close_connection = True
        if spoilt.status is None:
            return
        self._head(spoilt.status, {"Connection": "close", **spoilt.headers}, spoilt.announced)
        for piece in spoilt.pieces():
            self.wfile.write(piece)
            self.wfile.flush()

    def _head(self, status: int, headers: Mapping[str, str], length: int) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
