{#- The segments of the hours of upload that changed. To open a file takes long, and there may be thousands that hold no
    such hour. -#}
{% macro keyed_segments(target, input) -%}
  {%- set found = run_query(
    "select distinct segments.path from log.segments as segments"
    ~ " inner join increments." ~ input.name ~ " as feed"
    ~ " on segments.source = feed.source and segments.instance = feed.instance"
    ~ " and segments.covers_from <= feed.upload_hour and segments.covers_until > feed.upload_hour"
    ~ " where feed.version > " ~ keyed_version_read(target, input)
  ) -%}
  {%- for row in found.rows -%}
  {{ 'read_parquet([' if loop.first }}{{ sql_text(var('segments') ~ '/' ~ row[0]) }}{{ '])' if loop.last else ', ' }}
  {%- else -%} (from {{ input.relation }} limit 0)
  {%- endfor -%}
{%- endmacro %}
