-- One row per pull request and explicit sign that an AI wrote or reviewed it. No sign is no proof of the contrary.
{{
    config(
        materialized='keyed',
        meta={'key': ['change_key'], 'follows': ['int_changes', 'int_change_commits', 'stg_events__change']}
    )
}}

with changes as (
    select * from {{ ref('int_changes') }}
),

commits as (
    select * from {{ ref('int_change_commits') }}
),

signals as (
    select * from {{ ref('stg_settings__ai_signals') }}
),

reviewers as (
    select
        change_key,
        actor
    from {{ ref('stg_events__change') }}
    where event_type in ('change.reviewed', 'change.commented')
),

notes as (
    select * from {{ ref('int_commit_notes') }}
),

-- A note hangs on a commit: one of its own, or the one that it was merged as.
shas as (
    select
        commits.change_key,
        commits.repository,
        lower(commits.sha) as sha
    from commits
    union
    select
        changes.change_key,
        changes.repository,
        lower(changes.merge_sha) as sha
    from changes
),

-- A login comes with or without its `[bot]`, by the interface that told it.
marks as (
    select
        changes.change_key,
        'author' as kind,
        regexp_extract(replace(lower(changes.author), '[bot]', ''), '^bot:(.+)', 1) as mark
    from changes
    union
    select
        commits.change_key,
        'author' as kind,
        regexp_extract(replace(lower(commits.author), '[bot]', ''), '^bot:(.+)', 1) as mark
    from commits
    union
    select
        reviewers.change_key,
        'reviewer' as kind,
        regexp_extract(replace(lower(reviewers.actor), '[bot]', ''), '^bot:(.+)', 1) as mark
    from reviewers
    union
    select
        changes.change_key,
        'label' as kind,
        lower(unnest(changes.labels)) as mark
    from changes
    union
    select
        shas.change_key,
        'note' as kind,
        notes.notes_ref as mark
    from notes
    inner join shas on notes.repository = shas.repository and notes.sha = shas.sha
),

texts as (
    select
        changes.change_key,
        coalesce(changes.title, '') || chr(10) || coalesce(changes.body, '') as text
    from changes
    union all
    select
        commits.change_key,
        commits.message as text
    from commits
),

found as (
    select marks.change_key, signals.* from marks
    inner join signals on marks.kind = signals.kind and marks.mark = lower(signals.pattern)
    union
    select changes.change_key, signals.* from changes
    inner join signals on signals.kind = 'branch' and starts_with(lower(changes.head_branch), lower(signals.pattern))
    union
    select texts.change_key, signals.* from texts
    inner join signals
        on signals.kind in ('trailer', 'checkbox', 'footer') and regexp_matches(texts.text, signals.pattern)
),

final as (
    select
        found.change_key,
        found.kind,
        found.tool,
        min(found.pattern) as pattern,
        found.kind <> 'reviewer' as is_authorship,
        bool_or(found.strength = 'declared') as is_declared,
        -- They differ in one kind alone where a person declares; that is the strongest.
        case when bool_or(found.strength = 'declared') then 'declared' else min(found.strength) end as strength
    from found
    group by found.change_key, found.kind, found.tool
)

select * from final
