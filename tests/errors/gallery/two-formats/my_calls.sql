/* logcost
format   = "my.calls"
title    = "A format that takes what another of the same user takes"
docs     = "docs/formats-grammar.md"
reader   = "json_lines"
identify = ["input_tokens"]
[fields]
input_tokens = "int"
*/
SELECT file_id, line, input_tokens FROM source
