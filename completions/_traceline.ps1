
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
            [CompletionResult]::new('filter', 'filter', [CompletionResultType]::ParameterValue, 'Print the records of a trace, exactly as they were')
            [CompletionResult]::new('timeline', 'timeline', [CompletionResultType]::ParameterValue, 'Show what happened in a trace, and where the time went')
            [CompletionResult]::new('traces', 'traces', [CompletionResultType]::ParameterValue, 'List the traces of the logs: start, duration, spans, records, services, errors')
            [CompletionResult]::new('records', 'records', [CompletionResultType]::ParameterValue, 'Print every record in one shape: what was understood of each line')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'traceline;filter' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Print records of this trace; may be repeated')
            [CompletionResult]::new('--trace', '--trace', [CompletionResultType]::ParameterName, 'Print records of this trace; may be repeated')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Print records of the traces named in this file, one a line')
            [CompletionResult]::new('--file', '--file', [CompletionResultType]::ParameterName, 'Print records of the traces named in this file, one a line')
            [CompletionResult]::new('--span', '--span', [CompletionResultType]::ParameterName, 'Show only records of this span; may be repeated')
            [CompletionResult]::new('--severity', '--severity', [CompletionResultType]::ParameterName, 'Show only records of at least this severity: trace, debug, info, warn, error, fatal')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only records of this service; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only records at or after this time')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only records at or before this time')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Stop after this many matching records in each file')
            [CompletionResult]::new('--max-count', '--max-count', [CompletionResultType]::ParameterName, 'Stop after this many matching records in each file')
            [CompletionResult]::new('-A', '-A ', [CompletionResultType]::ParameterName, 'Print so many records after each match')
            [CompletionResult]::new('--after-context', '--after-context', [CompletionResultType]::ParameterName, 'Print so many records after each match')
            [CompletionResult]::new('-B', '-B ', [CompletionResultType]::ParameterName, 'Print so many records before each match')
            [CompletionResult]::new('--before-context', '--before-context', [CompletionResultType]::ParameterName, 'Print so many records before each match')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Print so many records before and after each match')
            [CompletionResult]::new('--context', '--context', [CompletionResultType]::ParameterName, 'Print so many records before and after each match')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print [default: raw; on a terminal, raw with control bytes escaped]')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]')
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
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Put the line number before each line')
            [CompletionResult]::new('--line-number', '--line-number', [CompletionResultType]::ParameterName, 'Put the line number before each line')
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'Put the file name before each line')
            [CompletionResult]::new('--with-filename', '--with-filename', [CompletionResultType]::ParameterName, 'Put the file name before each line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Do not put the file name before lines and counts')
            [CompletionResult]::new('--no-filename', '--no-filename', [CompletionResultType]::ParameterName, 'Do not put the file name before lines and counts')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Print in the order of time, across all files')
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
            [CompletionResult]::new('--max-rows', '--max-rows', [CompletionResultType]::ParameterName, 'Fold the least interesting spans so that a trace takes at most this many rows; 0: never')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort the traces [default: start]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--slowest', '--slowest', [CompletionResultType]::ParameterName, 'Show the N that took longest, longest first')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'Show only traces that took at least this long: 250ms, 1.5s, 2min')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only traces that this service took part in; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only what goes on at or after this time')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only what has begun by this time')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--chunk-size', '--chunk-size', [CompletionResultType]::ParameterName, 'Read in pieces of about this many bytes; the answer is the same for any')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Fit text to this many columns [default: the terminal''s]')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Show all traces')
            [CompletionResult]::new('--records', '--records', [CompletionResultType]::ParameterName, 'Show the log records within their spans')
            [CompletionResult]::new('--errors', '--errors', [CompletionResultType]::ParameterName, 'Show only traces with an error')
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
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort the traces [default: start]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most this many')
            [CompletionResult]::new('--slowest', '--slowest', [CompletionResultType]::ParameterName, 'Show the N that took longest, longest first')
            [CompletionResult]::new('--min-duration', '--min-duration', [CompletionResultType]::ParameterName, 'Show only traces that took at least this long: 250ms, 1.5s, 2min')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only traces that this service took part in; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only what goes on at or after this time')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only what has begun by this time')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--chunk-size', '--chunk-size', [CompletionResultType]::ParameterName, 'Read in pieces of about this many bytes; the answer is the same for any')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Fit text to this many columns [default: the terminal''s]')
            [CompletionResult]::new('--errors', '--errors', [CompletionResultType]::ParameterName, 'Show only traces with an error')
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
            [CompletionResult]::new('--span', '--span', [CompletionResultType]::ParameterName, 'Show only records of this span; may be repeated')
            [CompletionResult]::new('--severity', '--severity', [CompletionResultType]::ParameterName, 'Show only records of at least this severity: trace, debug, info, warn, error, fatal')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Show only records of this service; may be repeated')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Show only records at or after this time')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Show only records at or before this time')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Print at most this many records of each file')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Print at most this many records of each file')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--tz', '--tz', [CompletionResultType]::ParameterName, 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin')
            [CompletionResult]::new('--reference-date', '--reference-date', [CompletionResultType]::ParameterName, 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--threads', '--threads', [CompletionResultType]::ParameterName, 'Use this many threads [default: one per core]')
            [CompletionResult]::new('--chunk-size', '--chunk-size', [CompletionResultType]::ParameterName, 'Read in pieces of about this many bytes; the answer is the same for any')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected')
            [CompletionResult]::new('--width', '--width', [CompletionResultType]::ParameterName, 'Fit text to this many columns [default: the terminal''s]')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Print in the order of time, across all files')
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
            [CompletionResult]::new('filter', 'filter', [CompletionResultType]::ParameterValue, 'Print the records of a trace, exactly as they were')
            [CompletionResult]::new('timeline', 'timeline', [CompletionResultType]::ParameterValue, 'Show what happened in a trace, and where the time went')
            [CompletionResult]::new('traces', 'traces', [CompletionResultType]::ParameterValue, 'List the traces of the logs: start, duration, spans, records, services, errors')
            [CompletionResult]::new('records', 'records', [CompletionResultType]::ParameterValue, 'Print every record in one shape: what was understood of each line')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
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
