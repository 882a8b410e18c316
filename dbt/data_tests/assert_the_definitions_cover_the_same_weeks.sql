-- The definitions stand side by side: each has the same weeks of the same services, those that count failed deployments
-- never more of them than all, and none but the one that stands first has a rework rate.
select
    weekly.service,
    weekly.week_on
from {{ ref('agg_dora_weekly') }} as weekly
group by weekly.service, weekly.week_on
having
    count(*) <> 4
    or count(distinct weekly.definition) <> 4
    or bool_or(weekly.definition in ('dora', 'devlake') and weekly.change_fail_rate not between 0 and 1)
    or bool_or(weekly.definition <> 'dora' and (weekly.rework_rate is not null or weekly.rework_rate_n <> 0))
