-- One row per person as the vendor has them who signed in as one person alone: the vendor took what they did elsewhere
-- for theirs.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['vendor_person_key'], 'follows': {
        'stg_events__usage_identity': {
            'touches': 'select vendor_person_key from changed where vendor_person_key is not null',
        },
    }}
) }}

with identities as (
    select * from {{ ref('stg_events__usage_identity') }}
),

final as (
    select
        identities.vendor_person_key,
        min(identities.person_key) as person_key
    from identities
    where identities.vendor_person_key is not null and identities.person_key is not null
    group by identities.vendor_person_key
    having min(identities.person_key) = max(identities.person_key)
)

select * from final
