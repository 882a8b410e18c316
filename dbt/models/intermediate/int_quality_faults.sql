-- One row per check that looks for faults: `linked` is how many are in order, `total` how many were looked at.
with looked_at as (
    select
        0 as faults,
        count(*) as records
    from {{ ref('stg_log__current_records') }}
    union all
    -- What was not even a record is not among the records, but was looked at all the same.
    select
        count(*) as faults,
        count(*) filter (where raw_position is null) as records
    from {{ ref('int_open_quarantine') }}
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
        -- Of finished work alone can it be asked where its milestones are.
        count(*) filter (where progress.last_status_category = 'done') as finished,
        count(*) filter (where progress.last_status_category = 'done' and milestones.known_milestones <= 1) as without
    from {{ ref('int_story_milestones') }} as milestones
    inner join {{ ref('int_story_relations') }} as relations on milestones.story_key = relations.story_key
    left join {{ ref('int_story_progress') }} as progress on milestones.story_key = progress.story_key
    where relations.is_measured
),

freshness as (
    select
        count(*) as total,
        count(*) filter (where is_stale) as stale
    from {{ ref('int_source_freshness') }}
),

faults as (
    select
        'records_mapped' as check_name,
        sum(looked_at.faults) as faults,
        sum(looked_at.records) as total
    from looked_at
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
    select 'stories_with_milestones', without, finished
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
