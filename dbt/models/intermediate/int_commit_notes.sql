-- One row per note that a tool left on a commit, as tools do that write down what they wrote. They are few, and apart
-- from the commits so that a new commit changes nothing here.
with final as (
    select distinct
        repository,
        lower(sha) as sha,
        lower(notes_ref) as notes_ref
    from {{ ref('stg_events__code') }}
    where event_type = 'commit.annotated'
)

select * from final
