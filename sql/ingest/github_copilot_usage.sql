/* logcost
format       = "github.copilot_usage"
title        = "GitHub Copilot AI usage report with token counts, CSV of 21 columns"
reader       = "csv"
identify     = ["sku", "unit_type", "model", "input", "output", "cache_read", "cache_write"]
identify_any = ["date", "usage_at"]
scope        = "file"
grain        = "bucket"
docs         = "https://docs.github.com/en/billing/reference/billing-reports"
seen         = "2026-09"
about        = """
The AI usage report of GitHub's billing pages (since June 2026), the only Copilot report with tokens.

- A row is one day's usage of one user, SKU, model, organization and repository. The number of calls is not stated.
- `input`, `cache_read` and `cache_write` do not overlap: rows recompute exactly from them at the model's list price (0.9 of it for
  `Auto:`). The ledger's `input_tokens` adds the three up; the lifetime of the writes is not stated.
- `net_amount` becomes the reported cost: what is billed, 0 while the plan's included credits last. What the usage was worth
  (`gross_amount`) and its credits (`quantity`, 1 credit = 0.01 USD) are kept as tags.
- `aic_quantity` and `aic_gross_amount` are 0, or on rows of premium requests a comparison: they are never added.
- Models are display names; `Auto: Claude Haiku 4.5` was asked for as `Auto` and answered by the model behind it.
- Dates are UTC days, also as a spreadsheet writes them (`6/11/26`, month first).
- The same row in two reports counts once; a later report of a day that was still filling is the larger one.
"""

[fields]
date = "time"
usage_at = "time"
username = "str"
product = "str"
sku = "str"
model = "str"
quantity = "decimal"
unit_type = "str"
gross_amount = "decimal"
net_amount = "decimal"
organization = "str"
repository = "str"
cost_center_name = "str"
input = "int"
output = "int"
cache_read = "int"
cache_write = "int"
*/
-- One day of one user, SKU and model a row; the three parts of the input are added up.
WITH cell AS (
    SELECT
        * REPLACE (
            coalesce(date, usage_at) AS date,
            filled(username) AS username,
            filled(sku) AS sku,
            filled(model) AS model,
            filled(organization) AS organization,
            filled(repository) AS repository,
            filled(cost_center_name) AS cost_center_name
        )
    FROM source
),

-- Agents of a repository have a row for each repository: it is part of what a row is.
named AS (
    SELECT
        *,
        concat_ws(
            '|', 'github.copilot_usage|bucket', epoch_ms(any_day(date)), coalesce(username, ''), coalesce(product, ''),
            coalesce(sku, ''), coalesce(model, ''), coalesce(unit_type, ''), coalesce(organization, ''),
            coalesce(repository, ''), coalesce(cost_center_name, '')
        ) AS bucket
    FROM cell
),

-- Rows of one file that look alike are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY output DESC NULLS LAST, input DESC NULLS LAST, line
        ) AS position
    FROM named
)

SELECT
    any_day(date) AS started_at,
    any_day(date) + INTERVAL 1 DAY AS ended_at,
    'github.copilot' AS provider_name,
    CASE WHEN model LIKE 'Auto:%' THEN 'Auto' ELSE model END AS request_model,
    regexp_replace(model, '^Auto: *', '') AS response_model,
    'chat' AS operation_name,
    input + coalesce(cache_read, 0) + coalesce(cache_write, 0) AS input_tokens,
    cache_read AS cache_read_input_tokens,
    cache_write AS cache_creation_unsplit_input_tokens,
    output AS output_tokens,
    coalesce(repository, organization) AS project,
    username AS user_id,
    stated([
        {'key': 'cost_center', 'value': cost_center_name},
        {'key': 'gross_amount', 'value': gross_amount},
        {'key': 'organization', 'value': organization},
        {'key': 'quantity', 'value': quantity},
        {'key': 'sku', 'value': sku},
        {'key': 'unit_type', 'value': filled(unit_type)}
    ]) AS tags,
    strict_decimal(net_amount) AS reported_cost,
    CASE WHEN net_amount IS NOT NULL THEN 'USD' END AS reported_currency,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_day('date', date), bad_decimal('net_amount', net_amount),
        CASE WHEN date IS NULL THEN 'date is missing: a sum without its day cannot be placed. Correct the line.' END
    ) AS reject_reason,
    file_id,
    line
FROM numbered
