-- One row per support ticket: the one that stands for it in the end, itself where it was merged into none.
{{ config(materialized='table') }}

with recursive tickets as (
    select
        support_tickets.support_key,
        targets.support_key as merged_into
    from {{ ref('int_support_tickets') }} as support_tickets
    -- One that was merged into a ticket that nobody knows stands for itself.
    left join {{ ref('int_support_tickets') }} as targets on support_tickets.merged_into = targets.support_key
),

walked as (
    select
        tickets.support_key,
        tickets.merged_into as at_key,
        1 as steps
    from tickets
    where tickets.merged_into is not null
    union all
    select
        walked.support_key,
        tickets.merged_into,
        walked.steps + 1
    from walked
    inner join tickets on walked.at_key = tickets.support_key
    where tickets.merged_into is not null and walked.steps < 20
),

ends as (
    select
        walked.support_key,
        -- Tickets that were merged in a circle have no end: the first of them by name stands for all.
        case when max(walked.steps) = 20 then min(walked.at_key) else max_by(walked.at_key, walked.steps) end
            as root_key
    from walked
    group by walked.support_key
),

final as (
    select
        tickets.support_key,
        coalesce(ends.root_key, tickets.support_key) as root_key,
        ends.root_key is not null as is_merged
    from tickets
    left join ends on tickets.support_key = ends.support_key
)

select * from final
