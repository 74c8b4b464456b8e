/* logcost
format        = "anthropic.analytics_usage"
title         = "Anthropic Enterprise analytics: usage report in time buckets"
reader        = ["json_document", "json_lines"]
identify      = ["data.starting_at", "data.results.uncached_input_tokens"]
identify_any  = ["data.results.requests", "data.results.product"]
identify_none = ["object", "data.results.amount", "data.actor"]
records       = "data[].results[]"
complete      = "has_more"
scope         = "file"
grain         = "bucket"
docs          = "https://support.claude.com/en/articles/13703965-claude-enterprise-analytics-api-reference-guide"
seen          = "2026-11"
about         = """
Pages of the usage report of a Claude Enterprise organization (analytics API): one page a file, several pages as JSON Lines or as
an array.

- A row is one result of one time bucket; its counts are sums. Empty buckets give no row.
- `uncached_input_tokens` leaves out what was read from and written to the cache; the ledger's `input_tokens` adds the three up.
- A dimension is empty when the report was not grouped by it. A bucket has at most 100 groups and no row for the rest, so a grouped
  report can be short of the total.
- Rows that name a team overlap: a person in two teams is in both. They cannot be added up and are
  rejected; download the report without `group_by[]=rbac_group_id`.
- The report has data from 2026-01-01 on, also of chat and other products (tag `product`) that a seat pays for.
- Usage of the API is in the messages usage report too: load one of them.
"""

[fields]
has_more = "bool"
[[fields.data]]
starting_at = "time"
ending_at = "time"
[[fields.data.results]]
model = "str"
product = "str"
rbac_group_id = "str"
context_window = "str"
inference_geo = "str"
speed = "str"
claude_tag_category = "str"
claude_tag_user_id = "str"
slack_channel_id = "str"
requests = "int"
uncached_input_tokens = "int"
cache_read_input_tokens = "int"
output_tokens = "int"
[fields.data.results.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.data.results.server_tool_use]
web_search_requests = "int"
*/
-- One result a row. Input excludes the cache: the parts are added up here.
WITH result AS (
    SELECT
        file_id,
        line,
        data.starting_at AS starting_at,
        data.ending_at AS ending_at,
        results.*,
        NULL::VARCHAR AS person
    FROM source
),

-- The same bucket in two exports counts once; a later export of a bucket that was still filling is the larger one. Without a
-- time nothing tells one range from another: such a row has no key.
named AS (
    SELECT
        *,
        CASE
            WHEN starting_at IS NOT NULL THEN concat_ws(
                '|', 'anthropic.analytics_usage|bucket', epoch_ms(any_time(starting_at)), epoch_ms(any_time(ending_at)),
                coalesce(person, ''),
                coalesce(model, ''), coalesce(product, ''), coalesce(rbac_group_id, ''), coalesce(context_window, ''),
                coalesce(inference_geo, ''), coalesce(speed, ''), coalesce(claude_tag_category, ''),
                coalesce(claude_tag_user_id, ''), coalesce(slack_channel_id, '')
            )
        END AS bucket
    FROM result
),

-- Grouped by a dimension that is not read here, results of one file look alike: they are told apart, not lost.
numbered AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY file_id, bucket ORDER BY output_tokens DESC NULLS LAST, uncached_input_tokens DESC NULLS LAST, line
        ) AS position
    FROM named
)

SELECT
    any_time(starting_at) AS started_at,
    any_time(ending_at) AS ended_at,
    requests,
    'anthropic' AS provider_name,
    model AS response_model,
    'chat' AS operation_name,
    CASE WHEN speed = 'fast' THEN 'fast' END AS service_tier,
    nullif(inference_geo, 'not_available') AS region,
    anthropic_long_context(context_window) AS long_context,
    uncached_input_tokens + coalesce(cache_read_input_tokens, 0) + coalesce(cache_creation.ephemeral_5m_input_tokens, 0)
        + coalesce(cache_creation.ephemeral_1h_input_tokens, 0) AS input_tokens,
    cache_read_input_tokens,
    cache_creation.ephemeral_5m_input_tokens AS cache_creation_5m_input_tokens,
    cache_creation.ephemeral_1h_input_tokens AS cache_creation_1h_input_tokens,
    output_tokens,
    server_tool_use.web_search_requests AS web_search_requests,
    person AS user_id,
    stated([
        {'key': 'claude_tag_category', 'value': claude_tag_category},
        {'key': 'claude_tag_user_id', 'value': claude_tag_user_id},
        {'key': 'product', 'value': product},
        {'key': 'slack_channel_id', 'value': slack_channel_id}
    ]) AS tags,
    bucket || CASE WHEN position > 1 THEN '#' || position ELSE '' END AS dedup_key,
    coalesce(
        bad_time('starting_at', starting_at), bad_time('ending_at', ending_at),
        CASE
            WHEN rbac_group_id IS NOT NULL
            THEN 'rbac_group_id: the rows of teams overlap and cannot be added up. Download the report without this group.'
        END
    ) AS reject_reason,
    file_id,
    line
FROM numbered
