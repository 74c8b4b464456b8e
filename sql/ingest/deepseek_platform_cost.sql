/* logcost
format   = "deepseek.platform_cost"
title    = "DeepSeek platform, the usage page's own JSON: costs"
reader   = ["json_document", "json_lines"]
identify = ["data.biz_data.days", "data.biz_data.currency"]
scope    = "row"
table    = "invoice_line"
docs     = "https://platform.deepseek.com/usage"
seen     = "2026-11"
note     = "A cost export carries amounts and no token counts; the page's answer on amounts has the tokens."
about    = """
The answer that the usage page of the DeepSeek platform loads for the costs (`/api/v0/usage/cost`), saved from the browser: an
amount a day, model and kind of token, in the currency of the account. `total` repeats `days` and is not read. Amounts of zero
are skipped. Days are taken as UTC (the answer does not say). Amounts of more than 15 decimals are rounded to 15, half to even.
"""

[fields]
data = "json"
*/
-- One answer a row: a list of accounts (one a currency), whose days hold models, which hold amounts by kind.
WITH account AS (
    SELECT file_id, line, unnest(from_json(
        data -> '$.biz_data',
        '[{"currency": "VARCHAR", "days": [{"date": "VARCHAR", "data": '
        || '[{"model": "VARCHAR", "usage": [{"type": "VARCHAR", "amount": "VARCHAR"}]}]}]}]'
    )) AS account
    FROM source
),

day AS (
    SELECT file_id, line, account.currency AS currency, unnest(account.days) AS day
    FROM account
),

per_model AS (
    SELECT file_id, line, currency, day."date" AS start_time, unnest(day.data) AS entry
    FROM day
),

amount AS (
    SELECT file_id, line, currency, start_time, entry.model AS model, unnest(entry."usage") AS one
    FROM per_model
)

SELECT
    any_time(start_time) AS period_start,
    any_time(start_time) + INTERVAL 24 HOUR AS period_end,
    'deepseek' AS provider_name,
    model,
    CASE one."type" WHEN 'RESPONSE_TOKEN' THEN 'output' WHEN 'REQUEST' THEN 'requests' ELSE token_meter(one."type") END AS meter,
    concat_ws(', ', model, one."type") AS line_item,
    'Usage' AS charge_category,
    strict_decimal(one.amount) AS billed_cost,
    upper(currency) AS billing_currency,
    coalesce(
        bad_time('date', start_time), bad_decimal('amount', one.amount),
        CASE WHEN currency IS NULL THEN 'currency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM amount
WHERE one.amount IS NOT NULL AND strict_decimal(one.amount) IS DISTINCT FROM 0
