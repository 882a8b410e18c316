"""Reads the files of a recording and checks their outer shape. Knows no vendor field."""

import json
from pathlib import Path
from typing import Any, NoReturn

from pipelines.sources.base import RecordingError


def read_json(file: Path) -> Any:
    """Return a file's JSON.

    Raises:
        RecordingError: the file cannot be read or is not JSON.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse)
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(f"{file} is not JSON ({error}); record it again or take it out of the folder") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")


def rows_of(folder: Path, name: str, envelope: str | None = None) -> list[Any] | None:
    """Return the rows of a list file, None where the file is absent.

    Args:
        folder: the recording.
        name: the file.
        envelope: key of the list where the vendor wraps it, as `workflow_runs`.

    Raises:
        RecordingError: the file is not JSON or holds no list.
    """
    file = folder / name
    if not file.exists():
        return None
    content = read_json(file)
    if envelope is not None and isinstance(content, dict):
        content = content.get(envelope)
    if not isinstance(content, list):
        wanted = "a list" if envelope is None else f"a list, or an object with a list {envelope!r}"
        raise RecordingError(f"{file} must hold {wanted}; put the vendor's own list there")
    return content


def lists_of(folder: Path, name: str) -> dict[str, Any] | None:
    """Return an `{id: [...]}` file, None where it is absent. The lists themselves are not checked.

    Raises:
        RecordingError: the file is not JSON or holds no object.
    """
    file = folder / name
    if not file.exists():
        return None
    content = read_json(file)
    if not isinstance(content, dict):
        raise RecordingError(f"{file} must hold an object from the parent's id to its list; put one there")
    return content
