/* logcost
format        = "anthropic.analytics_user_usage"
title         = "Anthropic Enterprise analytics: usage report by person"
reader        = ["json_document", "json_lines"]
identify      = ["data.actor", "data.uncached_input_tokens"]
identify_none = ["object", "data.amount"]
records       = "data[]"
complete      = "has_more"
scope         = "file"
grain         = "bucket"
docs          = "https://support.claude.com/en/articles/13703965-claude-enterprise-analytics-api-reference-guide"
seen          = "2026-11"
about         = """
Pages of the per-person usage report of a Claude Enterprise organization (analytics API): one page a file, several pages as JSON
Lines or as an array.

- A row is one person's usage, of one time bucket when the report was asked for with `bucket_width`. Without it each row covers the
  whole range that was asked for and states no time: it is loaded as undated; `--date` gives it one.
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
[fields.data.actor]
user_id = "str"
email_address = "str"
[fields.data.cache_creation]
ephemeral_5m_input_tokens = "int"
ephemeral_1h_input_tokens = "int"
[fields.data.server_tool_use]
web_search_requests = "int"
*/
-- One result a row. Input excludes the cache: the parts are added up here.
WITH result AS (
    SELECT
        file_id,
        line,
        data.*,
        coalesce(data.actor.email_address, data.actor.user_id) AS person
    FROM source
)

SELECT * FROM anthropic_analytics('result', 'anthropic.analytics_user_usage')
