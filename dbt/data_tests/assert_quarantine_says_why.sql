-- A record that is set aside without a reason could never be mended.
select *
from {{ ref('fct_quarantine') }}
where trim(reason) = ''
