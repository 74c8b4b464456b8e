/* logcost
format   = "deepseek.cost"
title    = "DeepSeek platform export, costs (cost-*.csv)"
reader   = "csv"
identify = ["model", "wallet_type", "cost", "currency"]
identify_any = ["utc_date", "start_time_iso"]
scope    = "row"
table    = "invoice_line"
docs     = "https://platform.deepseek.com/usage"
seen     = "2026-11"
note     = "A cost export carries amounts and no token counts; the export amount-*.csv has the tokens."
about    = """
The money half of the export of the DeepSeek platform (`usage_data_*.zip`): one line a day, model and wallet. `wallet_type` says
whether the amount was taken from paid or from granted balance; granted balance bills nothing, so such a line has a billed cost
of 0 and its amount as list cost. There is no split by API key or kind of token; `amount-*.csv` (format `deepseek.amount`) has
it.

The newer export has the days of the viewer's time zone; they are converted to UTC. Amounts of more than 15 decimals are rounded
to 15, half to even.
"""

[fields]
user_id = "id"
utc_date = "time"
start_time_iso = "time"
end_time_iso = "time"
model = "str"
wallet_type = "str"
cost = "decimal"
currency = "str"
*/
-- One line of the bill a row. What was taken from granted balance is not billed.
WITH item AS (
    SELECT *, coalesce(start_time_iso, utc_date) AS start_time
    FROM source
    WHERE cost IS NOT NULL
)

SELECT
    any_day(start_time) AS period_start,
    coalesce(any_day(end_time_iso), any_day(start_time) + INTERVAL 24 HOUR) AS period_end,
    'deepseek' AS provider_name,
    model,
    concat_ws(', ', model, lower(wallet_type)) AS line_item,
    'Usage' AS charge_category,
    user_id AS project,
    CASE WHEN lower(wallet_type) = 'granted' THEN strict_decimal('0') ELSE strict_decimal(cost) END AS billed_cost,
    strict_decimal(cost) AS list_cost,
    upper(currency) AS billing_currency,
    coalesce(
        bad_day('start time', start_time), bad_day('end_time_iso', end_time_iso), bad_decimal('cost', cost),
        CASE WHEN currency IS NULL THEN 'currency is missing: an amount without a currency cannot be used.' END
    ) AS reject_reason,
    file_id,
    line
FROM item
