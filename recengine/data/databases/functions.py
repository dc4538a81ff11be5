"""Which functions a statement may call: those that work on what they are given.

A database has others: they read the server's files, sleep, lock, run a statement that they get as a text, change a
setting or a sequence. Nobody can list those of every server, so the list is of what is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp

# what the parser knows by these headings works on its arguments ...
_HEADINGS = frozenset({"aggregate", "math", "temporal", "array", "string", "json"})
# ... but for these, which ask a model, a secret store or a file, or make the name of a function out of a text
_REFUSED = frozenset({"AIAgg", "AISummarizeAgg", "Apply", "Decrypt", "DecryptRaw", "Generator", "Secret", "ToFile"})
# the headings "functions" and "core" are mixed
_ALLOWED = frozenset(
    {
        *("And", "Or", "Xor", "Pow", "RegexpLike", "Typeof", "ApproxDistinct", "Hll", "JSONValueArray"),
        *("Case", "If", "Coalesce", "Nullif", "Nvl2", "Greatest", "Least", "EqualNull", "IsNullValue", "IsArray"),
        *("Cast", "TryCast", "JSONCast", "CastToStrType", "Convert", "Collate", "ToBoolean", "Int64", "Float64"),
        *("LaxBool", "LaxFloat64", "LaxInt64", "LaxString", "Try", "Exists", "Columns", "WidthBucket", "RangeBucket"),
        *("Rand", "Uuid"),
    }
)
# by name, where the parser knows nothing of them
_WORDS = """
abs age any_value approx_count_distinct arbitrary arg_max arg_min argmax argmin array_agg array_append array_cat
array_length array_lower array_ndims array_position array_remove array_to_string array_upper ascii avg bit_and bit_or
bool_and bool_or btrim cardinality ceil ceiling char char_length chr clock_timestamp coalesce concat concat_ws
contains convert_from corr count covar_pop covar_samp cume_dist current_date current_timestamp date date_add date_bin
date_diff date_format date_part date_sub date_trunc dateadd datediff datename datepart datetime day dayname dayofweek
dayofyear dense_rank div ends_with epoch epoch_ms epoch_ns epoch_us even every exp extract first first_value flatten
floor format from_unixtime gcd gen_random_uuid generate_series generate_subscripts greatest group_concat hash hex
histogram hour hstore ifnull iif initcap instr isfinite isinf isnan isnull isodow jaro_similarity
jaro_winkler_similarity json json_agg json_array json_array_elements json_array_elements_text json_array_length
json_build_array json_build_object json_each json_each_text json_extract json_extract_path json_extract_path_text
json_extract_string json_group_array json_group_object json_keys json_object json_object_agg json_object_keys
json_query json_tree json_type json_typeof json_valid json_value jsonb jsonb_agg jsonb_array_elements
jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text
jsonb_extract_path jsonb_extract_path_text jsonb_object_agg jsonb_object_keys jsonb_typeof julianday lag last last_day
last_value lcm lead least left len length levenshtein like likelihood likely list list_aggregate list_concat
list_contains list_distinct list_element list_extract list_filter list_slice list_sort list_string list_transform
list_unique list_value listagg ln localtimestamp log log10 log2 lower lpad ltrim make_date make_interval make_time
make_timestamp make_timestamptz map_extract map_keys map_values max max_by md5 median min min_by minute mod mode month
monthname nfc_normalize normalize now nth_value ntile nullif num_nonnulls num_nulls nvl nvl2 octet_length percent_rank
percentile_cont percentile_disc pg_typeof position power prefix printf quantile quantile_cont quantile_disc quarter
quote quote_ident quote_literal random range rank regexp_count regexp_extract regexp_extract_all regexp_full_match
regexp_instr regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr
repeat replace reverse right round row row_number row_to_json rpad rtrim second sign similarity soundex split_part
sqrt starts_with statement_timestamp stddev str_split str_to_date strftime string_agg string_split string_to_array
string_to_table strip_accents strpos strptime struct_extract struct_pack substr substring suffix sum time time_bucket
timediff timestampadd timestampdiff timezone to_char to_date to_hex to_json to_jsonb to_number to_timestamp
to_tsvector total transaction_timestamp translate trim trunc typeof unaccent unicode unix_timestamp unixepoch unlikely
unnest upper uuid variance week weekofyear width_bucket year yearweek
"""
_NAMES = frozenset(_WORDS.split())


def allowed(call: exp.Func) -> bool:
    """Whether a statement may call this."""
    from sqlglot import exp

    if isinstance(call, exp.Anonymous | exp.AnonymousAggFunc):
        return call.name.lower() in _NAMES
    kind = type(call).__name__
    if kind in _ALLOWED:
        return True
    return type(call).__module__.rpartition(".")[2] in _HEADINGS and kind not in _REFUSED
