/* logcost
format        = "mooncake.trace"
title         = "Mooncake traces: token counts and hashed prefix blocks, JSON Lines"
reader        = "json_lines"
identify      = ["input_length", "hash_ids"]
keep          = ["input_length"]
scope         = "row"
grain         = "request"
docs          = "https://github.com/kvcache-ai/Mooncake/tree/main/FAST25-release/traces"
seen          = "2026-11"
note          = "The trace counts time from its own start: give --date to say on which day that was."
about         = """
Traces of real traffic as published with Mooncake and written by benchmarking tools: `timestamp` (milliseconds from the start),
`input_length`, `output_length` and `hash_ids`. They name no model, so nothing is priced; what a prompt cache could have served is
exact (`logcost caching --date ... --rule ...`).

- `hash_ids` are numbers of blocks whose prefix is part of their identity, so they serve as chained hashes as they are. A number means
  the same block only within one file.
- Blocks have 512 tokens; where their count shows that they have 16, that is taken.
- A `timestamp` that is a date (Unix milliseconds) is taken as one; else the day is that of `--date`, and without it the calls
  are undated and only counted.
"""

[fields]
timestamp = "float"
input_length = "int"
output_length = "int"
hash_ids = "int[]"
*/
-- One call a row. Block numbers of different files say nothing about each other: the file is made part of them.
SELECT
    CASE
        WHEN "timestamp" >= 100000000000 THEN any_time(("timestamp")::BIGINT)
        ELSE assumed_at + to_microseconds(("timestamp" * 1000)::BIGINT)
    END AS started_at,
    'chat' AS operation_name,
    input_length AS input_tokens,
    output_length AS output_tokens,
    list_transform(hash_ids, lambda id: file_id || ':' || id) AS prefix_hashes,
    CASE len(hash_ids)
        WHEN (input_length + 511) // 512 THEN [512::BIGINT]
        WHEN (input_length + 15) // 16 THEN [16::BIGINT]
    END AS prefix_block_tokens,
    CASE WHEN "timestamp" >= 100000000000 THEN bad_time('timestamp', ("timestamp")::BIGINT) END AS reject_reason,
    file_id,
    line
FROM source
