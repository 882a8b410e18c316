"""What Dagster's page shows is what there is: every source, model and test, and the way from one to the next."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.ingest import LOG, source_key
from pipelines.assets.publish import REPORT, SERVING
from pipelines.definitions import definitions, defs
from pipelines.ingest import Intake, take_in
from pipelines.models import manifest
from pipelines.settings import PROJECT_ROOT, Settings, load_settings
from pipelines.sources.registry import sources
from pipelines.transform import run_dbt
from tests.assets.nights import ask, instance, night, small_line

MODELS = sorted((PROJECT_ROOT / "dbt" / "models").rglob("*.sql"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The project as it is, in a home of its own."""
    return Settings(home=tmp_path_factory.mktemp("whole") / "home")


@pytest.fixture(scope="module")
def page(whole: Settings) -> dg.Definitions:
    return definitions(whole)


def below(page: dg.Definitions, key: dg.AssetKey) -> set[dg.AssetKey]:
    """Everything that is made of an asset."""
    return dg.AssetSelection.assets(key).downstream().resolve(page.resolve_asset_graph()) - {key}


def test_the_page_loads_from_the_settings_of_the_working_folder(whole, monkeypatch):
    assert "module_name: pipelines.definitions" in (PROJECT_ROOT / "workspace.yaml").read_text()
    monkeypatch.setenv("STORYLINE_HOME", str(whole.home))
    load_settings.cache_clear()
    try:
        dg.Definitions.validate_loadable(defs())
    finally:
        load_settings.cache_clear()


@pytest.mark.parametrize("name", sources())
def test_a_way_leads_from_every_source_to_the_file_that_readers_open_and_to_the_report(name, page):
    assert {LOG, SERVING, REPORT} <= below(page, source_key(name))


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.stem)
def test_every_model_is_an_asset_and_every_mart_lies_between_the_log_and_its_readers(file: Path, page):
    graph = page.resolve_asset_graph()
    folder = file.relative_to(PROJECT_ROOT / "dbt" / "models").parts[0]
    key = dg.AssetKey([folder, file.stem])
    assert key in graph.materializable_asset_keys
    if folder == "marts":
        assert key in below(page, LOG)
        assert SERVING in graph.get(key).child_keys


def test_every_test_is_a_check_of_the_asset_that_it_hangs_on(whole, page):
    known = manifest(whole)
    tests = [node for node in known["nodes"].values() if node["resource_type"] == "test"]
    assert len(tests) > len(MODELS)
    checks = page.resolve_asset_graph().asset_check_keys
    by_name = {check.name: check.asset_key.path[-1] for check in checks}
    assert [test["name"] for test in tests if (test.get("alias") or test["name"]) not in by_name] == []
    hung = {test["alias"]: test["attached_node"].split(".")[2] for test in tests if test.get("attached_node")}
    assert {name: by_name[name] for name in hung} == hung


def test_the_nightly_job_makes_every_asset_and_looks_at_every_check(page):
    graph, job = page.resolve_asset_graph(), page.resolve_job_def("nightly")
    assert job.asset_layer.executable_asset_keys == graph.materializable_asset_keys
    assert set(job.asset_layer.asset_graph.asset_check_keys) == graph.asset_check_keys


def test_the_nightly_job_starts_by_itself(page):
    schedule = page.resolve_schedule_def("every_night")
    assert (schedule.job_name, schedule.default_status) == ("nightly", dg.DefaultScheduleStatus.RUNNING)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small line whose models were built."""
    settings = small_line(tmp_path_factory.mktemp("built"))
    take_in(settings, Intake("jira", settings.recordings["jira"][0], "replay", night(0)))
    assert run_dbt(settings).ok
    return settings


def started(settings: Settings, chosen: dg.AssetSelection) -> dg.ExecuteInProcessResult:
    """Start what was chosen, as the page's own button does."""
    job = dg.define_asset_job("chosen", selection=chosen)
    whole = dg.Definitions.merge(definitions(settings), dg.Definitions(jobs=[job]))
    moment = {"resources": {"line": {"config": {"as_of": night(1).isoformat()}}}}
    with instance(settings) as kept:
        return whole.resolve_job_def("chosen").execute_in_process(instance=kept, run_config=moment)


def test_one_mart_chosen_on_the_page_is_all_that_is_built(built):
    chosen = dg.AssetKey(["marts", "dim_dates"])
    result = started(built, dg.AssetSelection.assets(chosen))
    assert [event.asset_key for event in result.get_asset_materialization_events()] == [chosen]
    looked_at = {(check.asset_key, check.check_name) for check in result.get_asset_check_evaluations()}
    assert (chosen, "assert_no_day_is_missing") in looked_at
    assert {key for key, _ in looked_at} == {chosen}
    newest = "select is_partial, status from results.transforms order by transform_number desc limit 1"
    assert ask(built.database, newest) == [(True, "ok")]


def test_one_check_chosen_on_the_page_is_all_that_is_run(built):
    """A unit test carries its model's name in its id: dbt was asked for the model, and Dagster broke on its result."""
    name = "assert_no_day_is_missing"
    result = started(built, dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey(["marts", "dim_dates"]), name)))
    assert result.get_asset_materialization_events() == []
    assert [(check.check_name, check.passed) for check in result.get_asset_check_evaluations()] == [(name, True)]
