-- One row per pull request and feature flag that it names, or word that it calls a flag and that is none.
{{ config(materialized='table') }}

with changes as (
    select * from {{ ref('int_changes') }}
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
    from {{ ref('int_change_commits') }} as commits
    where commits.message is not null
),

-- `Feature-Flag: csv-export` on a line of its own says what it means. The key of a flag elsewhere in a text is only
-- looked for between backticks: a flag may be called like a ticket, or like a plain word.
mentions as (
    select
        texts.change_key,
        'trailer' as rule,
        0.95 as confidence,
        unnest(regexp_extract_all(
            texts.text, '(?im)^\s*(?:feature[- ])?flag:\s*`?([\w][\w./:-]*)`?\s*$', 1
        )) as named
    from texts
    union all
    select
        texts.change_key,
        'key between backticks' as rule,
        0.7 as confidence,
        unnest(regexp_extract_all(texts.text, '`([\w][\w./:-]*)`', 1)) as named
    from texts
),

resolved as (
    select
        mentions.*,
        names.flag_key,
        names.flags_called_so
    from mentions
    left join {{ ref('int_flag_names') }} as names on mentions.named = names.name
),

final as (
    select
        resolved.change_key,
        resolved.named,
        resolved.flag_key,
        resolved.rule,
        case when resolved.flag_key is null then 0 else resolved.confidence end as confidence,
        resolved.flag_key is not null as is_linked,
        case
            when resolved.flags_called_so > 1
                then resolved.flags_called_so || ' flags are called ' || resolved.named
            when resolved.flag_key is null then 'no flag ' || resolved.named || ' is known'
            when resolved.rule = 'trailer' then 'it names the flag in a line `Feature-Flag:`'
            else 'it names the flag between backticks'
        end as reason
    from resolved
    -- What stands between backticks is mostly code, so only a flag is worth a word.
    where resolved.flag_key is not null or resolved.rule = 'trailer'
    qualify row_number() over (
        partition by resolved.change_key, coalesce(resolved.flag_key, resolved.named)
        order by resolved.confidence desc, resolved.rule
    ) = 1
)

select * from final
