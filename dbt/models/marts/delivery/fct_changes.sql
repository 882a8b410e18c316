-- One row per pull request, from its first commit to the production deployment that first carries it.
with changes as (
    select * from {{ ref('int_change_times') }}
),

stories as (
    select
        story_changes.change_key,
        list(distinct story_changes.story_key order by story_changes.story_key) as story_keys
    from {{ ref('int_story_changes') }} as story_changes
    group by story_changes.change_key
),

signals as (
    select
        signals.change_key,
        bool_or(signals.is_authorship) as ai_authored,
        bool_or(not signals.is_authorship) as ai_reviewed,
        list(distinct signals.kind || ': ' || signals.tool order by signals.kind || ': ' || signals.tool) as ai_signals
    from {{ ref('int_change_ai_signals') }} as signals
    group by signals.change_key
),

measured as (
    select
        changes.*,
        stories.story_keys,
        signals.ai_authored,
        signals.ai_reviewed,
        signals.ai_signals,
        {{ seconds_between('changes.first_commit_at', 'changes.opened_at') }} as coding,
        {{ seconds_between('changes.ready_at', 'changes.first_review_at') }} as pickup,
        {{ seconds_between('changes.first_review_at', 'changes.merged_at') }} as review,
        {{ seconds_between('changes.merged_at', 'changes.deployed_at') }} as deploy,
        {{ seconds_between('changes.first_commit_at', 'changes.deployed_at') }} as lead_time
    from changes
    left join stories on changes.change_key = stories.change_key
    left join signals on changes.change_key = signals.change_key
),

final as (
    select
        measured.repository,
        measured.number,
        measured.change_key,
        measured.title,
        measured.author,
        measured.is_bot_author,
        measured.state,
        coalesce(measured.story_keys, cast([] as varchar[])) as story_keys,
        measured.first_commit_at,
        measured.opened_at,
        measured.ready_at,
        measured.first_review_at,
        measured.approved_at,
        measured.merged_at,
        measured.closed_at,
        measured.deployed_at,
        measured.merge_sha,
        case when measured.coding >= 0 then measured.coding end as coding_seconds,
        case when measured.pickup >= 0 then measured.pickup end as pickup_seconds,
        case when measured.review >= 0 then measured.review end as review_seconds,
        case when measured.deploy >= 0 then measured.deploy end as deploy_seconds,
        case when measured.lead_time >= 0 then measured.lead_time end as change_lead_time_seconds,
        measured.review_count,
        measured.commit_count,
        coalesce(measured.ai_authored, false) as ai_authored,
        coalesce(measured.ai_reviewed, false) as ai_reviewed,
        measured.deployment_link,
        measured.deployment_id,
        coalesce(measured.ai_signals, cast([] as varchar[])) as ai_signals,
        nullif(concat_ws(
            ', ',
            case when measured.coding < 0 then 'coding' end,
            case when measured.pickup < 0 then 'pickup' end,
            case when measured.review < 0 then 'review' end,
            case when measured.deploy < 0 then 'deploy' end,
            case when measured.lead_time < 0 then 'change_lead_time' end
        ), '') as negative_spans,
        coalesce(least(
            measured.coding, measured.pickup, measured.review, measured.deploy, measured.lead_time
        ) < 0, false) as has_negative_span,
        measured.url
    from measured
)

select * from final
