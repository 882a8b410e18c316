-- One row per pull request that repairs production, per kind and per change that it names: a revert, a hotfix by its
-- label, or the fix of an incident. `repaired_change_key` is null where it names none.
{{ config(materialized='table') }}

with changes as (
    select
        changes.*,
        coalesce(changes.title, '') || chr(10) || coalesce(changes.body, '') as text
    from {{ ref('int_changes') }} as changes
),

incidents as (
    select * from {{ ref('int_incidents') }}
),

labelled as (
    select distinct changes.change_key
    from changes
    where {{ has_label('changes.labels', 'hotfix_labels') }}
),

reverts as (
    select
        changes.change_key,
        changes.repository,
        changes.text
    from changes
    where
        regexp_matches(changes.title, '(?i)^revert\b')
        or regexp_matches(coalesce(changes.body, ''), '(?im)^\s*(this )?reverts? (commit [0-9a-f]{7,40}|\S*#[0-9]+)')
),

-- `Reverts owner/repo#12`, or the number that the reverted title carries: Revert "Cart (#12)".
revert_numbers as (
    select
        reverts.change_key,
        reverts.repository,
        unnest(list_concat(
            regexp_extract_all(reverts.text, '(?i)\breverts?\s+\S*?#([0-9]+)', 1),
            regexp_extract_all(reverts.text, '(?i)^revert\s+["“].*\(#([0-9]+)\)', 1)
        )) as number
    from reverts
),

revert_shas as (
    select
        reverts.change_key,
        reverts.repository,
        unnest(regexp_extract_all(reverts.text, '(?i)\breverts? commit ([0-9a-f]{7,40})', 1)) as sha
    from reverts
),

hotfix_numbers as (
    select
        changes.change_key,
        changes.repository,
        unnest(regexp_extract_all(changes.text, '(?:^|[\s(])#([0-9]+)\b', 1)) as number
    from changes
    inner join labelled on changes.change_key = labelled.change_key
),

fixed_issues as (
    select
        changes.change_key,
        changes.repository,
        unnest(regexp_extract_all(
            changes.text, '(?i)\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?):?\s+\S*?#([0-9]+)', 1
        )) as number
    from changes
),

found as (
    select
        revert_numbers.change_key, 'revert' as kind, revert_numbers.repository || '#' || revert_numbers.number as named
    from revert_numbers
    union
    select revert_shas.change_key, 'revert' as kind, landings.change_key as named
    from revert_shas
    inner join {{ ref('int_change_landings') }} as landings
        on revert_shas.repository = landings.repository and starts_with(landings.sha, lower(revert_shas.sha))
    union
    select
        hotfix_numbers.change_key, 'hotfix' as kind, hotfix_numbers.repository || '#' || hotfix_numbers.number as named
    from hotfix_numbers
    union
    select reverts.change_key, 'revert' as kind, null as named
    from reverts
    union
    select labelled.change_key, 'hotfix' as kind, null as named
    from labelled
    union
    select fixed_issues.change_key, 'incident fix' as kind, null as named
    from fixed_issues
    inner join incidents
        on
            fixed_issues.repository = incidents.repository
            and try_cast(fixed_issues.number as bigint) = incidents.issue_number
    union
    -- Who names the ticket of an incident works on it.
    select change_stories.change_key, 'incident fix' as kind, null as named
    from {{ ref('int_change_stories') }} as change_stories
    inner join incidents on change_stories.story_key = incidents.story_key
),

final as (
    select distinct
        found.change_key,
        found.kind,
        repaired.change_key as repaired_change_key
    from found
    left join changes as repaired
        on found.named = repaired.change_key and found.change_key <> repaired.change_key
)

select * from final
