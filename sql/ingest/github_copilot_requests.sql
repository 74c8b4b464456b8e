/* logcost
format   = "github.copilot_requests"
title    = "GitHub Copilot premium request analytics, CSV of 6 columns (2025)"
reader   = "csv"
identify = ["Timestamp", "User", "Model", '"Requests Used"', '"Exceeds Monthly Quota"']
scope    = "file"
docs     = "https://docs.github.com/en/billing/reference/billing-reports"
seen     = "2025-06"
note     = "This report counts premium requests; it carries no tokens and no amounts. GitHub's AI usage report has both."
about    = """
The first premium request report of GitHub Copilot (June 2025): `Timestamp, User, Model, Requests Used, Exceeds Monthly Quota, Total
Monthly Quota`.

- A row is one billed interaction of one user. How many model calls it took is not stated; the ledger counts it as one request.
- `Requests Used` is the interaction times the model's multiplier (0.33, 1, 10 ...): the unit `premium_request_thousandths`
  (1 premium request = 1000).
- Tokens, prices and discounts are not in this report: nothing can be priced from it.
- Interactions have no id: the same time, user, model and count in two reports are one.
"""

[fields]
Timestamp = "time"
User = "str"
Model = "str"
"Requests Used" = "decimal"
"Exceeds Monthly Quota" = "str"
"Total Monthly Quota" = "str"
*/
-- One interaction a row.
WITH named AS (
    SELECT
        *,
        concat_ws(
            '|', 'github.copilot_requests', epoch_us(any_time("Timestamp")), coalesce("User", ''), coalesce(Model, ''),
            coalesce(thousandths("Requests Used"), 0)
        ) AS interaction
    FROM source
),

-- Equal interactions of one file are told apart, not lost.
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY file_id, interaction ORDER BY line) AS position
    FROM named
)

SELECT
    any_time("Timestamp") AS started_at,
    'github.copilot' AS provider_name,
    filled(Model) AS response_model,
    'chat' AS operation_name,
    stated([{'key': 'premium_request_thousandths', 'value': thousandths("Requests Used")}]) AS other_units,
    filled("User") AS user_id,
    stated([
        {'key': 'exceeds_monthly_quota', 'value': lower(filled("Exceeds Monthly Quota"))},
        {'key': 'total_monthly_quota', 'value': filled("Total Monthly Quota")}
    ]) AS tags,
    interaction || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_time('Timestamp', "Timestamp"),
        CASE
            WHEN "Requests Used" IS NOT NULL AND thousandths("Requests Used") IS NULL
            THEN 'Requests Used must be 0 or more, with at most three decimals. Correct the line.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM numbered
