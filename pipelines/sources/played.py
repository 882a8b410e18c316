"""The demo's seam: a source folder with a `demo.py` shows the company as its vendor speaks."""

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, cast

import pipelines.sources as package
from pipelines.company import Company
from pipelines.sources.loopback import Loopback
from pipelines.sources.registry import sources


@dataclass(frozen=True, slots=True)
class Played:
    """A vendor on the loopback address.

    Attributes:
        server: enter it, and it answers.
        table: what `[sources.<name>]` says of it, the address apart.
        secrets: by the name of the setting.
        settings: what other tables say of it, by table: `flags.stories`.
    """

    server: Loopback
    table: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Demo(Protocol):
    """How one source shows the company; `DEMO` of its `demo.py`."""

    def show(self, company: Company, as_of: datetime, folder: Path) -> Played | None:
        """Return the vendor as it stands at a moment; one that has no server writes a recording into `folder`."""


def demos() -> dict[str, Demo]:
    """Return what shows the company, by source."""
    names = [name for name in sources() if importlib.util.find_spec(f"{package.__name__}.{name}.demo")]
    return {name: cast(Demo, importlib.import_module(f"{package.__name__}.{name}.demo").DEMO) for name in names}
