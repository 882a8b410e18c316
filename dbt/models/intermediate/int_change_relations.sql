-- One row per pull request, kind of tie and other pull request that it names: what it takes back, repairs, picks or
-- stands in the place of; the other one is null where it says that there is one and names none that is known.
with changes as (
    select * from {{ ref('int_changes') }}
),

fixes as (
    select * from {{ ref('int_change_fixes') }}
    where kind in ('revert', 'hotfix')
),

repairs as (
    select
        fixes.change_key,
        fixes.kind as rule,
        0.95 as confidence,
        fixes.repaired_change_key as other_key,
        case fixes.kind when 'revert' then 'it takes back' else 'it repairs what was broken by' end as verb
    from fixes
    qualify
        fixes.repaired_change_key is not null
        or count(fixes.repaired_change_key) over (partition by fixes.change_key, fixes.kind) = 0
),

texts as (
    select
        changes.change_key,
        changes.repository,
        coalesce(changes.title, '') || chr(10) || coalesce(changes.body, '') as text
    from changes
),

replacements as (
    select
        texts.change_key,
        texts.repository || '#' || unnest(regexp_extract_all(
            texts.text, '(?i)\b(?:superseded|replaced) by\s+\S*?#([0-9]+)', 1
        )) as named
    from texts
),

picked as (
    select
        commits.change_key,
        commits.repository,
        unnest(regexp_extract_all(commits.message, '(?i)\(cherry picked from commit ([0-9a-f]{7,40})\)', 1)) as sha
    from {{ ref('int_change_commits') }} as commits
),

told as (
    select * from repairs
    union all
    select
        replacements.change_key,
        'superseded by' as rule,
        1.0 as confidence,
        changes.change_key as other_key,
        'it was given up for' as verb
    from replacements
    left join changes on replacements.named = changes.change_key
    union all
    select
        picked.change_key,
        'cherry pick' as rule,
        0.95 as confidence,
        sources.change_key as other_key,
        'it picks a commit of' as verb
    from picked
    left join {{ ref('int_commit_changes') }} as sources
        on
            picked.repository = sources.repository
            and starts_with(sources.sha, lower(picked.sha))
            and sources.is_linked
            and sources.change_key <> picked.change_key
),

final as (
    select
        told.change_key,
        told.other_key,
        told.rule,
        case when told.other_key is not null then told.confidence else 0 end as confidence,
        told.other_key is not null as is_linked,
        case
            when told.other_key is not null then told.verb || ' ' || told.other_key
            when told.rule = 'cherry pick' then 'it picks a commit that no pull request is known to hold'
            when told.rule = 'superseded by' then 'it was given up for a pull request that is not known'
            else told.verb || ' a pull request that it does not name'
        end as reason
    from told
    qualify row_number() over (
        partition by told.change_key, told.rule, told.other_key order by told.confidence desc
    ) = 1
)

select * from final
