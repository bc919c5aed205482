//! Runs what the Model asks of the world: plans and writes by the actor, first questions by the prober, the clipboard, the
//! demo's own commands. Each effect's end comes back as a `Msg`.

use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _, path::PathBuf, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::sync::mpsc;

use super::{actor::Actor, draw::Outlet, journal, presence::Presence, save, shell::Runner, sources::Sources};
use crate::{
    app::{Effect, Model, Msg},
    config::find::find,
    domain::{
        plan::{Confirmed, Outcome, Plan, Refusal},
        text::Shown,
        unfold,
    },
    registry::NoDraft,
    theme::{Depth, Glyphs, Palette, Theme},
};

/// The longest text that is put into a terminal's clipboard, in bytes: terminals drop longer ones in silence.
const CLIPBOARD: usize = 74_000;

/// A command that the runtime does not know itself (the demo's `fault`): its argument to a sentence.
pub type Extra = Arc<dyn Fn(&str, &str) -> Result<String, String> + Send + Sync>;

/// What effects end at.
pub struct Hands {
    /// What is told to the Model.
    pub answer: mpsc::Sender<Msg>,
    /// The sources.
    pub sources: Sources,
    /// The hand that acts.
    pub actor: Actor,
    /// What other operators see of this one.
    pub presence: Presence,
    /// Commands of the demo's own.
    pub extra: Option<Extra>,
    /// Bytes for the terminal beside the frames.
    pub outlet: Outlet,
    /// What the terminal can show.
    pub depth: Depth,
    /// Which marks it can show.
    pub glyphs: Glyphs,
}

impl Hands {
    /// Sends the end of an effect; where nobody listens any more the program is ending.
    fn spawn(&self, work: impl Future<Output = Msg> + Send + 'static) {
        let answer = self.answer.clone();
        tokio::spawn(async move {
            let _ = answer.send(work.await).await;
        });
    }

    fn apply(&self, number: u64, plan: Box<Confirmed<Plan>>) {
        let (actor, answer) = (self.actor.clone(), self.answer.clone());
        tokio::spawn(async move {
            let unsure = answer.clone();
            let (receipt, id) = actor
                .apply(&plan, move |why| {
                    tracing::warn!("a write was not answered: {why}");
                    let _ = unsure.try_send(Msg::OutcomeUnknown(number));
                })
                .await;
            if receipt.outcome == Outcome::Unknown {
                tracing::error!("outcome unknown: {}", receipt.detail.as_deref().unwrap_or("no server can be asked"));
            }
            let _ = answer.send(Msg::Applied(number, receipt, id)).await;
        });
    }
}

impl Runner for Hands {
    fn run(&mut self, effect: Effect) {
        let actor = self.actor.clone();
        let Some(effect) = super::keep::run(&actor, &self.answer, effect) else { return };
        match effect {
            Effect::Plan(number, target, op, why) => {
                self.spawn(async move {
                    Msg::Drafted(number, Box::new(actor.draft(&target, op, why).await.map_err(refusal)))
                });
            }
            Effect::FindUndo(number, id) => self.spawn(async move { Msg::Steps(number, actor.steps(id).await) }),
            Effect::PlanUndo(number, steps) => {
                self.spawn(
                    async move { Msg::Drafted(number, Box::new(actor.draft_undo(&steps).await.map_err(refusal))) },
                );
            }
            Effect::Apply(number, plan) => self.apply(number, plan),
            // Without a thread of the runtime's where there is room; it comes some times with each frame of a flood.
            Effect::LookFurther => {
                if self.answer.try_send(Msg::LookFurther).is_err() {
                    self.spawn(async { Msg::LookFurther });
                }
            }
            Effect::Prefer(ids) => self.sources.prefer(ids),
            Effect::Copy(text) => {
                let done = copy(&self.outlet, Shown::within(&text, usize::MAX).as_str());
                self.spawn(async move { Msg::Copied(done) });
            }
            Effect::CopyLines(text) => {
                let done = copy(&self.outlet, &unfold::sanitised(&text));
                self.spawn(async move { Msg::Copied(done) });
            }
            Effect::Save { path, first, text } => self.spawn(async move {
                let written = tokio::task::spawn_blocking(move || save::piece(&path, first, &text)).await;
                Msg::Saved(written.unwrap_or_else(|e| Err(format!("the writing broke off: {e}.").into())))
            }),
            Effect::KeepColumns(text) => {
                let done = save::keep_columns(&text);
                self.spawn(async move { Msg::Extra(done) });
            }
            Effect::TryFile(path) => self.spawn(async move {
                let file = PathBuf::from(&path);
                let read = tokio::task::spawn_blocking(move || {
                    find(Some(&file)).map(drop).map_err(|why| first_line(&why.to_string()))
                });
                let read = read.await.unwrap_or_else(|e| Err(format!("The reading broke off: {e}.")));
                Msg::Tried(path, read)
            }),
            Effect::Extra(name, argument) => {
                if let Some(extra) = self.extra.clone() {
                    self.spawn(async move { Msg::Extra(extra(&name, &argument).map(Into::into).map_err(Into::into)) });
                }
            }
            Effect::Present(service) => self.presence.looks(service),
            // What the loop does itself, and what was done above.
            Effect::Keep(_)
            | Effect::KeepApply(..)
            | Effect::Quit
            | Effect::Mouse(_)
            | Effect::Theme(_)
            | Effect::Diagnostics(_) => {}
        }
    }

    fn follow(&mut self, model: &Model) {
        self.sources.follow(model);
    }

    fn theme(&mut self, name: &str) -> Result<Theme, String> {
        let palette = Palette::shipped(name).ok_or_else(|| format!("There is no theme `{name}`."))?;
        Ok(Theme::new(&palette, self.depth, self.glyphs))
    }
}

/// What is wrong first: there is a row for it.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// Why there is no draft, as a person reads it.
pub(super) fn refusal(no: NoDraft) -> Refusal {
    match no {
        NoDraft::Refused(refusal) => refusal,
        NoDraft::Conflict(why) => Refusal::new(format!("Not planned: {why}")),
        NoDraft::Unreachable(why) => Refusal::new(format!("Not planned: the registry could not be read: {why}.")),
    }
}

/// Sanitised text into the terminal's clipboard (OSC 52) and into a file, as not every terminal takes it.
fn copy(outlet: &Outlet, text: &str) -> Result<Arc<str>, Arc<str>> {
    let (text, whole) = (beginning(text), text);
    let what = match text.len() < whole.len() {
        true => format!("Copied the first {} of {} characters", text.chars().count(), whole.chars().count()),
        false => "Copied".to_owned(),
    };
    let folder = journal::state_home().ok_or("Nothing was copied: neither XDG_STATE_HOME nor HOME is set.")?;
    let file = folder.join("copied.txt");
    let written = std::fs::create_dir_all(&folder).and_then(|()| {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.create(true).write(true).truncate(true).mode(0o600).open(&file)?;
        file.write_all(text.as_bytes())
    });
    let sent = outlet.write(format!("\x1b]52;c;{}\x07", STANDARD.encode(text)).as_bytes());
    if let Err(stuck) = sent {
        return Err(format!("Not copied to the terminal: {stuck}.").into());
    }
    match written {
        Ok(()) => Ok(format!("{what} to the terminal's clipboard (OSC 52). Also in {}", file.display()).into()),
        Err(e) => {
            Err(format!("{what} to the terminal's clipboard (OSC 52), but not into {}: {e}.", file.display()).into())
        }
    }
}

/// As much of a text as is copied.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(CLIPBOARD)]
}
