"""dbt's unit tests are of the SQL and not of anybody's rows, so they run here and not each night."""

import shutil

from pipelines.models import invoke, parse
from pipelines.settings import Settings
from pipelines.variables import variables
from tests.dbt.company import AS_OF


def test_every_unit_test_of_the_models_passes(stories_home: Settings, tmp_path):
    settings = stories_home.model_copy(update={"home": tmp_path / "home"})
    shutil.copytree(stories_home.home, settings.home)
    command = ["test", "--select", "test_type:unit"]
    defaults = variables(Settings(home=settings.home), AS_OF)
    ended = invoke(settings, command, defaults, manifest=parse(settings)).result.results
    assert len(ended) > 50
    assert {one.node.name: one.message for one in ended if one.status != "pass"} == {}
