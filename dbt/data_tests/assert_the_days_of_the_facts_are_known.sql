-- A day on which something happened can be joined to `dim_dates`. Where a vendor's clock is wild it is told, and stops
-- no night. Every column of a time or a day of every fact is looked at.
{{ config(severity='warn') }}

{% set facts = [
    ref('fct_stories'), ref('fct_story_events'), ref('fct_story_status_intervals'), ref('fct_changes'),
    ref('fct_builds'), ref('fct_deployments'), ref('fct_incidents'), ref('fct_story_stages'), ref('fct_rollout_steps'),
    ref('fct_red_periods'), ref('fct_release_failures'), ref('agg_dora_weekly'), ref('agg_flow_weekly'),
    ref('agg_ci_weekly'),
] %}
with bounds as (
    select
        min(dates.date_on) as first_on,
        max(dates.date_on) as last_on
    from {{ ref('dim_dates') }} as dates
),

spans as (
    {{ day_spans(facts) }}
)

select spans.*
from spans
cross join bounds
where spans.first_on < bounds.first_on or spans.last_on > bounds.last_on
