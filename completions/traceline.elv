
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
            cand filter 'Print the records of a trace, exactly as they were'
            cand timeline 'Show what happened in a trace, and where the time went'
            cand traces 'List the traces of the logs: start, duration, spans, records, services, errors'
            cand records 'Print every record in one shape: what was understood of each line'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'traceline;filter'= {
            cand -t 'Print records of this trace; may be repeated'
            cand --trace 'Print records of this trace; may be repeated'
            cand -f 'Print records of the traces named in this file, one a line'
            cand --file 'Print records of the traces named in this file, one a line'
            cand --span 'Show only records of this span; may be repeated'
            cand --severity 'Show only records of at least this severity: trace, debug, info, warn, error, fatal'
            cand --service 'Show only records of this service; may be repeated'
            cand --since 'Show only records at or after this time'
            cand --until 'Show only records at or before this time'
            cand -m 'Stop after this many matching records in each file'
            cand --max-count 'Stop after this many matching records in each file'
            cand -A 'Print so many records after each match'
            cand --after-context 'Print so many records after each match'
            cand -B 'Print so many records before each match'
            cand --before-context 'Print so many records before each match'
            cand -C 'Print so many records before and after each match'
            cand --context 'Print so many records before and after each match'
            cand --format 'How to print [default: raw; on a terminal, raw with control bytes escaped]'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]'
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
            cand -n 'Put the line number before each line'
            cand --line-number 'Put the line number before each line'
            cand -H 'Put the file name before each line'
            cand --with-filename 'Put the file name before each line'
            cand -h 'Do not put the file name before lines and counts'
            cand --no-filename 'Do not put the file name before lines and counts'
            cand --sort 'Print in the order of time, across all files'
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
            cand --max-rows 'Fold the least interesting spans so that a trace takes at most this many rows; 0: never'
            cand --format 'How to print'
            cand --sort 'Sort the traces [default: start]'
            cand -n 'Show at most this many'
            cand --limit 'Show at most this many'
            cand --slowest 'Show the N that took longest, longest first'
            cand --min-duration 'Show only traces that took at least this long: 250ms, 1.5s, 2min'
            cand --service 'Show only traces that this service took part in; may be repeated'
            cand --since 'Show only what goes on at or after this time'
            cand --until 'Show only what has begun by this time'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]'
            cand -j 'Use this many threads [default: one per core]'
            cand --threads 'Use this many threads [default: one per core]'
            cand --chunk-size 'Read in pieces of about this many bytes; the answer is the same for any'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --width 'Fit text to this many columns [default: the terminal''s]'
            cand --all 'Show all traces'
            cand --records 'Show the log records within their spans'
            cand --errors 'Show only traces with an error'
            cand --ascii 'Draw with ASCII characters only'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;traces'= {
            cand --format 'How to print'
            cand --sort 'Sort the traces [default: start]'
            cand -n 'Show at most this many'
            cand --limit 'Show at most this many'
            cand --slowest 'Show the N that took longest, longest first'
            cand --min-duration 'Show only traces that took at least this long: 250ms, 1.5s, 2min'
            cand --service 'Show only traces that this service took part in; may be repeated'
            cand --since 'Show only what goes on at or after this time'
            cand --until 'Show only what has begun by this time'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]'
            cand -j 'Use this many threads [default: one per core]'
            cand --threads 'Use this many threads [default: one per core]'
            cand --chunk-size 'Read in pieces of about this many bytes; the answer is the same for any'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --width 'Fit text to this many columns [default: the terminal''s]'
            cand --errors 'Show only traces with an error'
            cand --ascii 'Draw with ASCII characters only'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'traceline;records'= {
            cand --span 'Show only records of this span; may be repeated'
            cand --severity 'Show only records of at least this severity: trace, debug, info, warn, error, fatal'
            cand --service 'Show only records of this service; may be repeated'
            cand --since 'Show only records at or after this time'
            cand --until 'Show only records at or before this time'
            cand -n 'Print at most this many records of each file'
            cand --limit 'Print at most this many records of each file'
            cand --format 'How to print'
            cand --tz 'Read times without a zone as of this zone, and show times in it: UTC, local, an offset such as +02:00, or a name such as Europe/Berlin'
            cand --reference-date 'Complete times without a year or a date so that none lies after this date [default: each file''s modification date]'
            cand -j 'Use this many threads [default: one per core]'
            cand --threads 'Use this many threads [default: one per core]'
            cand --chunk-size 'Read in pieces of about this many bytes; the answer is the same for any'
            cand --color 'When to use colours; NO_COLOR and CLICOLOR_FORCE are respected'
            cand --width 'Fit text to this many columns [default: the terminal''s]'
            cand --sort 'Print in the order of time, across all files'
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
            cand filter 'Print the records of a trace, exactly as they were'
            cand timeline 'Show what happened in a trace, and where the time went'
            cand traces 'List the traces of the logs: start, duration, spans, records, services, errors'
            cand records 'Print every record in one shape: what was understood of each line'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
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
