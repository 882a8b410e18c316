"""Builds dbt's own page of the models: the lineage, every model and column, in one file that needs no network.

It is built over an empty log in a folder of its own, so it is the same on every machine, holds nobody's data, and
needs no night to have run.
"""

import shutil
import tempfile
from pathlib import Path

from pipelines.clock import now
from pipelines.models import ModelsError, invoke, one_line
from pipelines.settings import PROJECT_ROOT, Settings
from pipelines.variables import variables
from warehouse.store import open_log

SITE = PROJECT_ROOT / "dbt" / "target" / "site" / "index.html"


def build_site(page: Path = SITE) -> Path:
    """Write the page of the models and return where it is.

    Raises:
        ModelsError: the models cannot be built. The message says what dbt found.
    """
    with tempfile.TemporaryDirectory(prefix="storyline-site-") as folder:
        settings = Settings(home=Path(folder))
        with open_log(settings, command="make docs", since=now()):
            pass
        # The types of the catalog are read from the tables themselves, so they must be there, be it empty.
        for command in (["run"], ["docs", "generate", "--static"]):
            result = invoke(settings, command, variables(settings, now()))
            if not result.success:
                raise ModelsError(f"the page of the models cannot be built: {_reason(result)}")
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(settings.dbt_target / "static_index.html", page)
    return page


def _reason(result: object) -> str:
    failed = [one for one in getattr(getattr(result, "result", None), "results", ()) if one.status == "error"]
    return one_line(failed[0].message if failed else getattr(result, "exception", None))
