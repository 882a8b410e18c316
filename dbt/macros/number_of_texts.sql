{#- A number of 128 bits that stands for several texts, none of them null: two rows have the same where all of the texts
    are, and by chance nowhere. Half as long as the texts are, and compared at once. -#}
{% macro number_of_texts(columns) -%}
    md5_number(concat_ws(chr(31), {{ columns | join(', ') }}))
{%- endmacro %}

{#- The last 48 bits of such a number: rows are looked for by it first, as three eighths of the bytes are read. That a row
    shares it by chance costs time, as that row is then read and dropped, and with a hundred million of them, and as many
    thousand that are looked for, happens every thirtieth time. -#}
{% macro mark_of_number(number) -%}
    cast({{ number }} & cast(281474976710655 as uhugeint) as ubigint)
{%- endmacro %}
