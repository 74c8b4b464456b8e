/* logcost
format   = "mistral.billing_usage"
title    = "Mistral admin billing usage of a month (JSON)"
reader   = ["json_document", "json_lines"]
identify = ["completion.models", "prices"]
scope    = "row"
grain    = "bucket"
docs     = "https://admin.mistral.ai/organization/usage"
seen     = "2026-11"
about    = """
The answer that the usage page of the Mistral admin console loads (`billing/v2/usage?month=&year=`), saved from the browser. A
bucket a day and model: the group `input` is input, `output` output, `cached` (seen in no file so far) input read from the
cache, billed apart and therefore taken as not contained in `input`. A model is named `alias::snapshot`; the alias is the
requested model, the snapshot the one that answered.

`reported_cost` is the paid quantity times the price of its metric and group, both stated in the file, in the account's
currency; it is unknown when a price is missing. A quantity that was given free (`value` above `value_paid`) counts as tokens,
not as cost. Sections other than `completion` (OCR pages, audio, fine-tuning, libraries) become other units;
`vibe_usage`, one number a month without a unit, is not read. Days are taken as
UTC. The answer has no number of requests and no API key.
"""

[fields]
currency = "str"
prices = "json"
completion = "json"
ocr = "json"
connectors = "json"
libraries_api = "json"
audio = "json"
fine_tuning = "json"
*/
-- One month a row. Models are keys of an object ("alias::snapshot"), below them the groups, below those the daily entries.
WITH section AS (
    SELECT file_id, line, currency, prices, unnest([
        {'section': 'completion', 'models': json_extract(completion, '$.models')},
        {'section': 'ocr', 'models': json_extract(ocr, '$.models')},
        {'section': 'connectors', 'models': json_extract(connectors, '$.models')},
        {'section': 'libraries_pages', 'models': json_extract(libraries_api, '$.pages.models')},
        {'section': 'libraries_tokens', 'models': json_extract(libraries_api, '$.tokens.models')},
        {'section': 'audio', 'models': json_extract(audio, '$.models')},
        {'section': 'fine_tuning_training', 'models': json_extract(fine_tuning, '$.training')},
        {'section': 'fine_tuning_storage', 'models': json_extract(fine_tuning, '$.storage')}
    ], recursive := true)
    FROM source
),

model AS (
    SELECT
        file_id, line, currency, prices, section,
        unnest(map_entries(try_cast(models AS MAP(VARCHAR, JSON))), recursive := true)
    FROM section
),

grouped AS (
    SELECT
        file_id, line, currency, prices, section, key AS name,
        unnest(map_entries(try_cast(value AS MAP(VARCHAR, JSON)))) AS grp
    FROM model
),

entry AS (
    SELECT file_id, line, currency, prices, section, name, grp.key AS kind, unnest(from_json(
        grp.value,
        '[{"event_type": "VARCHAR", "billing_metric": "VARCHAR", "billing_group": "VARCHAR", "timestamp": "VARCHAR", '
        || '"value": "VARCHAR", "value_paid": "VARCHAR"}]'
    )) AS one
    FROM grouped
    WHERE json_type(grp.value) = 'ARRAY'
),

-- The price of a metric and group; two prices that differ say nothing.
priced AS (
    SELECT *, list_transform(
        list_filter(
            from_json(
                prices, '[{"event_type": "VARCHAR", "billing_metric": "VARCHAR", "billing_group": "VARCHAR", "price": "VARCHAR"}]'
            ),
            lambda p: p.billing_metric = one.billing_metric AND p.billing_group = coalesce(one.billing_group, kind)
                AND coalesce(p.event_type = one.event_type, true)
        ),
        lambda p: p.price
    ) AS price_texts
    FROM entry
),

price_list AS (
    SELECT *, list_distinct(list_transform(price_texts, lambda text: strict_decimal(text))) AS stated
    FROM priced
),

amount AS (
    SELECT
        *,
        strict_int(one.value) AS units,
        CASE
            WHEN strict_decimal(coalesce(one.value_paid, one.value)) = 0 THEN strict_decimal('0')
            WHEN len(stated) = 1 THEN strict_int(coalesce(one.value_paid, one.value)) * stated[1]
        END AS cost,
        coalesce(
            bad_time('timestamp', one.timestamp), bad_int('value', one.value), bad_int('value_paid', one.value_paid),
            bad_decimal('price', list_filter(price_texts, lambda text: strict_decimal(text) IS NULL)[1])
        ) AS wrong
    FROM price_list
),

bucket AS (
    SELECT
        file_id,
        line,
        currency,
        section,
        name,
        one.timestamp AS day,
        sum(units) FILTER (WHERE kind = 'input') AS fresh,
        sum(units) FILTER (WHERE kind IN ('cached', 'cached_input', 'input_cached')) AS cached,
        sum(units) FILTER (WHERE kind = 'output') AS output,
        sum(units) FILTER (WHERE kind NOT IN ('input', 'cached', 'cached_input', 'input_cached', 'output')) AS other,
        sum(units) AS whole,
        CASE WHEN count(*) = count(cost) THEN sum(cost) END AS cost,
        max(wrong) AS reject_reason
    FROM amount
    GROUP BY ALL
)

SELECT
    any_time(day) AS started_at,
    any_time(day) + INTERVAL 24 HOUR AS ended_at,
    'mistral_ai' AS provider_name,
    split_part(name, '::', 1) AS request_model,
    CASE WHEN name LIKE '%::%' THEN split_part(name, '::', 2) ELSE name END AS response_model,
    CASE section WHEN 'completion' THEN 'chat' ELSE section END AS operation_name,
    CASE
        WHEN section = 'completion' THEN coalesce(fresh, cached) * 0 + coalesce(fresh, 0) + coalesce(cached, 0)
    END AS input_tokens,
    CASE WHEN section = 'completion' THEN cached END AS cache_read_input_tokens,
    CASE WHEN section = 'completion' THEN output END AS output_tokens,
    CASE
        WHEN section <> 'completion' THEN MAP {CASE section WHEN 'ocr' THEN 'pages' ELSE section END: whole::BIGINT}
        WHEN other IS NOT NULL THEN MAP {'other_units': other::BIGINT}
    END AS other_units,
    cost AS reported_cost,
    CASE WHEN cost IS NOT NULL THEN upper(currency) END AS reported_currency,
    concat_ws('|', 'mistral.billing_usage', 'bucket', section, name, day) AS dedup_key,
    reject_reason,
    file_id,
    line
FROM bucket
