-- One row per unbroken time in which a pull request was no draft: half-open, the last one without an end.
{{ config(materialized='keyed', meta={'key': ['change_key'], 'follows': ['int_changes', 'stg_events__change']}) }}

with changes as (
    select * from {{ ref('int_changes') }}
),

toggles as (
    select
        change_key,
        occurred_at,
        event_type = 'change.marked_ready' as is_ready
    from {{ ref('stg_events__change') }}
    where event_type in ('change.marked_ready', 'change.converted_to_draft')
    -- Two in one second: which came last cannot be known, so the one that leaves it ready stands.
    qualify row_number() over (
        partition by change_key, occurred_at
        order by event_type = 'change.marked_ready' desc, event_id
    ) = 1
),

first_toggles as (
    select
        toggles.change_key,
        arg_min(toggles.is_ready, toggles.occurred_at) as is_ready
    from toggles
    group by toggles.change_key
),

-- What was first marked ready began as a draft; what was never marked is what it is.
moments as (
    select
        changes.change_key,
        0 as sequence,
        changes.opened_at as occurred_at,
        not coalesce(first_toggles.is_ready, changes.is_draft) as is_ready
    from changes
    left join first_toggles on changes.change_key = first_toggles.change_key
    union all
    select
        toggles.change_key,
        1 as sequence,
        toggles.occurred_at,
        toggles.is_ready
    from toggles
    inner join changes on toggles.change_key = changes.change_key
),

turns as (
    select *
    from moments
    qualify is_ready is distinct from lag(is_ready) over (
        partition by change_key
        order by sequence, occurred_at
    )
),

bounded as (
    select
        turns.*,
        lead(turns.occurred_at) over (
            partition by turns.change_key
            order by turns.sequence, turns.occurred_at
        ) as ready_until
    from turns
),

final as (
    select
        bounded.change_key,
        bounded.occurred_at as ready_from,
        bounded.ready_until
    from bounded
    where bounded.is_ready
)

select * from final
