-- One row per story and linked pull request that was not given up, told apart: the story's set, or a follow-up.
{{ config(materialized='table') }}

with story_changes as (
    select * from {{ ref('int_story_work') }}
),

changes as (
    select * from {{ ref('int_change_times') }}
),

flags as (
    select * from {{ ref('int_story_flags') }}
),

bot_approvals as (
    select * from {{ ref('int_change_bot_approvals') }}
),

-- From the first merge on that a production deployment is known to carry, a merge of that repository can be waited
-- for. Before it, and in a repository without deployments, nothing can be known and nothing is held back.
repositories as (
    select
        changes.repository,
        min(changes.merged_at) as first_carried_merge_at
    from changes
    where changes.deployed_at is not null
    group by changes.repository
),

linked as (
    select
        story_changes.story_key,
        changes.change_key,
        changes.opened_at,
        changes.ready_at,
        coalesce(greatest(changes.approved_at, bot_approvals.approved_at), changes.merged_at) as reviewed_at,
        changes.merged_at,
        changes.deployed_at,
        -- What is merged into another branch, as a backport is, is not waited for.
        coalesce(changes.is_default_base, true) as is_to_ship,
        changes.deployed_at is null
        and coalesce(changes.is_default_base, true)
        and (
            changes.merged_at is null
            or coalesce(changes.merged_at >= repositories.first_carried_merge_at, false)
        ) as is_awaited
    from story_changes
    inner join changes on story_changes.change_key = changes.change_key
    left join repositories on changes.repository = repositories.repository
    left join bot_approvals on changes.change_key = bot_approvals.change_key
    where changes.merged_at is not null or changes.state <> 'closed'
),

-- What is known of the pull requests that were opened before each one.
in_order as (
    select
        linked.*,
        count(*) filter (where linked.is_awaited) over earlier as earlier_awaited,
        max(linked.deployed_at) over earlier as earlier_deployed_at,
        max(case when linked.is_to_ship then coalesce(linked.deployed_at, linked.merged_at) end)
            over earlier as earlier_settled_at,
        min(linked.opened_at) over (partition by linked.story_key) as first_opened_at
    from linked
    window earlier as (
        partition by linked.story_key
        order by linked.opened_at, linked.change_key
        rows between unbounded preceding and 1 preceding
    )
),

-- The set freezes at the first moment at which all that was opened before it is in production: whatever is opened
-- after it follows up. Only the first such moment counts, so no recursion is needed.
freezes as (
    select
        in_order.story_key,
        min(in_order.opened_at) as follow_ups_from
    from in_order
    where
        in_order.earlier_awaited = 0
        and in_order.earlier_deployed_at is not null
        and in_order.earlier_settled_at < in_order.opened_at
    group by in_order.story_key
),

-- With a flag the users come later than the code, and the set freezes with the first of them.
final as (
    select
        in_order.* exclude (is_to_ship, earlier_awaited, earlier_deployed_at, earlier_settled_at, first_opened_at),
        coalesce(
            case
                when flags.story_key is null then in_order.opened_at >= freezes.follow_ups_from
                -- The flag of what it belongs to may be older than all of it.
                when flags.is_from_above
                    then in_order.opened_at >= freezes.follow_ups_from and in_order.opened_at > flags.production_at
                else
                    in_order.opened_at > flags.production_at and in_order.opened_at > in_order.first_opened_at
            end,
            false
        ) as is_follow_up
    from in_order
    left join freezes on in_order.story_key = freezes.story_key
    left join flags on in_order.story_key = flags.story_key
)

select * from final
