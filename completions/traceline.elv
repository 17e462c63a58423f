
use builtin;
use str;

set edit:completion:arg-completer[traceline] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'traceline'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'traceline'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand mint 'Print a new traceparent'
            cand decode 'Explain a traceparent or any other propagation value'
            cand child 'Print the context that a child span sends on'
            cand exec 'Run a command inside a span'
            cand stamp 'Put trace and span ids into lines that have none'
            cand filter 'Print the records of a trace, exactly as they were'
            cand timeline 'Show what happened in a trace, and where the time went'
            cand traces 'List the traces of the logs: start, duration, spans, records, services, errors'
            cand records 'Print every record in one shape: what was understood of each line'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'traceline;mint'= {
            cand --sample-rate 'Let the trace-id decide with this probability whether the trace is sampled, and tell others by `ot=th:…` in the tracestate'
            cand -n 'How many to print'
            cand --count 'How many to print'
            cand --trace-id 'Use this trace-id (any spelling) and draw only the span-id'
            cand --from 'Convert this value of any kind instead of starting a trace; what is lost is told on stderr'
            cand --tracestate 'Add a member to the tracestate; repeat for more, the first one stands left-most'
            cand --baggage 'Add a member to the baggage, percent-encoded where needed; repeat for more'
            cand --seed 'Draw ids from this number instead of the system''s randomness: the same ones every time, for tests only'
            cand --format 'In which form to print'
            cand --as 'For which tracing system'
            cand --level 'Edition of W3C Trace Context: 1 knows no random-trace-id flag'
            cand --sampled 'Set the sampled flag (the default)'
            cand --unsampled 'Leave the sampled flag unset'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;decode'= {
            cand --as 'Read every value as this kind'
            cand --headers 'Read standard input as the header lines of one message: what belongs together is read together, and a repeated traceparent is invalid'
            cand --format 'In which form to print'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --scan 'Take values out of any text, and tell where they stand'
            cand -q 'Print nothing: only the exit code tells'
            cand --quiet 'Print nothing: only the exit code tells'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;child'= {
            cand --traceparent 'Incoming traceparent; may be empty, and repeated as headers may be'
            cand --tracestate 'Incoming tracestate; repeat for several fields, which are one list'
            cand --baggage 'Incoming baggage; repeat for several fields, which are one list'
            cand --headers 'Read the header lines of the incoming message from standard input'
            cand --max-tracestate 'Cut the tracestate to this many characters, whole members at a time'
            cand --format 'In which form to print'
            cand --as 'For which tracing system'
            cand --level 'Edition of W3C Trace Context: 1 knows no random-trace-id flag'
            cand --strict 'Fail, with exit code 2, where anything came in that cannot be used, or no traceparent'
            cand --unsampled 'Leave the sampled flag of a new trace unset; a trace that goes on keeps its own'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;exec'= {
            cand --name 'What the span does [default: the command''s name]'
            cand --service 'The span''s service [default: OTEL_SERVICE_NAME]'
            cand --log 'Append a record when the command starts and one when it ends, which `timeline` reads'
            cand --trace-key 'Key of the trace id in JSON and logfmt lines'
            cand --span-key 'Key of the span id in JSON and logfmt lines'
            cand --stamp 'Put the ids into the lines that the command prints, as `stamp` does: its output is then no terminal'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;stamp'= {
            cand --traceparent 'Use the ids of this traceparent'
            cand --trace-key 'Key of the trace id in JSON and logfmt lines'
            cand --span-key 'Key of the span id in JSON and logfmt lines'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;filter'= {
            cand -t 'Print records of this trace; may be repeated'
            cand --trace 'Print records of this trace; may be repeated'
            cand -f 'Print records of the traces named in this file, one a line; - is standard input. Blank lines and those that begin with # are passed over'
            cand --file 'Print records of the traces named in this file, one a line; - is standard input. Blank lines and those that begin with # are passed over'
            cand --span 'Show only records of this span, by its id or the first 6 digits or more; may be repeated'
            cand --severity 'Show only records of at least this severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24 as in OpenTelemetry'
            cand --service 'Show only records of this service; may be repeated'
            cand --since 'Show only records at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago'
            cand --until 'Show only records at or before this time; written as for --since'
            cand --sample 'Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do'
            cand -m 'Stop after this many matching records in each file'
            cand --max-count 'Stop after this many matching records in each file'
            cand -A 'Print so many records after each match'
            cand --after-context 'Print so many records after each match'
            cand -B 'Print so many records before each match'
            cand --before-context 'Print so many records before each match'
            cand -C 'Print so many records before and after each match'
            cand --context 'Print so many records before and after each match'
            cand --format 'How to print [default: raw; on a terminal, raw with control bytes escaped]'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]'
            cand --pattern 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated'
            cand --id-key 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated'
            cand --link 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace'
            cand --config 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]'
            cand -j 'Use this many threads [default: one per core]'
            cand --threads 'Use this many threads [default: one per core]'
            cand --chunk-size 'Read in pieces of about this many bytes; the answer is the same for any'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --width 'Fit text to this many columns [default: the terminal''s]'
            cand -v 'Print the records that are not of the trace'
            cand --invert-match 'Print the records that are not of the trace'
            cand -c 'Print only how many records match, for each file'
            cand --count 'Print only how many records match, for each file'
            cand -l 'Print only the names of files with a match'
            cand --files-with-matches 'Print only the names of files with a match'
            cand -n 'Put the line number before each line, and the file''s name where there are several'
            cand --line-number 'Put the line number before each line, and the file''s name where there are several'
            cand -H 'Put the file name before each line'
            cand --with-filename 'Put the file name before each line'
            cand -h 'Do not put the file name before lines and counts'
            cand --no-filename 'Do not put the file name before lines and counts'
            cand --sort 'Print in the order of time, across all files'
            cand -F 'Go on as files grow, as with tail -F: also when they are cut short, or another file takes their name. Records of several files are printed as they come'
            cand --follow 'Go on as files grow, as with tail -F: also when they are cut short, or another file takes their name. Records of several files are printed as they come'
            cand --no-config 'Read no configuration'
            cand --ascii 'Draw with ASCII characters only'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;timeline'= {
            cand -t 'Show this trace; may be repeated'
            cand --trace 'Show this trace; may be repeated'
            cand --max-rows 'Fold the least interesting spans so that a trace takes at most this many rows; 0: never [default: 60; with --records: 0]'
            cand --format 'How to print'
            cand --sort 'Sort the traces [default: start]'
            cand -n 'Show at most this many'
            cand --limit 'Show at most this many'
            cand --slowest 'Show the N that took longest, longest first'
            cand --min-duration 'Show only traces that took at least this long: 250ms, 1.5s, 1h30m'
            cand --service 'Show only traces that this service took part in; may be repeated'
            cand --since 'Show only what goes on at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago'
            cand --until 'Show only what has begun by this time; written as for --since'
            cand --sample 'Show only this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]'
            cand --pattern 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated'
            cand --id-key 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated'
            cand --link 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace'
            cand --config 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]'
            cand -j 'Use this many threads [default: one per core]'
            cand --threads 'Use this many threads [default: one per core]'
            cand --chunk-size 'Read in pieces of about this many bytes; the answer is the same for any'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --width 'Fit text to this many columns [default: the terminal''s]'
            cand --all 'Show all traces'
            cand --records 'Show the log records within their spans'
            cand --adjust-clock 'Show times as if the clocks agreed, where calls show that they do not'
            cand --errors 'Show only traces with an error'
            cand --no-config 'Read no configuration'
            cand --ascii 'Draw with ASCII characters only'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;traces'= {
            cand -t 'List only this trace; may be repeated'
            cand --trace 'List only this trace; may be repeated'
            cand --format 'How to print'
            cand --sort 'Sort the traces [default: start]'
            cand -n 'Show at most this many'
            cand --limit 'Show at most this many'
            cand --slowest 'Show the N that took longest, longest first'
            cand --min-duration 'Show only traces that took at least this long: 250ms, 1.5s, 1h30m'
            cand --service 'Show only traces that this service took part in; may be repeated'
            cand --since 'Show only what goes on at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago'
            cand --until 'Show only what has begun by this time; written as for --since'
            cand --sample 'Show only this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]'
            cand --pattern 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated'
            cand --id-key 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated'
            cand --link 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace'
            cand --config 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]'
            cand -j 'Use this many threads [default: one per core]'
            cand --threads 'Use this many threads [default: one per core]'
            cand --chunk-size 'Read in pieces of about this many bytes; the answer is the same for any'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --width 'Fit text to this many columns [default: the terminal''s]'
            cand --errors 'Show only traces with an error'
            cand --no-config 'Read no configuration'
            cand --ascii 'Draw with ASCII characters only'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;records'= {
            cand --span 'Show only records of this span, by its id or the first 6 digits or more; may be repeated'
            cand --severity 'Show only records of at least this severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24 as in OpenTelemetry'
            cand --service 'Show only records of this service; may be repeated'
            cand --since 'Show only records at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago'
            cand --until 'Show only records at or before this time; written as for --since'
            cand --sample 'Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do'
            cand -n 'Print at most this many records of each file'
            cand --limit 'Print at most this many records of each file'
            cand --format 'How to print'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]'
            cand --pattern 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated'
            cand --id-key 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated'
            cand --link 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace'
            cand --config 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]'
            cand -j 'Use this many threads [default: one per core]'
            cand --threads 'Use this many threads [default: one per core]'
            cand --chunk-size 'Read in pieces of about this many bytes; the answer is the same for any'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --width 'Fit text to this many columns [default: the terminal''s]'
            cand --explain 'Say of each record which bytes gave what, and count the formats of each file'
            cand --sort 'Print in the order of time, across all files'
            cand -F 'Go on as files grow, as with tail -F'
            cand --follow 'Go on as files grow, as with tail -F'
            cand --no-config 'Read no configuration'
            cand --ascii 'Draw with ASCII characters only'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;completions'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;help'= {
            cand mint 'Print a new traceparent'
            cand decode 'Explain a traceparent or any other propagation value'
            cand child 'Print the context that a child span sends on'
            cand exec 'Run a command inside a span'
            cand stamp 'Put trace and span ids into lines that have none'
            cand filter 'Print the records of a trace, exactly as they were'
            cand timeline 'Show what happened in a trace, and where the time went'
            cand traces 'List the traces of the logs: start, duration, spans, records, services, errors'
            cand records 'Print every record in one shape: what was understood of each line'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'traceline;help;mint'= {
        }
        &'traceline;help;decode'= {
        }
        &'traceline;help;child'= {
        }
        &'traceline;help;exec'= {
        }
        &'traceline;help;stamp'= {
        }
        &'traceline;help;filter'= {
        }
        &'traceline;help;timeline'= {
        }
        &'traceline;help;traces'= {
        }
        &'traceline;help;records'= {
        }
        &'traceline;help;completions'= {
        }
        &'traceline;help;help'= {
        }
    ]
    $completions[$command]
}
