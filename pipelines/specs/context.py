"""What the team tells of its stack and conventions, and which files there are, within bounds."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipelines.settings import SettingsError
from pipelines.summary_settings import Specs

_MOST_PATHS = 5_000
_SKIPPED = frozenset({"node_modules", "__pycache__", "dist", "build", "target", "venv"})
_CUT = "… (cut here, specs.max_context_chars)"


@dataclass(frozen=True, slots=True)
class Context:
    """Texts of the team's own; empty where none are given."""

    conventions: str = ""
    repository: str = ""


def context_of(specs: Specs) -> Context:
    """Read what the settings name.

    Raises:
        SettingsError: a file or folder is not there, or is no text.
    """
    conventions = "" if specs.context_file is None else _text(specs.context_file, "specs.context_file")
    listing = "" if specs.repository_map is None else _listing(specs.repository_map)
    conventions = _cut(conventions, specs.max_context_chars)
    # What the team wrote goes before what lies in folders.
    return Context(conventions, _cut(listing, max(specs.max_context_chars - len(conventions), 0)))


def _listing(path: Path) -> str:
    if path.expanduser().is_dir():
        return "\n".join(islice(_paths(path.expanduser()), _MOST_PATHS))
    return _text(path, "specs.repository_map")


def _paths(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith(".") and name not in _SKIPPED)
        for file in sorted(files):
            if not file.startswith("."):
                yield str((Path(folder) / file).relative_to(root))


def _text(path: Path, key: str) -> str:
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{key}: {path} cannot be read ({error.strerror}); correct the path or take it out"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{key}: {path} is no text in UTF-8; name another file") from None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(most - len(_CUT), 0)] + _CUT[:most]
