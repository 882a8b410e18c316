-- One row per check that looks for faults: `linked` is how many are in order, `total` how many were looked at.
with records as (
    select
        'records_mapped' as check_name,
        (select count(*) from {{ ref('stg_log__current_records') }}) as total,
        (select count(*) from {{ ref('int_open_quarantine') }}) as faults,
        (select count(*) from {{ ref('int_open_quarantine') }} where raw_position is null) as not_even_records
),

visits as (
    select
        count(*) as total,
        count(*) filter (where is_after_gap and not is_migrated) as gaps,
        count(*) filter (where is_migrated) as migrations,
        count(*) filter (where status_category = 'unknown') as unknown_categories
    from {{ ref('int_status_visits') }}
),

milestones as (
    select
        count(*) as total,
        count(*) filter (where milestones.has_out_of_order_milestone) as out_of_order,
        count(*) filter (where milestones.known_milestones <= 1) as without
    from {{ ref('int_story_milestones') }} as milestones
    inner join {{ ref('int_story_relations') }} as relations on milestones.story_key = relations.story_key
    where relations.is_measured
),

freshness as (
    select
        count(*) as total,
        count(*) filter (where is_stale) as stale
    from {{ ref('int_source_freshness') }}
),

faults as (
    -- What was not even a record is not among the records, but was looked at all the same.
    select check_name, faults, total + not_even_records as total
    from records
    union all
    select 'status_history_without_gaps', gaps, total
    from visits
    union all
    select 'statuses_moved_in_the_open', migrations, total
    from visits
    union all
    select 'statuses_of_known_category', unknown_categories, total
    from visits
    union all
    select 'milestones_in_order', out_of_order, total
    from milestones
    union all
    select 'stories_with_milestones', without, total
    from milestones
    union all
    select 'sources_fresh', stale, total
    from freshness
),

final as (
    select
        faults.check_name,
        'all' as scope,
        faults.total - faults.faults as linked,
        faults.total,
        1.0 as ok_from,
        case
            when faults.check_name = 'stories_with_milestones' then 0.5
            when faults.check_name = 'sources_fresh' then 1.0
            else 0.95
        end as watch_from
    from faults
)

select * from final
