"""Reads a folder of recorded answers to range queries, and its sub-folders."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.sources.base import BadRecord, RawRecord, RecordingError, mapping_of
from pipelines.sources.prometheus.series import STREAM, AnswerError, Asked, records_of, result_of, step_of

RANGES, SERVER = "query_range.json", "server.json"
# A recording need not tell whose it is; then it is of the one server that most have.
UNNAMED = "prometheus"


def read_recording(folder: Path) -> Iterator[RawRecord | BadRecord]:
    """Walk a recording; the README has the layout.

    Raises:
        RecordingError: there is nothing to read, or a file is not what the layout calls for.
    """
    files = sorted(folder.rglob(RANGES))
    if not files:
        raise RecordingError(f"{folder} holds no {RANGES}; record the answers to range queries there, by query name")
    for file in files:
        answers = _object(file)
        server = file.with_name(SERVER)
        host = mapping_of(_object(server) if server.exists() else None).get("host")
        instance = host if isinstance(host, str) and host else UNNAMED
        for query, answer in answers.items():
            yield from _records(instance, query, answer)


def _records(instance: str, query: str, answer: Any) -> Iterator[RawRecord | BadRecord]:
    try:
        result = result_of(answer)
    except AnswerError as error:
        yield BadRecord(instance, STREAM, query, f"query {query} was answered with {error}", json.dumps(answer)[:2_000])
        return
    yield from records_of(Asked(instance, query, {}, step_of(result)), result)


def _object(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_bytes().decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON: {error}") from error
    if not isinstance(told, dict):
        raise RecordingError(f"{file} holds no object; it must name each query, or the host")
    return told
