-- How flaky is CI: how often does the same commit turn from red to green by nothing but another try?
-- Answer: one row per repository, workflow and trigger: runs, the part that is green at the first try and at the last,
-- and how many runs turned green at another try.
-- Limits: a red run that nobody tried again may have been flaky too, so `turned_green` counts too few. Runs that were
-- cancelled are in no rate.
with runs as (
    select
        repository,
        workflow,
        event,
        run_id,
        min_by(conclusion, run_attempt) as first_conclusion,
        max_by(conclusion, run_attempt) as last_conclusion
    from marts.fct_builds
    where finished_at is not null
    group by all
)

select
    repository,
    workflow,
    event,
    count(*) as runs,
    round(avg(cast(first_conclusion = 'success' as integer)) filter (where first_conclusion <> 'cancelled'), 4)
        as first_pass_rate,
    round(avg(cast(last_conclusion = 'success' as integer)) filter (where last_conclusion <> 'cancelled'), 4)
        as last_pass_rate,
    count(*) filter (where first_conclusion = 'failure' and last_conclusion = 'success') as turned_green
from runs
group by repository, workflow, event
order by turned_green desc, repository, workflow, event
