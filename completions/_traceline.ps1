
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'traceline' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'traceline'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'traceline' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('mint', 'mint', [CompletionResultType]::ParameterValue, 'Print a new traceparent')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain a traceparent or any other propagation value')
            [CompletionResult]::new('child', 'child', [CompletionResultType]::ParameterValue, 'Print the context that a child span sends on')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command inside a span')
            [CompletionResult]::new('stamp', 'stamp', [CompletionResultType]::ParameterValue, 'Put trace and span ids into lines that have none')
            [CompletionResult]::new('filter', 'filter', [CompletionResultType]::ParameterValue, 'Print the records of a trace, exactly as they were')
            [CompletionResult]::new('timeline', 'timeline', [CompletionResultType]::ParameterValue, 'Show what happened in a trace, and where the time went')
            [CompletionResult]::new('traces', 'traces', [CompletionResultType]::ParameterValue, 'List the traces of the logs: start, duration, spans, records, services, errors')
            [CompletionResult]::new('records', 'records', [CompletionResultType]::ParameterValue, 'Print every record in one shape: what was understood of each line')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'traceline;mint' {
            [CompletionResult]::new('--sample-rate', '--sample-rate', [CompletionResultType]::ParameterName, 'Let the trace-id decide with this probability whether the trace is sampled, and tell others by `ot=th:…` in the tracestate')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many to print')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'How many to print')
            [CompletionResult]::new('--trace-id', '--trace-id', [CompletionResultType]::ParameterName, 'Use this trace-id (any spelling) and draw only the span-id')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Convert this value of any kind instead of starting a trace; what is lost is told on stderr')
            [CompletionResult]::new('--tracestate', '--tracestate', [CompletionResultType]::ParameterName, 'Add a member to the tracestate; repeat for more, the first one stands left-most')
            [CompletionResult]::new('--baggage', '--baggage', [CompletionResultType]::ParameterName, 'Add a member to the baggage, percent-encoded where needed; repeat for more')
            [CompletionResult]::new('--seed', '--seed', [CompletionResultType]::ParameterName, 'Draw ids from this number instead of the system''s randomness: the same ones every time, for tests only')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'In which form to print')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'For which tracing system')
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'Edition of W3C Trace Context: 1 knows no random-trace-id flag')
            [CompletionResult]::new('--sampled', '--sampled', [CompletionResultType]::ParameterName, 'Set the sampled flag (the default)')
            [CompletionResult]::new('--unsampled', '--unsampled', [CompletionResultType]::ParameterName, 'Leave the sampled flag unset')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;decode' {
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Read every value as this kind')
            [CompletionResult]::new('--headers', '--headers', [CompletionResultType]::ParameterName, 'Read standard input as the header lines of one message: what belongs together is read together, and a repeated traceparent is invalid')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'In which form to print')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--scan', '--scan', [CompletionResultType]::ParameterName, 'Take values out of any text, and tell where they stand')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing: only the exit code tells')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing: only the exit code tells')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;child' {
            [CompletionResult]::new('--traceparent', '--traceparent', [CompletionResultType]::ParameterName, 'Incoming traceparent; may be empty, and repeated as headers may be')
            [CompletionResult]::new('--tracestate', '--tracestate', [CompletionResultType]::ParameterName, 'Incoming tracestate; repeat for several fields, which are one list')
            [CompletionResult]::new('--baggage', '--baggage', [CompletionResultType]::ParameterName, 'Incoming baggage; repeat for several fields, which are one list')
            [CompletionResult]::new('--headers', '--headers', [CompletionResultType]::ParameterName, 'Read the header lines of the incoming message from standard input')
            [CompletionResult]::new('--max-tracestate', '--max-tracestate', [CompletionResultType]::ParameterName, 'Cut the tracestate to this many characters, whole members at a time')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'In which form to print')
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'For which tracing system')
            [CompletionResult]::new('--level', '--level', [CompletionResultType]::ParameterName, 'Edition of W3C Trace Context: 1 knows no random-trace-id flag')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Fail, with exit code 2, where anything came in that cannot be used, or no traceparent')
            [CompletionResult]::new('--unsampled', '--unsampled', [CompletionResultType]::ParameterName, 'Leave the sampled flag of a new trace unset; a trace that goes on keeps its own')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;exec' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What the span does [default: the command''s name]')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The span''s service [default: OTEL_SERVICE_NAME]')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Append a record when the command starts and one when it ends, which `timeline` reads')
            [CompletionResult]::new('--trace-key', '--trace-key', [CompletionResultType]::ParameterName, 'Key of the trace id in JSON and logfmt lines')
            [CompletionResult]::new('--span-key', '--span-key', [CompletionResultType]::ParameterName, 'Key of the span id in JSON and logfmt lines')
            [CompletionResult]::new('--stamp', '--stamp', [CompletionResultType]::ParameterName, 'Put the ids into the lines that the command prints, as `stamp` does: its output is then no terminal')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;stamp' {
            [CompletionResult]::new('--traceparent', '--traceparent', [CompletionResultType]::ParameterName, 'Use the ids of this traceparent')
            [CompletionResult]::new('--trace-key', '--trace-key', [CompletionResultType]::ParameterName, 'Key of the trace id in JSON and logfmt lines')
            [CompletionResult]::new('--span-key', '--span-key', [CompletionResultType]::ParameterName, 'Key of the span id in JSON and logfmt lines')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;filter' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Print records of this trace; may be repeated')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Print records of this trace; may be repeated')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Print records of the traces named in this file, one a line; - is standard input. Blank lines and those that begin with # are passed over')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Print records of the traces named in this file, one a line; - is standard input. Blank lines and those that begin with # are passed over')
            [CompletionResult]::new('--span', '--span', [CompletionResultType]::ParameterName, 'Show only records of this span, by its id or the first 6 digits or more; may be repeated')
            [CompletionResult]::new('--severity', '--severity', [CompletionResultType]::ParameterName, 'Show only records of at least this severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24 as in OpenTelemetry')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only records of this service; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only records at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only records at or before this time; written as for --since')
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Stop after this many matching records in each file')
            [CompletionResult]::new('--max-count', '--max-count', [CompletionResultType]::ParameterName, 'Stop after this many matching records in each file')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Print so many records after each match')
            [CompletionResult]::new('--after-context', '--after-context', [CompletionResultType]::ParameterName, 'Print so many records after each match')
            [CompletionResult]::new('-B', '-B ', [CompletionResultType]::ParameterName, 'Print so many records before each match')
            [CompletionResult]::new('--before-context', '--before-context', [CompletionResultType]::ParameterName, 'Print so many records before each match')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Print so many records before and after each match')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Print so many records before and after each match')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print [default: raw; on a terminal, raw with control bytes escaped]')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]')
            [CompletionResult]::new('--pattern', '--pattern', [CompletionResultType]::ParameterName, 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated')
            [CompletionResult]::new('--id-key', '--id-key', [CompletionResultType]::ParameterName, 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--chunk-size', '--chunk-size', [CompletionResultType]::ParameterName, 'Read in pieces of about this many bytes; the answer is the same for any')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Fit text to this many columns [default: the terminal''s]')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print the records that are not of the trace')
            [CompletionResult]::new('--invert-match', '--invert-match', [CompletionResultType]::ParameterName, 'Print the records that are not of the trace')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Print only how many records match, for each file')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print only how many records match, for each file')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Print only the names of files with a match')
            [CompletionResult]::new('--files-with-matches', '--files-with-matches', [CompletionResultType]::ParameterName, 'Print only the names of files with a match')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Put the line number before each line, and the file''s name where there are several')
            [CompletionResult]::new('--line-number', '--line-number', [CompletionResultType]::ParameterName, 'Put the line number before each line, and the file''s name where there are several')
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'Put the file name before each line')
            [CompletionResult]::new('--with-filename', '--with-filename', [CompletionResultType]::ParameterName, 'Put the file name before each line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Do not put the file name before lines and counts')
            [CompletionResult]::new('--no-filename', '--no-filename', [CompletionResultType]::ParameterName, 'Do not put the file name before lines and counts')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Print in the order of time, across all files')
            [CompletionResult]::new('-F', '-F ', [CompletionResultType]::ParameterName, 'Go on as files grow, as with tail -F: also when they are cut short, or another file takes their name. Records of several files are printed as they come')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on as files grow, as with tail -F: also when they are cut short, or another file takes their name. Records of several files are printed as they come')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read no configuration')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;timeline' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Show this trace; may be repeated')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Show this trace; may be repeated')
            [CompletionResult]::new('--max-rows', '--max-rows', [CompletionResultType]::ParameterName, 'Fold the least interesting spans so that a trace takes at most this many rows; 0: never [default: 60; with --records: 0]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort the traces [default: start]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--slowest', '--slowest', [CompletionResultType]::ParameterName, 'Show the N that took longest, longest first')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'Show only traces that took at least this long: 250ms, 1.5s, 1h30m')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only traces that this service took part in; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only what goes on at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only what has begun by this time; written as for --since')
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'Show only this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]')
            [CompletionResult]::new('--pattern', '--pattern', [CompletionResultType]::ParameterName, 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated')
            [CompletionResult]::new('--id-key', '--id-key', [CompletionResultType]::ParameterName, 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--chunk-size', '--chunk-size', [CompletionResultType]::ParameterName, 'Read in pieces of about this many bytes; the answer is the same for any')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Fit text to this many columns [default: the terminal''s]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Show all traces')
            [CompletionResult]::new('--records', '--records', [CompletionResultType]::ParameterName, 'Show the log records within their spans')
            [CompletionResult]::new('--adjust-clock', '--adjust-clock', [CompletionResultType]::ParameterName, 'Show times as if the clocks agreed, where calls show that they do not')
            [CompletionResult]::new('--errors', '--errors', [CompletionResultType]::ParameterName, 'Show only traces with an error')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read no configuration')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;traces' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'List only this trace; may be repeated')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'List only this trace; may be repeated')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort the traces [default: start]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--slowest', '--slowest', [CompletionResultType]::ParameterName, 'Show the N that took longest, longest first')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'Show only traces that took at least this long: 250ms, 1.5s, 1h30m')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only traces that this service took part in; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only what goes on at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only what has begun by this time; written as for --since')
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'Show only this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]')
            [CompletionResult]::new('--pattern', '--pattern', [CompletionResultType]::ParameterName, 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated')
            [CompletionResult]::new('--id-key', '--id-key', [CompletionResultType]::ParameterName, 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--chunk-size', '--chunk-size', [CompletionResultType]::ParameterName, 'Read in pieces of about this many bytes; the answer is the same for any')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Fit text to this many columns [default: the terminal''s]')
            [CompletionResult]::new('--errors', '--errors', [CompletionResultType]::ParameterName, 'Show only traces with an error')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read no configuration')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;records' {
            [CompletionResult]::new('--span', '--span', [CompletionResultType]::ParameterName, 'Show only records of this span, by its id or the first 6 digits or more; may be repeated')
            [CompletionResult]::new('--severity', '--severity', [CompletionResultType]::ParameterName, 'Show only records of at least this severity: trace, debug, info, warn, error, fatal, or a number from 1 to 24 as in OpenTelemetry')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only records of this service; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only records at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only records at or before this time; written as for --since')
            [CompletionResult]::new('--sample', '--sample', [CompletionResultType]::ParameterName, 'Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as samplers do')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Print at most this many records of each file')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Print at most this many records of each file')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin [default: UTC]')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date, those of --since and --until too [default: each file''s modification date; now]')
            [CompletionResult]::new('--pattern', '--pattern', [CompletionResultType]::ParameterName, 'Read lines that match this regular expression by its named groups: timestamp, trace_id, span_id, parent_span_id, severity, service, body; may be repeated')
            [CompletionResult]::new('--id-key', '--id-key', [CompletionResultType]::ParameterName, 'Take this field for a trace id where a record has no other, whatever its value looks like: request_id; may be repeated')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'Add records without a trace id to the trace of the records that have the same value in this field, if that is one trace; may be repeated. Reads the input twice for a named trace')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if it is there]')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--chunk-size', '--chunk-size', [CompletionResultType]::ParameterName, 'Read in pieces of about this many bytes; the answer is the same for any')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Fit text to this many columns [default: the terminal''s]')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say of each record which bytes gave what, and count the formats of each file')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Print in the order of time, across all files')
            [CompletionResult]::new('-F', '-F ', [CompletionResultType]::ParameterName, 'Go on as files grow, as with tail -F')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on as files grow, as with tail -F')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Read no configuration')
            [CompletionResult]::new('--ascii', '--ascii', [CompletionResultType]::ParameterName, 'Draw with ASCII characters only')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing on stderr but errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'traceline;help' {
            [CompletionResult]::new('mint', 'mint', [CompletionResultType]::ParameterValue, 'Print a new traceparent')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Explain a traceparent or any other propagation value')
            [CompletionResult]::new('child', 'child', [CompletionResultType]::ParameterValue, 'Print the context that a child span sends on')
            [CompletionResult]::new('exec', 'exec', [CompletionResultType]::ParameterValue, 'Run a command inside a span')
            [CompletionResult]::new('stamp', 'stamp', [CompletionResultType]::ParameterValue, 'Put trace and span ids into lines that have none')
            [CompletionResult]::new('filter', 'filter', [CompletionResultType]::ParameterValue, 'Print the records of a trace, exactly as they were')
            [CompletionResult]::new('timeline', 'timeline', [CompletionResultType]::ParameterValue, 'Show what happened in a trace, and where the time went')
            [CompletionResult]::new('traces', 'traces', [CompletionResultType]::ParameterValue, 'List the traces of the logs: start, duration, spans, records, services, errors')
            [CompletionResult]::new('records', 'records', [CompletionResultType]::ParameterValue, 'Print every record in one shape: what was understood of each line')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'traceline;help;mint' {
            break
        }
        'traceline;help;decode' {
            break
        }
        'traceline;help;child' {
            break
        }
        'traceline;help;exec' {
            break
        }
        'traceline;help;stamp' {
            break
        }
        'traceline;help;filter' {
            break
        }
        'traceline;help;timeline' {
            break
        }
        'traceline;help;traces' {
            break
        }
        'traceline;help;records' {
            break
        }
        'traceline;help;completions' {
            break
        }
        'traceline;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
