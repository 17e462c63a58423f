//! Whole pictures, compared as they are read; and what has to hold for every picture.

#![allow(clippy::unwrap_used)]

use super::tree::{Item, rows};
use super::write_timeline;
use crate::analysis::Timeline;
use crate::render::{
    Options, Style,
    escape::width,
    sample::{
        Files, checkout, deep, hostile, long_name, many_queries, span, timeline, without_spans,
        without_times,
    },
    style::Glyphs,
};
use snapbox::{IntoData, assert_data_eq, str};

fn drawn(timeline: &Timeline, style: Style, options: Options) -> String {
    let mut out = Vec::new();
    write_timeline(&mut out, &style, options, &Files, timeline).unwrap();
    String::from_utf8(out).unwrap()
}

fn at_width(width: usize) -> Style {
    Style { width: Some(width), ..Style::default() }
}

#[test]
fn a_failed_checkout_on_eighty_columns() {
    assert_data_eq!(
        drawn(&checkout(), at_width(80), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  ✗ error  1.282 s
2026-11-22 10:30:45.120 UTC  8 services, 8 spans, 13 records, 3 errors

✗ first error in bank POST /authorize
   +1.236 s  ERROR  authorization declined code=91 issuer unavaila…  bank.log:88
62 % of the critical path (790 ms) in payment charge, silent for 766 ms between
    +241 ms  INFO   charging card attempt=1                      payment.log:120
   +1.007 s  WARN   connection pool exhausted, waited 766ms      payment.log:121

                             ╷0          ╷500 ms      ╷1 s      duration    self
gateway    GET /checkout   ✗ ▋──────────────────────────────▕█   1.282 s   79 ms
├╴cart     load cart         ▐▐▏                                   61 ms   49 ms
│ └~redis? GET cart:627       ▍                                    12 ms   12 ms
├╴pricing  quote               ▐█▋                                 92 ms   92 ms
└╴payment  charge          ✗      ─▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒──────     1.05 s  790 ms
  ├╴fraud  score                  ▉                                31 ms   31 ms
  └~bank   POST /authorize ✗                          ▕█████▉     229 ms  229 ms
?          span 01234567                                     ─         –
└╴mailer   send apology                                      ▒     20 ms   20 ms

critical path  cart 31 ms → pricing 92 ms → fraud 31 ms → payment 781 ms →
               bank 229 ms → gateway 42 ms (+ 76 ms in 7 short steps)

service   operation             self  share
payment   charge              790 ms   61 %  █████████████████████▎
bank      POST /authorize     229 ms   18 %  ██████▏
pricing   quote                92 ms    7 %  ██▌
gateway   GET /checkout        79 ms    6 %  ██▏
cart      load cart            49 ms    4 %  █▍
fraud     score                31 ms    2 %  ▉
… 2 more                       32 ms    2 %  ▉

longest silences
          766 ms  payment  charging car… → connection po…  payment.log:120 → 121
  49 ms of 61 ms  cart     loading cart → cart loaded it…       cart.log:40 → 41
40 ms of 1.243 s  gateway  checkout sta… → GET /checkout…    gateway.log:12 → 13

─ waits for spans below   ▒ first to last log line   └~ parent guessed
redis? service guessed   ? named but never logged
note: 1 span named but never logged: 0123456789abcdef (by 2 records)
note: clock of bank 4 ms ahead of payment (1 call shows it), not adjusted

"#]]
        .raw()
    );
}

#[test]
fn sixty_columns_lose_parts_of_names() {
    assert_data_eq!(
        drawn(&checkout(), at_width(60), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  ✗ error  1.282 s
2026-11-22 10:30:45.120 UTC
8 services, 8 spans, 13 records, 3 errors

✗ first error in bank POST /authorize
   +1.236 s  ERROR  authorization declined cod…  bank.log:88
62 % of the critical path (790 ms) in payment charge, silent
  for 766 ms between
    +241 ms  INFO   charging card attempt=1  payment.log:120
   +1.007 s  WARN   connection pool exhaus…  payment.log:121

                          ╷0          ╷1 s  duration    self
gateway    GET /checko… ✗ ▎▏─────────────▐   1.282 s   79 ms
├╴cart     load cart      ▐                    61 ms   49 ms
│ └~redis? GET cart:627   ▕                    12 ms   12 ms
├╴pricing  quote           █▎                  92 ms   92 ms
└╴payment  charge       ✗   ─▒▒▒▒▒▒▒▒▒▒──╴    1.05 s  790 ms
  ├╴fraud  score            ▐                  31 ms   31 ms
  └~bank   POST /autho… ✗             ▐██▍    229 ms  229 ms
?          span 012345…                  ╶         –
└╴mailer   send apology                  │     20 ms   20 ms

critical path  cart 31 ms → pricing 92 ms → fraud 31 ms →
               payment 781 ms → bank 229 ms →
               gateway 42 ms (+ 76 ms in 7 short steps)

service   operation             self  share
payment   charge              790 ms   61 %  █████████▏
bank      POST /authorize     229 ms   18 %  ██▋
pricing   quote                92 ms    7 %  █
gateway   GET /checkout        79 ms    6 %  ▉
cart      load cart            49 ms    4 %  ▋
fraud     score                31 ms    2 %  ▍
… 2 more                       32 ms    2 %  ▍

longest silences
   766 ms  payment  chargi… → connect…  …yment.log:120 → 121
    49 ms  cart     loadin… → cart lo…      cart.log:40 → 41
    40 ms  gateway  checko… → GET /ch…   gateway.log:12 → 13

─ waits for spans below   ▒ first to last log line
└~ parent guessed   redis? service guessed
? named but never logged
note: 1 span named but never logged: 0123456789abcdef (by 2
      records)
note: clock of bank 4 ms ahead of payment (1 call shows it),
      not adjusted

"#]]
        .raw()
    );
}

#[test]
fn forty_columns_keep_services_bars_and_durations() {
    assert_data_eq!(
        drawn(&checkout(), at_width(40), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736
✗ error  1.282 s
2026-11-22 10:30:45.120 UTC
8 services, 8 spans, 13 records, 3 erro…

✗ first error in bank POST /authorize
   +1.236 s  ✗ authorization declined c…
62 % of the critical path (790 ms) in
  payment charge, silent for 766 ms
  between
    +241 ms  charging card attempt=1
   +1.007 s  connection pool exhausted,…

             ╷0           ╷1 s  duration
gateway    ✗ ▎───────────────▐   1.282 s
├╴cart       ▐▏                    61 ms
│ └~redis?   ▕                     12 ms
├╴pricing     ▐▍                   92 ms
└╴payment  ✗   ╶▒▒▒▒▒▒▒▒▒▒▒──╴    1.05 s
  ├╴fraud      ▐                   31 ms
  └~bank   ✗              ▐██▍    229 ms
?                            ╶         –
└╴mailer                     │     20 ms

critical path  cart 31 ms →
  pricing 92 ms → fraud 31 ms →
  payment 781 ms → bank 229 ms →
  gateway 42 ms (+ 76 ms in 7 short ste…

service        self  share
payment      790 ms   61 %  ███████▎
bank         229 ms   18 %  ██▏
pricing       92 ms    7 %  ▉
gateway       79 ms    6 %  ▊
cart          49 ms    4 %  ▌
fraud         31 ms    2 %  ▎
… 2 more      32 ms    2 %  ▎

longest silences
   766 ms  payment            …120 → 121
    49 ms  cart               …g:40 → 41
    40 ms  gateway            …g:12 → 13

─ waits for spans below
▒ first to last log line
└~ parent guessed
redis? service guessed
? named but never logged
note: 1 span named but never logged:
      0123456789abcdef (by 2 records)
note: clock of bank 4 ms ahead of
      payment (1 call shows it), not
      adjusted

"#]]
        .raw()
    );
}

#[test]
fn a_hundred_and_twenty_columns_go_to_the_bars() {
    assert_data_eq!(
        drawn(&checkout(), at_width(120), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  ✗ error  1.282 s  2026-11-22 10:30:45.120 UTC
8 services, 8 spans, 13 records, 3 errors

✗ first error in bank POST /authorize
   +1.236 s  ERROR  authorization declined code=91 issuer unavailable                                        bank.log:88
62 % of the critical path (790 ms) in payment charge, silent for 766 ms between
    +241 ms  INFO   charging card attempt=1                                                              payment.log:120
   +1.007 s  WARN   connection pool exhausted, waited 766ms                                              payment.log:121

                             ╷0         ╷200 ms    ╷400 ms     ╷600 ms    ╷800 ms     ╷1 s              duration    self
gateway    GET /checkout   ✗ █▎──▕▏────▐───────────────────────────────────────────────────────────▐██   1.282 s   79 ms
├╴cart     load cart          ▐▎█▊                                                                         61 ms   49 ms
│ └~redis? GET cart:627        ▐                                                                           12 ms   12 ms
├╴pricing  quote                  █████▍                                                                   92 ms   92 ms
└╴payment  charge          ✗            ──▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒────────────╴      1.05 s  790 ms
  ├╴fraud  score                        █▉                                                                 31 ms   31 ms
  └~bank   POST /authorize ✗                                                          ▐████████████▍      229 ms  229 ms
?          span 01234567                                                                            ─╴         –
└╴mailer   send apology                                                                             ▒▒     20 ms   20 ms

critical path  cart 31 ms → pricing 92 ms → fraud 31 ms → payment 781 ms → bank 229 ms →
               gateway 42 ms (+ 76 ms in 7 short steps)

service   operation             self  share
payment   charge              790 ms   61 %  ████████████████████████▎
bank      POST /authorize     229 ms   18 %  ███████
pricing   quote                92 ms    7 %  ██▉
gateway   GET /checkout        79 ms    6 %  ██▍
cart      load cart            49 ms    4 %  █▌
fraud     score                31 ms    2 %  █
… 2 more                       32 ms    2 %  █

longest silences
          766 ms  payment  charging card attempt=1 → connection pool exhausted, waited 766ms       payment.log:120 → 121
  49 ms of 61 ms  cart     loading cart → cart loaded items=3 total=59.90                               cart.log:40 → 41
40 ms of 1.243 s  gateway  checkout started user=627 → GET /checkout 502                             gateway.log:12 → 13

─ waits for spans below   ▒ first to last log line   └~ parent guessed   redis? service guessed
? named but never logged
note: 1 span named but never logged: 0123456789abcdef (by 2 records)
note: clock of bank 4 ms ahead of payment (1 call shows it), not adjusted

"#]].raw()
    );
}

#[test]
fn records_stand_in_time_order_inside_their_span() {
    let options = Options { records: true, ..Options::default() };
    let style = Style { ascii: true, ..at_width(80) };
    assert_data_eq!(
        drawn(&checkout(), style, options),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  ! error  1.282 s
2026-11-22 10:30:45.120 UTC  8 services, 8 spans, 13 records, 3 errors

! first error in bank POST /authorize
   +1.236 s  ERROR  authorization declined code=91 issuer unavail..  bank.log:88
62 % of the critical path (790 ms) in payment charge, silent for 766 ms between
    +241 ms  INFO   charging card attempt=1                      payment.log:120
   +1.007 s  WARN   connection pool exhausted, waited 766ms      payment.log:121

                             |0          |500 ms      |1 s      duration    self
gateway    GET /checkout   ! #------------------------------##   1.282 s   79 ms
|*gateway        +0  INFO   checkout started user=627             gateway.log:12
|-cart     load cart         ###                                   61 ms   49 ms
| |*cart     +22 ms  INFO   loading cart                             cart.log:40
| `~redis? GET cart:627       #                                    12 ms   12 ms
|  *cart     +83 ms  INFO   cart loaded items=3 total=59.90          cart.log:41
|-pricing  quote               ###                                 92 ms   92 ms
|  *pric..  +182 ms  INFO   quote 59.90 EUR                        pricing.log:7
`-payment  charge          !      -====================------     1.05 s  790 ms
  |*paym..  +190 ms  INFO   payment requested amount=59.90       payment.log:119
  |-fraud  score                  #                                31 ms   31 ms
  |  *fr..  +226 ms  INFO   score 0.02                               fraud.log:3
  |*paym..  +241 ms  INFO   charging card attempt=1              payment.log:120
  |*paym.. +1.007 s  WARN   connection pool exhausted, waited..  payment.log:121
  `~bank   POST /authorize !                          #######     229 ms  229 ms
     *bank +1.236 s  ERROR  authorization declined code=91 issuer..  bank.log:88
   *paym..  +1.24 s  ERROR  charge failed: BankErr.. (+2 lines)  payment.log:122
 *gateway  +1.243 s  ERROR  GET /checkout 502                     gateway.log:13
?          span 01234567                                     -         -
`-mailer   send apology                                      =     20 ms   20 ms
   *mailer  +1.25 s  INFO   mail queued                           gateway.log:14
   *mailer  +1.27 s  INFO   mail sent                             gateway.log:15

critical path  cart 31 ms -> pricing 92 ms -> fraud 31 ms -> payment 781 ms ->
               bank 229 ms -> gateway 42 ms (+ 76 ms in 7 short steps)

service    operation             self  share
payment    charge              790 ms   61 %  #####################
bank       POST /authorize     229 ms   18 %  ######
pricing    quote                92 ms    7 %  ##
gateway    GET /checkout        79 ms    6 %  ##
cart       load cart            49 ms    4 %  #
fraud      score                31 ms    2 %  #
.. 2 more                       32 ms    2 %  #

longest silences
          766 ms  payment  charging ca.. -> connection..  payment.log:120 -> 121
  49 ms of 61 ms  cart     loading cart -> cart loaded..       cart.log:40 -> 41
40 ms of 1.243 s  gateway  checkout s.. -> GET /checko..    gateway.log:12 -> 13

- waits for spans below   = first to last log line   `~ parent guessed
redis? service guessed   * log line   ? named but never logged
note: 1 span named but never logged: 0123456789abcdef (by 2 records)
note: clock of bank 4 ms ahead of payment (1 call shows it), not adjusted

"#]]
        .raw()
    );
}

#[test]
fn records_without_spans_are_marks_by_service() {
    assert_data_eq!(
        drawn(&without_spans(), at_width(80), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  ✗ error  2.012 s
2026-11-22 10:30:45.120 UTC  2 services, 0 spans, 6 records, 1 error

✗ first error in worker
   +2.009 s  ERROR  fetch timed out after 2000 ms                  payment.log:9
99 % of the time is a silence of 2 s between
      +9 ms  INFO   fetching https://example.test/a.csv            payment.log:8
   +2.009 s  ERROR  fetch timed out after 2000 ms                  payment.log:9

                   ╷0             ╷500 ms        ╷1 s           ╷1.5 s
api    2 records   •                                                           •
worker 4 records ✗ •                                                           ✗

longest silences
      2 s  worker  fetching https://e… → fetch timed out aft…  payment.log:8 → 9

• record of no span

"#]]
        .raw()
    );
}

#[test]
fn many_spans_fold_and_the_failed_ones_stay() {
    let options = Options { max_rows: Some(12), ..Options::default() };
    assert_data_eq!(
        drawn(&many_queries(300), at_width(80), options),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  no errors  1.21 s
2026-11-22 10:30:45.120 UTC  2 services, 301 spans, 0 records

67 % of the self time (810 ms) in db SELECT customer, called 270 times

                       ╷0              ╷500 ms         ╷1 s     duration    self
web  GET /orders       ▏─────────────────────────────────────▕    1.21 s  310 ms
├╴db SELECT orders     ▏                                            3 ms    3 ms
├╴db SELECT customer   ▏                                            3 ms    3 ms
├╴db SELECT customer   ▏                                            3 ms    3 ms
├╴db SELECT customer   ▕                                            3 ms    3 ms
├╴db SELECT customer ✗       ▕                                      3 ms    3 ms
├╴db SELECT customer ✗             ▕                                3 ms    3 ms
├╴db SELECT customer ✗                    ▏                         3 ms    3 ms
├╴db SELECT customer ✗                          ▕                   3 ms    3 ms
├╴db SELECT customer ✗                                 ▏            3 ms    3 ms
├╴db SELECT customer ✗                                       ▕      3 ms    3 ms
└╴… 290 more spans                                                        870 ms

service  operation                  self  share
db       2 operations ×300        900 ms   74 %  ███████████████████████
         SELECT customer ×270     810 ms   67 %
         SELECT orders ×30         90 ms    7 %
web      GET /orders              310 ms   26 %  ████████

─ waits for spans below

"#]]
        .raw()
    );
}

#[test]
fn deep_trees_keep_to_their_column() {
    let options = Options { max_rows: Some(12), ..Options::default() };
    assert_data_eq!(
        drawn(&deep(200), at_width(80), options),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  no errors  400 ms
2026-11-22 10:30:45.120 UTC  1 service, 200 spans, 0 records

the time is spread: at most 2 ms (<1 % of the critical path) in one span,
  recursion level 0

                              ╷0              ╷200 ms           duration    self
recursion            level 0  ▏──────────────────────────────▕    400 ms    2 ms
└╴recursion          level 1  ────────────────────────────────    398 ms    2 ms
  └╴recursion        level 2  ▏──────────────────────────────▕    396 ms    2 ms
    └╴recursion      level 3  ▏──────────────────────────────▕    394 ms    2 ms
      └╴recursion    level 4  ────────────────────────────────    392 ms    2 ms
        └╴recursion  level 5  ▏──────────────────────────────▕    390 ms    2 ms
          └╴recursi… level 6  ╶──────────────────────────────╴    388 ms    2 ms
…         └╴recursi… level 7  ▕──────────────────────────────▏    386 ms    2 ms
…         └╴recursi… level 8  ▕──────────────────────────────▏    384 ms    2 ms
…         └╴recursi… level 9  ╶──────────────────────────────╴    382 ms    2 ms
…         └╴recursi… level 10 ▕──────────────────────────────▏    380 ms    2 ms
…         └╴… 189 more spans                                              378 ms

service    operation                 self  share
recursion  200 operations ×200     400 ms  100 %  ██████████████████████████████
           level 0                   2 ms   <1 %
           level 1                   2 ms   <1 %
           level 2                   2 ms   <1 %
           level 3                   2 ms   <1 %
           … 196 more              392 ms   98 %

─ waits for spans below

"#]]
        .raw()
    );
}

#[test]
fn hostile_names_are_shown_not_obeyed() {
    assert_data_eq!(
        drawn(&hostile(), at_width(80), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  ✗ error  100 ms
2026-11-22 10:30:45.120 UTC  4 services, 4 spans, 1 record, 1 error

✗ first error in 漢字のサービス 検索 🔎 クエリ
     +10 ms  ERROR  \x1b]0;title\x07漢字漢字漢字漢字漢字漢字漢字…  gateway.log:1
50 % of the critical path (50 ms) in a-service-with-a-name-of-one-hu…
  a-service-with-a-name-of-one-hu…

                               ╷0              ╷50 ms            duration   self
a-service-with-a… a-service-w… ████████████▊───────────────▕███    100 ms  50 ms
├╴漢字のサービス  検索 🔎 ク…                                           –
└╴evil\x1b[2J\u{… rm -rf\r\n\…             ▕███████████████▊        50 ms  50 ms
  └╴👩‍💻            été                          │                        0      0

critical path  a-service-with-a-name-o… 40 ms → evil\x1b[2J\u{202e} 50 ms →
               a-service-with-a-name-o… 10 ms

service               operation                          self  share
a-service-with-a-na…  a-service-with-a-name-of-on…      50 ms   50 %  █████
evil\x1b[2J\u{202e}   rm -rf\r\n\x07                    50 ms   50 %  █████
漢字のサービス        検索 🔎 クエリ                        0    0 %
👩‍💻                    été                                   0    0 %

─ waits for spans below

"#]]
        .raw()
    );
}

#[test]
fn nothing_at_all_is_a_header() {
    assert_data_eq!(
        drawn(&timeline(vec![], vec![]), at_width(80), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  no errors  no times
0 services, 0 spans, 0 records

"#]]
        .raw()
    );
}

#[test]
fn one_nanosecond_is_a_trace() {
    let mut timeline = timeline(vec![span(1, None, "a", "b", (0, 0))], vec![]);
    let start = timeline.trace.start.unwrap();
    let end = crate::record::Timestamp::from_nanoseconds(start.nanoseconds() + 1);
    timeline.trace.spans[0].bounds = Some(crate::trace::SpanBounds::Reported { start, end });
    timeline.trace.end = Some(end);
    timeline.self_times = vec![Some(1)];
    timeline.critical_path = vec![crate::analysis::PathStep { span: 0, start, end }];
    assert_data_eq!(
        drawn(&timeline, at_width(60), Options::default()),
        str![[r#"
trace 4bf92f3577b34da6a3ce929d0e0e4736  no errors  1 ns
2026-11-22 10:30:45.120 UTC  1 service, 1 span, 0 records

100 % of the critical path (1 ns) in a b

    ╷0                                        duration  self
a b ████████████████████████████████████████      1 ns  1 ns

critical path  a 1 ns

"#]]
        .raw()
    );
}

fn stories() -> Vec<Timeline> {
    let mut loop_of_parents = checkout();
    loop_of_parents.trace.spans[1].parent_index = Some(2);
    let mut without_services = checkout();
    without_services.trace.spans.iter_mut().for_each(|span| span.service_name = None);
    let mut out_of_bounds = checkout();
    out_of_bounds.critical_path[0].span = 99;
    out_of_bounds.gaps[0].before = 99;
    out_of_bounds.root = Some(99);
    out_of_bounds.self_times.clear();
    vec![
        checkout(),
        without_spans(),
        many_queries(500),
        deep(300),
        hostile(),
        timeline(vec![], vec![]),
        timeline(vec![span(1, None, "a", "b", (0, 0))], vec![]),
        loop_of_parents,
        without_times(),
        long_name(),
        without_services,
        out_of_bounds,
    ]
}

#[test]
fn no_line_is_wider_than_the_terminal_or_ends_in_spaces() {
    for timeline in stories() {
        for columns in [24, 30, 40, 60, 80, 100, 120, 200] {
            for (records, max_rows, ascii) in [(false, Some(7), false), (true, None, true)] {
                let style = Style { ascii, ..at_width(columns) };
                let options = Options { records, max_rows };
                for line in drawn(&timeline, style, options).lines() {
                    assert!(width(line) <= columns.max(32), "{columns}: {line:?}");
                    assert!(!line.ends_with(' '), "{line:?}");
                    assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn without_its_colours_a_picture_is_the_same() {
    for timeline in stories() {
        let options = Options { records: true, ..Options::default() };
        let plain = drawn(&timeline, at_width(80), options);
        let coloured = drawn(&timeline, Style { color: true, ..at_width(80) }, options);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }
}

#[test]
fn ascii_pictures_are_ascii() {
    for timeline in [checkout(), without_spans(), many_queries(60), deep(30)] {
        let text = drawn(&timeline, Style { ascii: true, ..at_width(80) }, Options::default());
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn every_span_is_in_a_row_or_counted_in_a_fold() {
    for timeline in stories() {
        for max_rows in [None, Some(2), Some(5), Some(20), Some(100)] {
            let rows = rows(&timeline, max_rows, false, 6, &Glyphs::UNICODE);
            let (mut spans, mut tree_rows) = (0, 0);
            for row in &rows {
                tree_rows += usize::from(!matches!(row.item, Item::Loose(..)));
                match &row.item {
                    Item::Span(_) => spans += 1,
                    Item::Folded(folded) => spans += folded.spans,
                    _ => {}
                }
            }
            assert_eq!(spans, timeline.trace.spans.len() as u64);
            if let Some(max_rows) = max_rows {
                assert!(tree_rows <= max_rows.max(3), "{tree_rows} rows, {max_rows} allowed");
            }
        }
    }
}

#[test]
fn with_records_every_record_has_a_row() {
    for timeline in [checkout(), without_spans()] {
        let rows = rows(&timeline, None, true, 6, &Glyphs::UNICODE);
        let mut records: Vec<usize> = rows
            .iter()
            .filter_map(|row| match row.item {
                Item::Record(at) => Some(at),
                _ => None,
            })
            .collect();
        records.sort_unstable();
        assert_eq!(records, (0..timeline.trace.records.len()).collect::<Vec<_>>());
    }
}
