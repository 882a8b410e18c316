{#- What is estimated of an impact, whichever estimator told it: `fct_story_impact` is made of all of them. -#}
{% macro impact_columns() -%}
    story_key, flag_key, epoch, audience, metric, unit, is_primary, evidence_grade, answer, wording, reason,
    numerator, numerator_comparison, n, n_comparison, value, comparison_value, ratio, difference, ci_of, ci_low,
    ci_high, difference_low, difference_high, p_value, q_value, crude_ratio, crude_ci_low, crude_ci_high, e_value,
    e_value_bound, cap, variance_ratio, sample_ratio_p_value, n_excluded_immature, n_excluded_uncontrolled,
    is_mature, window_start, window_end, as_of, method, definition_version
{%- endmacro %}
