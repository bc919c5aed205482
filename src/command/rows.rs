//! The rows of the command table. Nothing else: types and look-ups are in the parent.

use super::{Argument, Code, Danger, Group, Key, Row, Scope};

/// Makes the enum and the table from the same rows, so that neither can lack what the other has.
macro_rules! commands {
    ($($command:ident $name:literal $title:literal $doc:literal $group:ident $scope:ident $danger:ident $argument:ident [$($key:expr),*];)*) => {
        /// What a person can ask for; `app` has one handler for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Command {
            $(#[doc = $doc] $command,)*
        }

        /// Every command, in the order of footer and help: change, look, leave within each heading.
        pub const TABLE: &[Row] = &[
            $(Row {
                command: Command::$command, name: $name, title: $title, doc: $doc, group: Group::$group,
                scope: Scope::$scope, danger: Danger::$danger, argument: Argument::$argument, keys: &[$($key),*],
            },)*
        ];
    };
}

const fn c(char: char) -> Key {
    Key::char(char)
}

const fn k(code: Code) -> Key {
    Key::plain(code)
}

#[rustfmt::skip] // a table is read by its columns
commands! {
    Drain       "drain"       "drain"        "Drain an instance: out of the balance, and kept out"       Change Instance Writes      Target          [c('d')];
    HoldDrain   "hold-drain"  "keep drained" "Drain an instance, and again each time the drain is lost"   Change Instance Writes      Target          [c('A')];
    Undrain     "undrain"     "undrain"      "Undrain an instance: put it back"                          Change Instance Writes      Target          [c('u')];
    Weight      "weight"      "weight"       "Set the weight of an instance"                             Change Instance Writes      TargetAndNumber [c('w')];
    Deregister  "deregister"  "deregister"   "Deregister an instance: remove it, by its typed name"      Change Instance Destructive Target          [c('X')];
    Mark        "mark"        "mark"         "Mark or unmark for a batch; or all of host=H zone=Z version=V"  Change Instance Safe    Text            [c('m')];
    MarkHost    "mark-host"   "its host"     "Mark all instances of this host, across its services"       Change Instance Safe        None            [c('H')];
    Batch       "batch"       "batch"        "Show the batch that runs; Esc there ends it between steps"  Change Everywhere Safe      None            [c('B')];
    Undo        "undo"        "undo"         "Undo your last change"                                     Change Everywhere Writes    JournalId       [c('U')];

    Next        "next"        "next problem" "Next problem; in a list with a search, next hit"           Look Everywhere Safe None [c('n')];
    Previous    "previous"    "previous"     "Previous problem; in a list with a search, previous hit"   Look Everywhere Safe None [c('N')];
    Why         "why"         "why"          "Why: the verdict, its evidence and its cause"              Look Everywhere Safe None [c('v')];
    Filter      "filter"      "filter"       "Filter this pane"                                          Look Everywhere Safe Text [c('/')];
    Palette     "palette"     "command"      "Type a command"                                            Look Everywhere Safe None [c(':')];
    Open        "open"        "open"         "Into what is under the cursor"                             Look Everywhere Safe None [k(Code::Enter)];
    Back        "back"        "back"         "Close what is on top, else widen the selection"            Look Everywhere Safe None [k(Code::Esc)];
    Hold        "hold"        "hold"         "Hold the picture still, or go on live"                     Look Everywhere Safe None [c(' ')];
    Down        "down"        "down"         "Down"                                                      Look List Safe None [c('j'), k(Code::Down)];
    Up          "up"          "up"           "Up"                                                        Look List Safe None [c('k'), k(Code::Up)];
    Left        "left"        "left"         "Left; on the topology, along the calls to a caller"        Look List Safe None [c('h'), k(Code::Left)];
    Right       "right"       "right"        "Right; on the topology, along the calls to a callee"       Look List Safe None [c('l'), k(Code::Right)];
    PageDown    "page-down"   "page down"    "A page down"                                               Look List Safe None [k(Code::PageDown), Key::ctrl('f')];
    PageUp      "page-up"     "page up"      "A page up"                                                 Look List Safe None [k(Code::PageUp), Key::ctrl('b')];
    First       "first"       "first"        "To the first row"                                          Look List Safe None [c('g'), k(Code::Home)];
    Last        "last"        "newest"       "Last row; logs and traces: follow the newest, no cursor"    Look List Safe None [c('G'), k(Code::End)];
    DetailDown  "detail-down" "detail down"  "Scroll the detail beside the list down"                    Look List Safe None [Key::ctrl('d')];
    DetailUp    "detail-up"   "detail up"    "Scroll the detail beside the list up"                      Look List Safe None [Key::ctrl('u')];
    NextPane    "next-pane"   "panes"        "Next pane"                                                 Look Everywhere Safe None [k(Code::Tab)];
    PreviousPane "previous-pane" "previous pane" "Previous pane"                                         Look Everywhere Safe None [k(Code::BackTab)];
    Goto        "goto"        "go to"        "Select a service or an instance by name"                   Look Everywhere Safe Target [];
    Overview    "overview"    "overview"     "Screen: everything at once"                                Look Everywhere Safe None [c('0')];
    Topology    "topology"    "topology"     "Screen: who calls whom"                                    Look Everywhere Safe None [c('1')];
    Balancer    "balancer"    "balancer"     "Screen: instances, weights and shares"                     Look Everywhere Safe None [c('2')];
    Circuits    "circuits"    "circuits"     "Screen: circuit breakers, a lane for each caller"          Look Everywhere Safe None [c('3')];
    Traces      "traces"      "traces"       "Screen: request traces"                                    Look Everywhere Safe None [c('4')];
    Logs        "logs"        "logs"         "Screen: log lines of all services in one time order"       Look Everywhere Safe None [c('5')];
    Story       "story"       "story"        "Screen: everything that happened, in one time order"       Look Everywhere Safe None [c('6')];
    Verdicts    "verdicts"    "verdicts"     "Screen: what is wrong, and the evidence"                   Look Everywhere Safe None [c('7')];
    Diagnostics "diagnostics" "diagnostics"  "Screen: Keepwatch's own log"                               Look Everywhere Safe None [c('8')];

    TracesOf    "traces-of"   "its traces"   "The traces of what is under the cursor"                    Follow List Safe None [c('t')];
    LogsOf      "logs-of"     "its logs"     "The log lines of what is under the cursor"                 Follow List Safe None [c('L')];
    BreakersOf  "breakers-of" "its breakers" "The breakers of what is under the cursor"                  Follow List Safe None [c('b')];

    Sort        "sort"        "sort"         "Sort by the next column; at the end, by place"             Here List Safe None [c('s')];
    Fold        "fold"        "fold"         "Fold or unfold"                                            Here List Safe None [c('z')];
    Operations  "operations"  "operations"   "Traces by service and operation: rate, errors, times; again: the list"  Here List Safe None [c('r')];
    Copy        "copy"        "copy"         "Copy what is under the cursor, and say how"                Here List Safe None [c('y')];
    Patterns    "patterns"    "patterns"     "Lines grouped by pattern; of a pattern's lines, back to all"  Here Lines Safe None [c('p')];
    Find        "find"        "find"         "Search in log lines: marks and jumps, hides nothing; n N next and previous hit"  Here Lines Safe Text [c('f')];
    At          "at"          "go to time"   "To a time in log lines: 14:02, -5m, +30s, error, first, now"  Here Lines Safe Text [c('@')];
    NextError   "next-error"  "next error"   "To the next error in log lines; in an open trace, to the next failed span"  Here Lines Safe None [c('e')];
    PreviousError "previous-error" "previous error" "To the error before in log lines; in an open trace, to the failed span before"  Here Lines Safe None [c('E')];
    NextMinute  "next-minute" "next minute"  "To the next minute in log lines"                           Here Lines Safe None [c(']')];
    PreviousMinute "previous-minute" "previous minute" "To the minute before in log lines"               Here Lines Safe None [c('[')];
    NextHour    "next-hour"   "next hour"    "To the next hour in log lines"                             Here Lines Safe None [c('}')];
    PreviousHour "previous-hour" "previous hour" "To the hour before in log lines"                       Here Lines Safe None [c('{')];
    Only        "only"        "only these"   "In an opened line: only lines like it in this part"        Here Lines Safe None [c('=')];
    Without     "without"     "without these" "In an opened line: only lines that are not like it in this part"  Here Lines Safe None [c('!')];
    Columns     "columns"     "columns"      "Columns of log lines, fields too; kept for the next time"  Here Lines Safe Text [c('c')];
    Save        "save"        "save"         "Save the lines that are shown to a file; ! before its name writes over one"  Here Lines Safe Text [c('S')];
    More        "more"        "more"         "More: a lower level of lines"                              Here Lines Safe None [c('+')];
    Less        "less"        "less"         "Less: a higher level of lines"                             Here Lines Safe None [c('-')];

    Theme       "theme"       "colours"      "Choose the colours"                                        Keepwatch Everywhere Safe Theme [];
    Mouse       "mouse"       "mouse"        "Take the mouse, or leave it to the terminal"               Keepwatch Everywhere Safe OnOff [];
    Help        "help"        "help"         "This help"                                                 Keepwatch Everywhere Safe None  [c('?')];
    Quit        "quit"        "quit"         "Quit, when nothing is open on top"                         Keepwatch Everywhere Safe None  [c('q')];
    QuitNow     "quit-now"    "quit now"     "Quit, whatever is open"                                    Keepwatch Everywhere Safe None  [Key::ctrl('c')];
}
