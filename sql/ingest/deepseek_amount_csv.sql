/* logcost
format   = "deepseek.amount"
title    = "DeepSeek platform export, amounts (amount-*.csv)"
reader   = "csv"
identify = ["model", "type", "price", "amount", "api_key_name"]
identify_any = ["utc_date", "start_time_iso"]
scope    = "file"
grain    = "bucket"
docs     = "https://platform.deepseek.com/usage"
seen     = "2026-11"
about    = """
On the usage page of the DeepSeek platform choose *Export*: a zip file `usage_data_*.zip` with `amount-*.csv` (tokens and
requests a day, model and API key) and `cost-*.csv` (money a day and model, format `deepseek.cost`). Give the zip file or its
members.

The rows of one day, model and key become one bucket: `input_cache_hit_tokens` are cache reads, `input_cache_miss_tokens` the
rest of the input, `output_tokens` all output, `request_count` the requests. A kind of row that is absent is unknown, not zero;
a row of a kind that is not known is rejected.

The older export has days in UTC (`utc_date`); the newer one has the days of the viewer's time zone (`start_time_iso` with an
offset), so that a day covers parts of two UTC days. Exports made in two time zones overlap without a mark: load only one of
them. The price column states no currency, so no cost is taken from this file; `cost-*.csv` has it. The name of a key is kept,
never the key.
"""

[fields]
user_id = "id"
utc_date = "time"
start_time_iso = "time"
end_time_iso = "time"
model = "str"
api_key_name = "id"
type = "str"
amount = "decimal"
*/
-- One kind of count a row; the kinds of one day, model and key are one bucket. Two rows of one kind (a new price) add up.
WITH item AS (
    SELECT
        file_id,
        line,
        user_id,
        coalesce(start_time_iso, utc_date) AS start_time,
        end_time_iso AS end_time,
        model,
        api_key_name,
        lower(type) AS kind,
        amount,
        strict_int(amount) AS units,
        coalesce(
            bad_day('start time', coalesce(start_time_iso, utc_date)), bad_day('end_time_iso', end_time_iso),
            bad_int('amount', amount),
            CASE WHEN coalesce(start_time_iso, utc_date) IS NULL THEN 'The day is missing. Correct the line.' END,
            CASE
                WHEN lower(type) IN (
                    'input_cache_hit_tokens', 'input_cache_miss_tokens', 'input_tokens', 'output_tokens', 'request_count'
                ) THEN NULL
                ELSE 'type is none of the known kinds of counts, so what it adds to is not known.'
            END
        ) AS wrong
    FROM source
    WHERE amount IS NOT NULL
),

bucket AS (
    SELECT
        file_id,
        min(line) AS line,
        user_id,
        start_time,
        end_time,
        model,
        api_key_name,
        sum(units) FILTER (WHERE kind = 'input_cache_hit_tokens') AS hit,
        sum(units) FILTER (WHERE kind = 'input_cache_miss_tokens') AS miss,
        sum(units) FILTER (WHERE kind = 'input_tokens') AS input,
        sum(units) FILTER (WHERE kind = 'output_tokens') AS output,
        sum(units) FILTER (WHERE kind = 'request_count') AS requests
    FROM item
    WHERE wrong IS NULL
    GROUP BY ALL
)

SELECT
    any_day(start_time) AS started_at,
    coalesce(any_day(end_time), any_day(start_time) + INTERVAL 24 HOUR) AS ended_at,
    requests,
    'deepseek' AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    coalesce(coalesce(hit, miss) * 0 + coalesce(hit, 0) + coalesce(miss, 0), input) AS input_tokens,
    hit AS cache_read_input_tokens,
    output AS output_tokens,
    api_key_name AS api_key_id,
    user_id,
    concat_ws(
        '|', 'deepseek.amount', 'bucket', epoch_ms(any_day(start_time)), coalesce(epoch_ms(any_day(end_time))::VARCHAR, ''),
        coalesce(user_id, ''), coalesce(model, ''), coalesce(api_key_name, '')
    ) AS dedup_key,
    NULL::VARCHAR AS reject_reason,
    file_id,
    line
FROM bucket
UNION ALL BY NAME
SELECT wrong AS reject_reason, file_id, line
FROM item
WHERE wrong IS NOT NULL
