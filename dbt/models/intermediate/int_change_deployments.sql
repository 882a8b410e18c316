-- One row per merged pull request, service that it touches and environment in production, with the first deployment
-- after the merge whose history holds it; `is_known` is false for the first deployment of a service.
{{ config(materialized='table') }}

with arrivals as (
    select * from {{ ref('int_change_arrivals') }}
),

touched as (
    select * from {{ ref('int_change_services') }}
),

-- Of a change of which nothing is known, or that lies beside all paths, each service counts.
told as (
    select distinct touched.change_key
    from touched
),

final as (
    select arrivals.*
    from arrivals
    left join told on arrivals.change_key = told.change_key
    left join touched on arrivals.change_key = touched.change_key and arrivals.service = touched.service
    where told.change_key is null or touched.change_key is not null
)

select * from final
