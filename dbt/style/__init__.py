"""What sqlfluff needs to render a model without dbt and without a database: the defaults of `dbt_project.yml`."""

from pathlib import Path
from typing import Any

import yaml

_VARS: dict[str, Any] = yaml.safe_load((Path(__file__).parents[1] / "dbt_project.yml").read_text())["vars"]


def var(name: str, default: Any = None) -> Any:
    """Return a variable as the project file gives it."""
    return _VARS.get(name, default)
