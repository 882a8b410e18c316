"""What is looked at in the log after each intake: does every source still speak, and is anything in quarantine."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import duckdb

from pipelines.assets.ingest import LOG, source_key
from pipelines.assets.line import COMMAND, Line
from pipelines.settings import Settings
from pipelines.sources.registry import sources
from warehouse.store import open_log

FRESH = "is_fresh"
QUARANTINE = "quarantine_is_empty"

# Of a night in which one folder failed the last run says so, whatever the others gave.
_LAST_READ = """
select count(*) > 0, max(as_of) filter (where last_status = 'ok')
from (select as_of, max_by(status, run_number) as last_status from log.runs where source = ? group by as_of)
"""
_EVER_IN_QUARANTINE = "select count(*) from log.quarantine where source = ?"
# As fct_quarantine tells it: a newer version of the record that could be mapped settles what an older one left open.
_IN_QUARANTINE = """
with standing as (
    select * from log.current_records where source = $source
)

select count(*), min(stream || ' ' || record_key || ': ' || reason)
from log.quarantine as quarantine
where
    source = $source
    and case
        when raw_position is not null then raw_position in (select position from standing)
        else not exists (
            from standing
            where
                standing.instance = quarantine.instance
                and standing.stream = quarantine.stream
                and standing.record_key = quarantine.record_key
                and standing.observed_at > quarantine.observed_at
        )
    end
"""


def log_checks(settings: Settings) -> dg.AssetChecksDefinition:
    """Return the checks of every source, run by one step. None of them blocks: what is known is published."""
    stale_after = timedelta(hours=settings.freshness.stale_after_hours)
    specs = [spec for name in sources() for spec in _specs(name)]

    @dg.multi_asset_check(name="look_at_the_log", specs=specs, can_subset=True, required_resource_keys={"line"})
    def look_at_the_log(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        shared: Line = context.resources.line
        chosen = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
        with open_log(shared.settings, command=f"storyline {COMMAND}", since=shared.as_of) as connection:
            for name in sources():
                is_known, last = connection.execute(_LAST_READ, [name]).fetchall()[0]
                count, example = _open_quarantine(connection, name)
                for result in (
                    _fresh(name, None if last is None else shared.as_of - last, stale_after, is_known=is_known),
                    _quarantine(name, count, example),
                ):
                    if (result.asset_key, result.check_name) in chosen:
                        yield result

    return look_at_the_log


def _specs(name: str) -> Iterator[dg.AssetCheckSpec]:
    yield dg.AssetCheckSpec(
        FRESH,
        asset=source_key(name),
        description="The source was read whole lately; the setting freshness.stale_after_hours says how lately.",
        additional_deps=[LOG],
    )
    yield dg.AssetCheckSpec(
        QUARANTINE,
        asset=source_key(name),
        description="Every record that the source gave could be mapped.",
        additional_deps=[LOG],
    )


def _fresh(name: str, age: timedelta | None, stale_after: timedelta, *, is_known: bool) -> dg.AssetCheckResult:
    """Judge a source's age. One that nobody ever tried to read is not configured here, which is not an age."""
    if age is None:
        told = "never read whole" if is_known else "never read"
    else:
        told = f"last read {age.total_seconds() / 3600:.1f} hours before this run"
    return dg.AssetCheckResult(
        asset_key=source_key(name),
        check_name=FRESH,
        passed=age <= stale_after if age is not None else not is_known,
        severity=dg.AssetCheckSeverity.WARN,
        description=told,
    )


def _open_quarantine(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[int, str | None]:
    """Return how many of a source's records cannot be mapped still, and one of them with its reason."""
    # Where nothing ever was in quarantine, as in most logs, nobody walks all records to find which of them stand.
    if not connection.execute(_EVER_IN_QUARANTINE, [name]).fetchall()[0][0]:
        return 0, None
    count, example = connection.execute(_IN_QUARANTINE, {"source": name}).fetchall()[0]
    return int(count), example


def _quarantine(name: str, count: int, example: str | None) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=source_key(name),
        check_name=QUARANTINE,
        passed=count == 0,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"records": count},
        description=f"{count:,} records could not be mapped, for example {example}" if count else None,
    )
