-- One row per story with linked pull requests: the milestones of its set, and how the work was done.
with change_sets as (
    select * from {{ ref('int_story_change_sets') }}
),

signals as (
    select
        change_key,
        bool_or(is_declared) as is_ai_declared,
        list(distinct kind || ': ' || tool) as ai_signals
    from {{ ref('int_change_ai_signals') }}
    where is_authorship
    group by change_key
),

-- Of a pull request whose commits and text nobody told, as where only a merge was imported, no sign can be known.
readable as (
    select changes.change_key
    from {{ ref('int_changes') }} as changes
    where nullif(trim(changes.body), '') is not null
    union
    select commits.change_key
    from {{ ref('int_change_commits') }} as commits
    where nullif(trim(commits.message), '') is not null
),

milestones as (
    select
        change_sets.story_key,
        count(*) as set_size,
        case when count(*) = count(change_sets.ready_at) then max(change_sets.ready_at) end as code_complete_at,
        case when count(*) = count(change_sets.reviewed_at) then max(change_sets.reviewed_at) end as reviewed_at,
        case when not bool_or(change_sets.is_awaited) then max(change_sets.deployed_at) end as production_at
    from change_sets
    where not change_sets.is_follow_up
    group by change_sets.story_key
),

-- Given-up pull requests and follow-ups are no milestones, but they show how the work was done.
linked as (
    select
        story_changes.story_key,
        count(distinct story_changes.change_key) as change_count,
        count(signals.change_key) > 0 as is_ai_authored,
        coalesce(bool_or(signals.is_ai_declared), false) as is_ai_declared,
        count(readable.change_key) > 0 as is_ai_readable,
        list_sort(list_distinct(flatten(list(coalesce(signals.ai_signals, cast([] as varchar[])))))) as ai_signals
    from {{ ref('int_story_work') }} as story_changes
    left join signals on story_changes.change_key = signals.change_key
    left join readable on story_changes.change_key = readable.change_key
    group by story_changes.story_key
),

final as (
    select
        linked.story_key,
        linked.change_count,
        linked.is_ai_authored,
        linked.is_ai_declared,
        linked.is_ai_readable,
        linked.ai_signals,
        coalesce(milestones.set_size, 0) as set_size,
        milestones.code_complete_at,
        milestones.reviewed_at,
        milestones.production_at
    from linked
    left join milestones on linked.story_key = milestones.story_key
)

select * from final
