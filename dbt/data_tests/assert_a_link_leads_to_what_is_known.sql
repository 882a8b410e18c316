-- Whoever follows a link finds its other end. A refusal names what nobody knows.
with ends as (
    select 'story' as kind, story_key as known_key from {{ ref('fct_stories') }}
    union all
    select 'change', change_key from {{ ref('fct_changes') }}
    union all
    select 'deployment', deployment_id from {{ ref('fct_deployments') }}
    union all
    select 'incident', incident_id from {{ ref('fct_incidents') }}
)

select links.*
from {{ ref('fct_links') }} as links
left join ends as starts on links.from_kind = starts.kind and links.from_key = starts.known_key
left join ends as targets on links.to_kind = targets.kind and links.to_key = targets.known_key
where
    links.is_linked
    and (
        -- Builds, commits, interviews, flags and topics are told elsewhere.
        (links.to_kind in (select ends.kind from ends) and targets.known_key is null)
        or (links.from_kind in (select ends.kind from ends) and starts.known_key is null)
    )
