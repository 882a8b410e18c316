-- One row per pull request and service whose paths it touches, for repositories whose services the settings tell apart.
with rules as (
    select *
    from {{ ref('stg_settings__monorepos') }}
    where kind = 'path'
),

files as (
    select * from {{ ref('int_change_files') }}
),

final as (
    select distinct
        files.change_key,
        rules.service
    from files
    inner join rules on files.repository = rules.repository and starts_with(files.path, rules.pattern)
)

select * from final
