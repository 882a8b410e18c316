-- One row per story and happening on a pull request that is linked to it, or on a CI run of one of its commits.
with story_changes as (
    select * from {{ ref('int_story_work') }}
),

changes as (
    select * from {{ ref('int_changes') }}
),

change_events as (
    select * from {{ ref('stg_events__change') }}
),

build_events as (
    select * from {{ ref('stg_events__build') }}
    where event_type = 'build.finished'
),

commits as (
    select change_key, repository, sha from {{ ref('int_change_commits') }}
    union
    select change_key, repository, head_sha from changes
    union
    select change_key, repository, merge_sha from changes
),

change_labels as (
    select
        change_events.change_key,
        change_events.event_id,
        change_events.event_type,
        change_events.occurred_at,
        'change' as lane,
        'Pull request ' || change_events.change_key || case change_events.event_type
            when 'change.opened' then ' opened'
            when 'change.marked_ready' then ' marked ready for review'
            when 'change.converted_to_draft' then ' put back to draft'
            when 'change.reviewed'
                then case change_events.state
                    when 'approved' then ' approved'
                    when 'changes_requested' then ': changes requested'
                    when 'dismissed' then ': a review was dismissed'
                    else ' reviewed'
                end
            when 'change.commented' then ' commented on'
            when 'change.merged' then ' merged'
            when 'change.closed' then ' closed'
            when 'change.reopened' then ' reopened'
        end as label,
        coalesce(change_events.url, changes.url) as url
    from change_events
    inner join changes on change_events.change_key = changes.change_key
    where
        change_events.event_type in (
            'change.opened', 'change.marked_ready', 'change.converted_to_draft', 'change.reviewed',
            'change.commented', 'change.merged', 'change.closed', 'change.reopened'
        )
        -- A merge closes as well; once is enough.
        and not (change_events.event_type = 'change.closed' and changes.merged_at is not null)
),

build_labels as (
    select distinct
        commits.change_key,
        build_events.event_id,
        build_events.event_type,
        build_events.occurred_at,
        'build' as lane,
        'Build ' || coalesce(build_events.workflow, build_events.run_id) || ': '
        || coalesce(replace(build_events.conclusion, '_', ' '), 'finished')
        || case when build_events.run_attempt > 1 then ' (attempt ' || build_events.run_attempt || ')' else '' end
            as label,
        build_events.url
    from build_events
    inner join commits
        on build_events.repository = commits.repository and build_events.sha = commits.sha
),

happenings as (
    select * from change_labels
    union all
    select * from build_labels
),

-- Two pull requests of a story may hold the commit that was built.
final as (
    select
        story_changes.story_key,
        happenings.* exclude (change_key)
    from story_changes
    inner join happenings on story_changes.change_key = happenings.change_key
    qualify row_number() over (
        partition by story_changes.story_key, happenings.event_id
        order by happenings.change_key
    ) = 1
)

select * from final
