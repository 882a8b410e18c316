-- A share counts a part of a whole.
select *
from {{ ref('data_quality') }}
where linked < 0 or linked > total or share < 0 or share > 1 or (total > 0 and share is null)
