{#- A number of 128 bits that stands for several texts, none of them null: two rows have the same where all of the texts
    are, and by chance nowhere. Half as long as the texts are, and compared at once. -#}
{% macro number_of_texts(columns) -%}
    md5_number(concat_ws(chr(31), {{ columns | join(', ') }}))
{%- endmacro %}
