/* logcost
format       = "gcp.billing_export"
title        = "Google Cloud Billing export (BigQuery table): the lines of language models"
reader       = ["json_lines", "json_document", "parquet"]
identify     = ["sku", "service", "cost", "usage_start_time"]
scope        = "row"
table        = "invoice_line"
docs         = "https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/standard-usage"
seen         = "2026-11"
note         = "A bill of all of Google Cloud: lines that name no language model are skipped. It carries amounts and no calls: they are in the table invoice_line."
about        = """
The table of the standard or detailed Cloud Billing export, taken out of BigQuery as JSON Lines, a JSON array or Parquet; the
same columns as CSV are read too. Lines of the Gemini API, and lines whose SKU names a language model (Gemini, Claude and other
models in Vertex AI), become invoice lines; everything else in the table is counted as skipped.

`billed_cost` is net: the cost plus its credits, which are negative. Amounts are in the currency of the billing account. The
SKU's text says model, direction, modality and tier in changing spellings (`Generate content input token count gemini 3.1 flash
lite preview text`, `Gemini 2.5 Pro Thinking Text Output - Predictions`); where it is ambiguous the model stays empty and the
text is in `line_item`. Cached input is `cache_read`, its storage `cache_storage`. `usage.unit` `count` means tokens. Google
bills thinking as output, under SKUs of its own for older models.

Google corrects rows of past days later: give a fresh export of the whole period instead of adding new rows to an old one.
Amounts of more than 15 decimals are rounded to 15, half to even.
"""

[fields]
service = "json"
sku = "json"
usage = "json"
project = "json"
location = "json"
credits = "json"
labels = "json"
usage_start_time = "time"
usage_end_time = "time"
cost = "decimal"
cost_at_list = "decimal"
currency = "str"
cost_type = "str"
*/
-- One row of the table a line; nested columns are objects.
WITH item AS (
    SELECT
        file_id,
        line,
        usage_start_time AS start_time,
        usage_end_time AS end_time,
        coalesce(try_cast(service AS JSON) ->> 'description', '') AS service_name,
        coalesce(try_cast(sku AS JSON) ->> 'description', '') AS sku_name,
        try_cast(usage AS JSON) ->> 'amount' AS amount,
        try_cast(usage AS JSON) ->> 'unit' AS unit,
        coalesce(try_cast(project AS JSON) ->> 'id', try_cast(project AS JSON) ->> 'name') AS project,
        coalesce(try_cast(location AS JSON) ->> 'region', try_cast(location AS JSON) ->> 'location') AS region,
        cost,
        cost_at_list AS list_cost,
        currency,
        cost_type,
        list_sum(list_transform(
            json_extract(try_cast(credits AS JSON), '$[*]'), lambda credit: strict_decimal(credit ->> 'amount')
        )) AS credit_sum,
        list_filter(list_transform(
            json_extract(try_cast(credits AS JSON), '$[*]'), lambda credit: bad_decimal('credits.amount', credit ->> 'amount')
        ), lambda reason: reason IS NOT NULL)[1] AS wrong_credit,
        list_filter(
            json_extract(try_cast(labels AS JSON), '$[*]'),
            lambda label: label ->> 'key' = 'goog-generativelanguage-model'
        )[1] ->> 'value' AS label_model
    FROM source
),

named AS (
    SELECT *, token_meter(sku_name) AS token_words
    FROM item
    -- Gemini's own services bill nothing else; in Vertex AI and others the SKU must name a model or what only models do.
    WHERE service_name IN ('Gemini API', 'Generative Language API')
        OR names_llm(sku_name)
        OR names_llm(service_name)
        OR regexp_matches(label_words(sku_name), '\bmodel as a service\b|\bgrounding with\b')
)

SELECT
    any_time(start_time) AS period_start,
    any_time(end_time) AS period_end,
    CASE
        WHEN regexp_matches(service_name, '(?i)gemini|generative language') THEN 'gcp.gemini'
        ELSE 'gcp.vertex_ai'
    END AS provider_name,
    coalesce(sku_model(sku_name), label_model) AS model,
    token_words AS meter,
    sku_name AS line_item,
    CASE cost_type
        WHEN 'regular' THEN 'Usage'
        WHEN 'tax' THEN 'Tax'
        WHEN 'adjustment' THEN 'Adjustment'
        WHEN 'rounding_error' THEN 'Adjustment'
        ELSE cost_type
    END AS charge_category,
    label_tier(sku_name) AS service_tier,
    CASE WHEN regexp_matches(label_words(sku_name), '\bglobal\b') THEN 'global' ELSE region END AS region,
    project,
    strict_decimal(amount) AS quantity,
    CASE WHEN unit = 'count' AND token_words IN ('input', 'output', 'cache_read') THEN 'tokens' ELSE unit END AS quantity_unit,
    strict_decimal(cost) + coalesce(credit_sum, 0) AS billed_cost,
    strict_decimal(list_cost) AS list_cost,
    upper(currency) AS billing_currency,
    coalesce(
        bad_time('usage_start_time', start_time), bad_time('usage_end_time', end_time), bad_decimal('cost', cost),
        bad_decimal('usage.amount', amount), bad_decimal('cost_at_list', list_cost), wrong_credit,
        CASE WHEN cost IS NULL THEN 'cost is missing. Export the table with its cost column.' END,
        CASE WHEN currency IS NULL THEN 'currency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM named
