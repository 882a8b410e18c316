-- A stale source is said and never stops a run.
{{ config(severity='warn') }}

select *
from {{ ref('fct_source_freshness') }}
where is_stale
