# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_traceline_global_optspecs
    string join \n h/help V/version
end

function __fish_traceline_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_traceline_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_traceline_using_subcommand
    set -l cmd (__fish_traceline_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c traceline -n "__fish_traceline_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_needs_command" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "mint" -d 'Print a new traceparent'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "decode" -d 'Explain a traceparent or any other propagation value'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "child" -d 'Print the context that a child span sends on'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "exec" -d 'Run a command inside a span'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "stamp" -d 'Put trace and span ids into lines that have none'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "filter" -d 'Print the records of a trace, exactly as they were'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "timeline" -d 'Show what happened in a trace, and where the time went'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "traces" -d 'List the traces of the logs: start, duration, spans, records, services, errors'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "records" -d 'Print every record in one shape: what was understood of each line'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c traceline -n "__fish_traceline_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l sample-rate -d 'Let the trace-id decide with this probability whether the trace is sampled, and tell others by `ot=th:…` in the tracestate' -r
complete -c traceline -n "__fish_traceline_using_subcommand mint" -s n -l count -d 'How many to print' -r
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l trace-id -d 'Use this trace-id (any spelling) and draw only the span-id' -r
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l from -d 'Convert this value of any kind instead of starting a trace; what is lost is told on stderr' -r
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l tracestate -d 'Add a member to the tracestate; repeat for more, the first one stands left-most' -r
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l baggage -d 'Add a member to the baggage, percent-encoded where needed; repeat for more' -r
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l seed -d 'Draw ids from this number instead of the system\'s randomness: the same ones every time, for tests only' -r
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l format -d 'In which form to print' -r -f -a "value\t'The value alone'
header\t'Header lines: `curl -H @-` reads them'
env\t'Environment variables: `export $(traceline … --format env)`'
json\t'One JSON object a line'
curl\t'Options to paste behind `curl`'"
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l as -d 'For which tracing system' -r -f -a "w3c\t''
b3\t''
b3-multi\t''
jaeger\t''
xray\t''
datadog\t''
gcp\t''
sentry\t''"
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l level -d 'Edition of W3C Trace Context: 1 knows no random-trace-id flag' -r -f -a "1\t''
2\t''"
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l sampled -d 'Set the sampled flag (the default)'
complete -c traceline -n "__fish_traceline_using_subcommand mint" -l unsampled -d 'Leave the sampled flag unset'
complete -c traceline -n "__fish_traceline_using_subcommand mint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand mint" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand decode" -l as -d 'Read every value as this kind' -r -f -a "traceparent\t''
tracestate\t''
baggage\t''
b3\t''
uber-trace-id\t''
xray\t''
datadog\t''
gcp\t''
sentry\t''"
complete -c traceline -n "__fish_traceline_using_subcommand decode" -l headers -d 'Read standard input as the header lines of one message: what belongs together is read together, and a repeated traceparent is invalid' -r -f -a "-\t''"
complete -c traceline -n "__fish_traceline_using_subcommand decode" -l format -d 'In which form to print' -r -f -a "text\t'For people'
json\t'One object a line'"
complete -c traceline -n "__fish_traceline_using_subcommand decode" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected' -r -f -a "auto\t'On a terminal that shows them'
always\t'Always'
never\t'Never'"
complete -c traceline -n "__fish_traceline_using_subcommand decode" -l scan -d 'Take values out of any text, and tell where they stand'
complete -c traceline -n "__fish_traceline_using_subcommand decode" -s q -l quiet -d 'Print nothing: only the exit code tells'
complete -c traceline -n "__fish_traceline_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand decode" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand child" -l traceparent -d 'Incoming traceparent; may be empty, and repeated as headers may be' -r
complete -c traceline -n "__fish_traceline_using_subcommand child" -l tracestate -d 'Incoming tracestate; repeat for several fields, which are one list' -r
complete -c traceline -n "__fish_traceline_using_subcommand child" -l baggage -d 'Incoming baggage; repeat for several fields, which are one list' -r
complete -c traceline -n "__fish_traceline_using_subcommand child" -l headers -d 'Read the header lines of the incoming message from standard input' -r -f -a "-\t''"
complete -c traceline -n "__fish_traceline_using_subcommand child" -l max-tracestate -d 'Cut the tracestate to this many characters, whole members at a time' -r
complete -c traceline -n "__fish_traceline_using_subcommand child" -l format -d 'In which form to print' -r -f -a "value\t'The value alone'
header\t'Header lines: `curl -H @-` reads them'
env\t'Environment variables: `export $(traceline … --format env)`'
json\t'One JSON object a line'
curl\t'Options to paste behind `curl`'"
complete -c traceline -n "__fish_traceline_using_subcommand child" -l as -d 'For which tracing system' -r -f -a "w3c\t''
b3\t''
b3-multi\t''
jaeger\t''
xray\t''
datadog\t''
gcp\t''
sentry\t''"
complete -c traceline -n "__fish_traceline_using_subcommand child" -l level -d 'Edition of W3C Trace Context: 1 knows no random-trace-id flag' -r -f -a "1\t''
2\t''"
complete -c traceline -n "__fish_traceline_using_subcommand child" -l strict -d 'Fail, with exit code 2, where anything came in that cannot be used, or no traceparent'
complete -c traceline -n "__fish_traceline_using_subcommand child" -l unsampled -d 'Leave the sampled flag of a new trace unset; a trace that goes on keeps its own'
complete -c traceline -n "__fish_traceline_using_subcommand child" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand child" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand exec" -l name -d 'What the span does [default: the command\'s name]' -r
complete -c traceline -n "__fish_traceline_using_subcommand exec" -l service -d 'The span\'s service [default: OTEL_SERVICE_NAME]' -r
complete -c traceline -n "__fish_traceline_using_subcommand exec" -l log -d 'Append a record when the command starts and one when it ends, which `timeline` reads' -r -F
complete -c traceline -n "__fish_traceline_using_subcommand exec" -l trace-key -d 'Key of the trace id in JSON and logfmt lines' -r
complete -c traceline -n "__fish_traceline_using_subcommand exec" -l span-key -d 'Key of the span id in JSON and logfmt lines' -r
complete -c traceline -n "__fish_traceline_using_subcommand exec" -l stamp -d 'Put the ids into the lines that the command prints, as `stamp` does: its output is then no terminal'
complete -c traceline -n "__fish_traceline_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand exec" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand stamp" -l traceparent -d 'Use the ids of this traceparent' -r
complete -c traceline -n "__fish_traceline_using_subcommand stamp" -l trace-key -d 'Key of the trace id in JSON and logfmt lines' -r
complete -c traceline -n "__fish_traceline_using_subcommand stamp" -l span-key -d 'Key of the span id in JSON and logfmt lines' -r
complete -c traceline -n "__fish_traceline_using_subcommand stamp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand stamp" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s t -l trace -d 'Print records of this trace; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s f -l file -d 'Print records of the traces named in this file, one a line; - is standard input. Blank lines and those that begin with # are passed over' -r -F
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l span -d 'Show only records of this span, by its id or the first 6 digits or more; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l severity -d 'Show only records of at least this severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24 as in OpenTelemetry' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l service -d 'Show only records of this service; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l since -d 'Show only records at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l until -d 'Show only records at or before this time; written as for --since' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l sample -d 'Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s m -l max-count -d 'Stop after this many matching records in each file' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s A -l after-context -d 'Print so many records after each match' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s B -l before-context -d 'Print so many records before each match' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s C -l context -d 'Print so many records before and after each match' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l format -d 'How to print [default: raw; on a terminal, raw with control bytes escaped]' -r -f -a "raw\t'As they were'
text\t'One line a record, for people'
json\t'One JSON object a line'"
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l tz -d 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l reference-date -d 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file\'s modification date; now]' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l pattern -d 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l id-key -d 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l link -d 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l config -d 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]' -r -F
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s j -l threads -d 'Use this many threads [default: one per core]' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l chunk-size -d 'Read in pieces of about this many bytes; the answer is the same for any' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected' -r -f -a "auto\t'On a terminal that shows them'
always\t'Always'
never\t'Never'"
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l width -d 'Fit text to this many columns [default: the terminal\'s]' -r
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s v -l invert-match -d 'Print the records that are not of the trace'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s c -l count -d 'Print only how many records match, for each file'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s l -l files-with-matches -d 'Print only the names of files with a match'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s n -l line-number -d 'Put the line number before each line, and the file\'s name where there are several'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s H -l with-filename -d 'Put the file name before each line'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s h -l no-filename -d 'Do not put the file name before lines and counts'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l sort -d 'Print in the order of time, across all files'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s F -l follow -d 'Go on as files grow, as with tail -F: also when they are cut short, or another file takes their name. Records of several files are printed as they come'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l no-config -d 'Read no configuration'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l ascii -d 'Draw with ASCII characters only'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -l help -d 'Print help'
complete -c traceline -n "__fish_traceline_using_subcommand filter" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -s t -l trace -d 'Show this trace; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l max-rows -d 'Fold the least interesting spans so that a trace takes at most this many rows; 0: never [default: 60; with --records: 0]' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l format -d 'How to print' -r -f -a "text\t'A picture for people'
json\t'One JSON object a line'"
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l sort -d 'Sort the traces [default: start]' -r -f -a "start\t'Earliest first'
duration\t'Longest first'
spans\t'Most spans first'
records\t'Most records first'
errors\t'Most errors first'"
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -s n -l limit -d 'Show at most this many' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l slowest -d 'Show the N that took longest, longest first' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l min-duration -d 'Show only traces that took at least this long: 250ms, 1.5s, 1h30m' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l service -d 'Show only traces that this service took part in; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l since -d 'Show only what goes on at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l until -d 'Show only what has begun by this time; written as for --since' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l sample -d 'Show only this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l tz -d 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l reference-date -d 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file\'s modification date; now]' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l pattern -d 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l id-key -d 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l link -d 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l config -d 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]' -r -F
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -s j -l threads -d 'Use this many threads [default: one per core]' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l chunk-size -d 'Read in pieces of about this many bytes; the answer is the same for any' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected' -r -f -a "auto\t'On a terminal that shows them'
always\t'Always'
never\t'Never'"
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l width -d 'Fit text to this many columns [default: the terminal\'s]' -r
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l all -d 'Show all traces'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l records -d 'Show the log records within their spans'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l adjust-clock -d 'Show times as if the clocks agreed, where calls show that they do not'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l errors -d 'Show only traces with an error'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l no-config -d 'Read no configuration'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -l ascii -d 'Draw with ASCII characters only'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand timeline" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand traces" -s t -l trace -d 'List only this trace; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l format -d 'How to print' -r -f -a "text\t'A table for people'
json\t'One JSON object a line'
csv\t'Comma-separated, with a header'"
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l sort -d 'Sort the traces [default: start]' -r -f -a "start\t'Earliest first'
duration\t'Longest first'
spans\t'Most spans first'
records\t'Most records first'
errors\t'Most errors first'"
complete -c traceline -n "__fish_traceline_using_subcommand traces" -s n -l limit -d 'Show at most this many' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l slowest -d 'Show the N that took longest, longest first' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l min-duration -d 'Show only traces that took at least this long: 250ms, 1.5s, 1h30m' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l service -d 'Show only traces that this service took part in; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l since -d 'Show only what goes on at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l until -d 'Show only what has begun by this time; written as for --since' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l sample -d 'Show only this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l tz -d 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l reference-date -d 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file\'s modification date; now]' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l pattern -d 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l id-key -d 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l link -d 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l config -d 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]' -r -F
complete -c traceline -n "__fish_traceline_using_subcommand traces" -s j -l threads -d 'Use this many threads [default: one per core]' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l chunk-size -d 'Read in pieces of about this many bytes; the answer is the same for any' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected' -r -f -a "auto\t'On a terminal that shows them'
always\t'Always'
never\t'Never'"
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l width -d 'Fit text to this many columns [default: the terminal\'s]' -r
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l errors -d 'Show only traces with an error'
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l no-config -d 'Read no configuration'
complete -c traceline -n "__fish_traceline_using_subcommand traces" -l ascii -d 'Draw with ASCII characters only'
complete -c traceline -n "__fish_traceline_using_subcommand traces" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c traceline -n "__fish_traceline_using_subcommand traces" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand traces" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand records" -l span -d 'Show only records of this span, by its id or the first 6 digits or more; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l severity -d 'Show only records of at least this severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24 as in OpenTelemetry' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l service -d 'Show only records of this service; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l since -d 'Show only records at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l until -d 'Show only records at or before this time; written as for --since' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l sample -d 'Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -s n -l limit -d 'Print at most this many records of each file' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l format -d 'How to print' -r -f -a "raw\t'As they were'
text\t'One line a record, for people'
json\t'One JSON object a line'"
complete -c traceline -n "__fish_traceline_using_subcommand records" -l tz -d 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l reference-date -d 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file\'s modification date; now]' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l pattern -d 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l id-key -d 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l link -d 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l config -d 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]' -r -F
complete -c traceline -n "__fish_traceline_using_subcommand records" -s j -l threads -d 'Use this many threads [default: one per core]' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l chunk-size -d 'Read in pieces of about this many bytes; the answer is the same for any' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l color -d 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected' -r -f -a "auto\t'On a terminal that shows them'
always\t'Always'
never\t'Never'"
complete -c traceline -n "__fish_traceline_using_subcommand records" -l width -d 'Fit text to this many columns [default: the terminal\'s]' -r
complete -c traceline -n "__fish_traceline_using_subcommand records" -l explain -d 'Say of each record which bytes gave what, and count the formats of each file'
complete -c traceline -n "__fish_traceline_using_subcommand records" -l sort -d 'Print in the order of time, across all files'
complete -c traceline -n "__fish_traceline_using_subcommand records" -s F -l follow -d 'Go on as files grow, as with tail -F'
complete -c traceline -n "__fish_traceline_using_subcommand records" -l no-config -d 'Read no configuration'
complete -c traceline -n "__fish_traceline_using_subcommand records" -l ascii -d 'Draw with ASCII characters only'
complete -c traceline -n "__fish_traceline_using_subcommand records" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c traceline -n "__fish_traceline_using_subcommand records" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand records" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c traceline -n "__fish_traceline_using_subcommand completions" -s V -l version -d 'Print version'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "mint" -d 'Print a new traceparent'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "decode" -d 'Explain a traceparent or any other propagation value'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "child" -d 'Print the context that a child span sends on'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "exec" -d 'Run a command inside a span'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "stamp" -d 'Put trace and span ids into lines that have none'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "filter" -d 'Print the records of a trace, exactly as they were'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "timeline" -d 'Show what happened in a trace, and where the time went'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "traces" -d 'List the traces of the logs: start, duration, spans, records, services, errors'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "records" -d 'Print every record in one shape: what was understood of each line'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c traceline -n "__fish_traceline_using_subcommand help; and not __fish_seen_subcommand_from mint decode child exec stamp filter timeline traces records completions help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
