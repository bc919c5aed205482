//! What can happen to the Model, and what it can ask of the world. Data only.

use std::sync::Arc;

use super::screen::{Screen, circuits};
use crate::{
    command::Key,
    domain::{
        duty::Duty,
        fact::Fact,
        id::InstanceId,
        intent::{Op, Why},
        plan::{Confirmed, Draft, Plan, Receipt, Refusal, Step, Target},
        span::TraceId,
        time::Moment,
        topology::At,
    },
    store::logs::RowKey,
};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A person did something.
    Input(Input),
    /// Sources told something.
    Facts(Vec<Fact>),
    /// Time went on; the only way in which it enters. Comes each second, and before anything that is drawn.
    Tick(Moment),
    /// The journal's answer to [`Effect::FindUndo`]: steps that might be taken back, newest first.
    Steps(u64, Result<Vec<Step>, Refusal>),
    /// The registry's answer to [`Effect::Plan`].
    Drafted(u64, Box<Result<Draft, Refusal>>),
    /// The registry's answer to [`Effect::Apply`].
    Applied(u64, Receipt, Option<Arc<str>>),
    /// The registry's answer to [`Effect::Keep`], by the intent's path; `None`: it is no longer due.
    KeepDrafted(Arc<str>, Box<Result<Draft, Option<Refusal>>>),
    /// The registry's answer to [`Effect::KeepApply`], by the intent's path.
    Kept(Arc<str>, Receipt),
    /// An answer that was waited for is lost: what became of it is being found out now.
    OutcomeUnknown(u64),
    /// What was drawn last is on the terminal now.
    Drawn(Moment),
    /// What lies on top was drawn, and this is the last line that can stand first in it: nothing scrolls further.
    ScrollEnd(usize),
    /// What became of [`Effect::Copy`] and [`Effect::CopyLines`]: how, or why not.
    Copied(Result<Arc<str>, Arc<str>>),
    /// The answer to [`Effect::TryFile`]: its path, and why it is no configuration.
    Tried(String, Result<(), String>),
    /// The terminal's size in cells.
    Resized(u16, u16),
    /// The answer to [`Effect::Save`].
    Saved(Result<(), Arc<str>>),
    /// The answer to [`Effect::LookFurther`].
    LookFurther,
    /// A command of the demo's own was carried out, or why not.
    Extra(Result<Arc<str>, Arc<str>>),
}

/// What a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse: at this column and row.
    Mouse(MouseAct, u16, u16),
    /// The mouse on something that is drawn; where.
    Point(MouseAct, Hit, (u16, u16)),
}

/// What is drawn where the mouse is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A service or a call of the topology.
    Node(At),
    /// A circuit, or one breaker of it.
    Circuit(circuits::Row),
    /// A trace in a list, and how many rows are shown above it.
    Trace(TraceId, usize),
    /// A row of the log, and how many rows are shown above it.
    Line(RowKey, usize),
    /// A line of the story, counted from the newest that is shown.
    Story(usize),
    /// A verdict, by its place.
    Verdict(usize),
    /// The name of a pane that is not open.
    Tab(Screen),
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAct {
    /// One click.
    Click,
    /// Two clicks.
    Double,
    /// The wheel, downwards.
    WheelDown,
    /// The wheel, upwards.
    WheelUp,
}

/// What the Model asks of the world.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read the target anew and say what would be written.
    Plan(u64, Target, Op, Why),
    /// Find the step of the journal with this id, else the steps of this user that can be undone.
    FindUndo(u64, Option<Arc<str>>),
    /// Read anew, and say what would take back the first of these steps that was applied.
    PlanUndo(u64, Vec<(Target, Step)>),
    /// Write, verify, journal.
    Apply(u64, Box<Confirmed<Plan>>),
    /// Read a kept intent and its instance anew and say what would be written for what is due.
    Keep(Box<Duty>),
    /// Write, verify, journal what is due.
    KeepApply(Box<Duty>, Box<Confirmed<Plan>>),
    /// What others see of this operator: the service that they are narrowed to.
    Present(Option<Arc<str>>),
    /// Come back for what was too much for one go: lines that are still to be looked at.
    LookFurther,
    /// Ask these first: they are looked at.
    Prefer(Vec<InstanceId>),
    /// Put the text into the terminal's clipboard and into `copied.txt`, as one line.
    Copy(String),
    /// The same of what a log line says: its line breaks are kept.
    CopyLines(String),
    /// Write a piece of text to a file.
    Save {
        /// The file, as a person named it.
        path: Arc<str>,
        /// It is the first piece, and whether it may be written over a file that is there; `None`: it goes on.
        first: Option<bool>,
        /// The text.
        text: String,
    },
    /// Keep the log pane's columns for the next time; empty: those that everybody has.
    KeepColumns(String),
    /// Read a configuration file, before the program begins anew with it.
    TryFile(String),
    /// Use this theme.
    Theme(String),
    /// Take the mouse, or leave it.
    Mouse(bool),
    /// A command of the demo's own, with what follows its name.
    Extra(String, String),
    /// A key for the diagnostics' widget.
    Diagnostics(DiagnosticsKey),
    /// End the program.
    Quit,
}

/// What the diagnostics' widget is asked: its state belongs to the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiagnosticsKey {
    /// Up in the list of targets.
    Up,
    /// Down in it.
    Down,
    /// Show more of the target.
    Right,
    /// Show less of it.
    Left,
    /// Record more of it.
    Plus,
    /// Record less of it.
    Minus,
    /// A page back.
    PageUp,
    /// A page on.
    PageDown,
    /// Show that target alone.
    Focus,
    /// Hide targets that are off.
    Hide,
    /// Leave page mode.
    Escape,
}

/// Effects, in the order in which they are run.
pub type Effects = Vec<Effect>;
