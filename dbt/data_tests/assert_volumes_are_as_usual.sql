-- A source that suddenly tells nothing, or ten times as much, is said and never stops a run.
{{ config(severity='warn') }}

select
    quality.scope,
    quality.status,
    quality.detail
from {{ ref('data_quality') }} as quality
where quality.check_name = 'volumes_as_usual' and quality.status <> 'ok'
