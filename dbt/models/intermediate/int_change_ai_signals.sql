-- One row per pull request and explicit sign that an AI wrote or reviewed it. No sign is no proof of the contrary.
{{ config(materialized='table') }}

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

-- A login comes with or without its `[bot]`, by the interface that told it.
marks as (
    select
        changes.change_key,
        'author' as kind,
        replace(lower(changes.author), '[bot]', '') as mark
    from changes
    union
    select
        commits.change_key,
        'author' as kind,
        replace(lower(commits.author), '[bot]', '') as mark
    from commits
    union
    select
        reviewers.change_key,
        'reviewer' as kind,
        replace(lower(reviewers.actor), '[bot]', '') as mark
    from reviewers
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
    select
        marks.change_key,
        signals.kind,
        signals.pattern,
        signals.tool
    from marks
    inner join signals on marks.kind = signals.kind and marks.mark = 'bot:' || signals.pattern
    union
    select
        changes.change_key,
        signals.kind,
        signals.pattern,
        signals.tool
    from changes
    inner join signals on signals.kind = 'branch' and starts_with(lower(changes.head_branch), signals.pattern)
    union
    select
        texts.change_key,
        signals.kind,
        signals.pattern,
        signals.tool
    from texts
    inner join signals on signals.kind in ('trailer', 'footer') and regexp_matches(texts.text, signals.pattern)
),

final as (
    select
        found.change_key,
        found.kind,
        found.tool,
        min(found.pattern) as pattern,
        found.kind <> 'reviewer' as is_authorship,
        bool_or(found.tool = 'declared') as is_declared
    from found
    group by found.change_key, found.kind, found.tool
)

select * from final
