-- One row per pull request and word in it that looks like a ticket key, at the place that says most about it.
{{ config(materialized='table') }}

with changes as (
    select * from {{ ref('int_changes') }}
),

-- What stands in an address is part of the address, and what a template hides in a comment was written by nobody.
bodies as (
    select
        changes.change_key,
        changes.body,
        regexp_replace(
            regexp_replace(changes.body, '(?s)<!--.*?-->', ' ', 'g'), 'https?://\S+', ' ', 'g'
        ) as prose
    from changes
    where changes.body is not null
),

messages as (
    select
        commits.change_key,
        commits.message
    from {{ ref('int_change_commits') }} as commits
    union
    select
        landings.change_key,
        commits.message
    from {{ ref('int_change_landings') }} as landings
    inner join {{ ref('int_commits') }} as commits
        on landings.repository = commits.repository and landings.sha = commits.sha
),

-- Branches are written in lower case, and an underscore after the number is a separator there.
mentions as (
    select
        changes.change_key,
        'title' as place,
        1.0 as confidence,
        unnest(regexp_extract_all(changes.title, '\b[A-Z][A-Z0-9_]+-[0-9]+\b')) as mentioned_key
    from changes
    union all
    select
        changes.change_key,
        'branch' as place,
        0.95 as confidence,
        unnest(regexp_extract_all(
            regexp_replace(upper(changes.head_branch), '([0-9])_', '\1 ', 'g'), '\b[A-Z][A-Z0-9_]+-[0-9]+\b'
        )) as mentioned_key
    from changes
    union all
    select
        bodies.change_key,
        'address in the text' as place,
        0.9 as confidence,
        unnest(regexp_extract_all(
            bodies.body, 'https?://\S+/(?:browse|issues?)/([A-Z][A-Z0-9_]+-[0-9]+)\b', 1
        )) as mentioned_key
    from bodies
    union all
    select
        bodies.change_key,
        'text' as place,
        0.8 as confidence,
        unnest(regexp_extract_all(bodies.prose, '\b[A-Z][A-Z0-9_]+-[0-9]+\b')) as mentioned_key
    from bodies
    union all
    select
        messages.change_key,
        'commit message' as place,
        0.7 as confidence,
        unnest(regexp_extract_all(messages.message, '\b[A-Z][A-Z0-9_]+-[0-9]+\b')) as mentioned_key
    from messages
),

final as (
    select
        mentions.change_key,
        mentions.mentioned_key,
        mentions.place,
        mentions.confidence
    from mentions
    qualify row_number() over (
        partition by mentions.change_key, mentions.mentioned_key
        order by mentions.confidence desc, mentions.place
    ) = 1
)

select * from final
