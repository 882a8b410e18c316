-- One row per person, team and unbroken time in which the person worked for it, from the day of the first act.
with acts as (
    select
        person_key,
        source,
        team,
        cast(timezone('UTC', occurred_at) as date) as acted_on
    from {{ ref('int_team_acts') }}
),

steps as (
    select
        acts.*,
        coalesce(
            acts.acted_on - lag(acts.acted_on) over own > {{ var('membership_gap_days') }}, true
        ) as is_new
    from acts
    window own as (partition by acts.person_key, acts.team order by acts.acted_on)
),

numbered as (
    select
        steps.*,
        count(*) filter (where steps.is_new) over (
            partition by steps.person_key, steps.team
            order by steps.acted_on
            rows between unbounded preceding and current row
        ) as number
    from steps
),

-- A visitor is no member. Who was silent no longer than a gap may be there still.
final as (
    select
        numbered.person_key,
        min(numbered.source) as source,
        numbered.team,
        min(numbered.acted_on) as valid_from,
        case
            when
                max(numbered.acted_on) + {{ var('membership_gap_days') }}
                < cast(timezone('UTC', {{ as_of() }}) as date)
                then max(numbered.acted_on) + 1
        end as valid_to,
        count(*) as act_count
    from numbered
    group by numbered.person_key, numbered.team, numbered.number
    having count(*) >= {{ var('membership_minimum_acts') }}
)

select * from final
