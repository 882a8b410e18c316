-- A chart over days would join two days that are not neighbours.
select
    min(date_on) as first_on,
    max(date_on) as last_on,
    count(*) as days
from {{ ref('dim_dates') }}
having count(*) <> coalesce(max(date_on) - min(date_on) + 1, 0)
