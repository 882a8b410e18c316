-- One row per current event of a repository's code: its commits, its releases, itself, of all sources;
-- a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type in (
        'commit.recorded', 'commit.annotated', 'repository.described', 'release.published'
    )
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('repository') }} as repository,
        {{ payload_text('sha') }} as sha,
        {{ payload_list('parents') }} as parents,
        {{ payload_text('message') }} as message,
        {{ payload_text('notes_ref') }} as notes_ref,
        {{ payload_time('authored_at') }} as authored_at,
        {{ payload_time('committed_at') }} as committed_at,
        {{ payload_text('author') }} as author,
        {{ payload_text('default_branch') }} as default_branch,
        {{ payload_time('created_at') }} as created_at,
        {{ payload_text('release_id') }} as release_id,
        {{ payload_text('tag') }} as tag,
        {{ payload_text('name') }} as name,
        {{ payload_boolean('is_prerelease') }} as is_prerelease,
        {{ payload_text('url') }} as url
    from events
)

select * from final
