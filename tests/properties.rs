//! Properties of the whole: whatever keys, pastes, clicks, sizes, facts and answers come in whatever order, the Model keeps
//! its promises and the view draws. The properties of plans, texts and topology stand beside their code.

mod common;

#[path = "properties/acts.rs"]
mod acts;

use keepwatch::{
    app::{self, Effect, Msg, action::Stage, msg::Input, overlay::Overlay, update},
    domain::{
        fact::LinkState,
        plan::{Assent, Danger},
        time::Moment,
    },
    theme::{ColorChoice, Depth, Glyphs, Palette, Theme},
    ui,
};
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect};

use acts::{Act, acts};
use common::{
    journey::{Journey, draft, receipt},
    shop,
};

/// A person, a registry and a terminal that do as the acts say, and what may not happen meanwhile.
struct Run {
    journey: Journey,
    /// The plan that was on the terminal last, by its action's number.
    drawn: Option<u64>,
    pending: Vec<Effect>,
    /// The batch that a key confirmed when its plan was on the terminal, by its number.
    batch: Option<u64>,
    story: Moment,
    now: Moment,
}

impl Run {
    fn new(read_only: bool) -> Run {
        let mut journey = Journey::empty(read_only);
        journey.tell(shop::registry(shop::BEGIN));
        Run { journey, drawn: None, pending: Vec::new(), batch: None, story: Moment(0), now: shop::BEGIN }
    }

    fn act(&mut self, act: &Act) -> Result<(), TestCaseError> {
        let confirms = matches!(act, Act::Input(Input::Key(key)) if ["Enter", "y"].contains(&key.to_string().as_str()));
        let msg = match act {
            Act::Input(input) => Msg::Input(input.clone()),
            Act::Resize(width, height) => Msg::Resized(*width, *height),
            Act::Tell(facts) => Msg::Facts(facts.clone()),
            Act::Wait(ms) => {
                self.now = self.now.plus(*ms);
                Msg::Tick(self.now)
            }
            Act::Draw => {
                self.draw()?;
                self.drawn = self.planned();
                Msg::Drawn(self.now)
            }
            Act::Answer(outcome) => match self.pending.pop() {
                Some(Effect::Plan(number, target, op, _)) => {
                    let seed = target.service.layout == keepwatch::domain::id::Layout::SEED;
                    let answer = match seed && !target.paths.is_empty() {
                        true => Ok(draft(&target, op, 10)),
                        false => Err(common::journey::refusal("Not in this layout.")),
                    };
                    Msg::Drafted(number, Box::new(answer))
                }
                Some(Effect::FindUndo(number, _)) => {
                    Msg::Steps(number, Err(common::journey::refusal("Nothing to undo.")))
                }
                Some(Effect::Apply(number, _)) => Msg::Applied(number, receipt(*outcome), None),
                _ => return Ok(()),
            },
        };
        let batch = |run: &Run| {
            let batch = run.journey.model.batch.as_ref()?;
            matches!(batch.stage, app::batch::Stage::Planned(_, None)).then_some(batch.number)
        };
        if confirms && batch(self).is_some() && self.drawn == batch(self) {
            self.batch = batch(self);
        }
        let live = self.journey.model.world.registry.link().state == LinkState::Connected;
        let read_only = self.journey.model.setup.read_only;
        for effect in update(&mut self.journey.model, msg) {
            match &effect {
                Effect::Plan(..) | Effect::FindUndo(..) | Effect::PlanUndo(..) => {
                    prop_assert!(!read_only, "read-only asks for no plan");
                }
                Effect::Apply(number, confirmed) => {
                    prop_assert!(!read_only, "read-only writes nothing");
                    prop_assert!(live, "nothing is written on an old picture");
                    let batch = self.journey.model.batch.as_ref().filter(|b| Some(b.number) == self.batch);
                    if batch.is_none() {
                        prop_assert!(confirms, "only Enter or y confirms, not {act:?}");
                        prop_assert_eq!(self.drawn, Some(*number), "the plan was on the terminal before");
                    }
                    let plan = confirmed.get();
                    match confirmed.assent() {
                        Assent::Key => prop_assert_eq!(plan.danger, Danger::Safe),
                        Assent::TypedName(name) => prop_assert_eq!(name, &plan.draft.target.typed_name()),
                        other => prop_assert!(false, "no key gives {other:?}"),
                    }
                }
                _ => continue,
            }
            self.pending.push(effect);
        }
        self.holds()
    }

    fn planned(&self) -> Option<u64> {
        if let (Some(Overlay::Batch { .. }), Some(batch)) =
            (self.journey.model.overlays.last(), &self.journey.model.batch)
        {
            return matches!(batch.stage, app::batch::Stage::Planned(..)).then_some(batch.number);
        }
        let action = self.journey.model.action.as_ref()?;
        matches!(action.stage, Stage::Planned { .. }).then_some(action.number)
    }

    /// What is true at every moment.
    fn holds(&mut self) -> Result<(), TestCaseError> {
        let model = &self.journey.model;
        prop_assert!(model.cursor.at < model.rows.all.len().max(1), "the cursor is on a row");
        prop_assert!(model.verdict_at < model.verdicts.len().max(1), "row 1 shows a verdict that there is");
        prop_assert!(model.now >= self.now.min(model.now), "time does not go back");
        let events = model.world.story.events();
        let mut last = Moment(0);
        for event in events {
            prop_assert!(event.at >= last, "the story goes on in time: {}", event.text);
            last = event.at;
        }
        prop_assert!(last >= self.story, "the newest line is never older than it was");
        self.story = last;
        Ok(())
    }

    fn draw(&self) -> Result<(), TestCaseError> {
        let (width, height) = self.journey.model.size;
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        let cursor = ui::view(&self.journey.model, &Theme::default(), area, &mut buffer);
        prop_assert!(cursor.is_none_or(|at| area.contains(at)), "the cursor is on the screen: {cursor:?}");
        harmless(&buffer)
    }
}

/// Nothing that moves a cursor, hides or reorders is in any cell.
fn harmless(buffer: &Buffer) -> Result<(), TestCaseError> {
    for cell in buffer.content() {
        let bad = cell.symbol().chars().find(|c| {
            c.is_control()
                || matches!(*c as u32, 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xe0000..=0xe0fff)
        });
        prop_assert!(bad.is_none(), "{:?} reached the terminal", cell.symbol());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_keeps_every_promise(acts in acts(120)) {
        let mut run = Run::new(false);
        for act in &acts {
            run.act(act)?;
        }
        run.draw()?;
    }

    #[test]
    fn read_only_never_plans_and_never_writes(acts in acts(80)) {
        let mut run = Run::new(true);
        for act in &acts {
            run.act(act)?;
        }
        prop_assert!(run.pending.is_empty());
    }

    #[test]
    fn the_view_draws_at_any_size_in_any_theme(acts in acts(40), width in 1u16..200, height in 1u16..60, plain: bool) {
        let mut run = Run::new(false);
        for act in acts.iter().filter(|act| !matches!(act, Act::Draw)) {
            run.act(act)?;
        }
        let palette = Palette::shipped("light").expect("a shipped theme");
        let depth = Depth::from_env(ColorChoice::Never, |_| None);
        let theme = Theme::new(&palette, depth, if plain { Glyphs::Ascii } else { Glyphs::Unicode });
        // The area is the terminal's: the Model may not have been told yet.
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        ui::view(&run.journey.model, &theme, area, &mut buffer);
        harmless(&buffer)?;
        if plain {
            let foreign = buffer.content().iter().find(|cell| !cell.symbol().is_ascii() && is_ours(cell.symbol()));
            prop_assert!(foreign.is_none(), "{foreign:?} is no ASCII");
        }
    }
}

/// A glyph of the view's own, not a letter that a fact told.
fn is_ours(symbol: &str) -> bool {
    symbol.chars().any(|c| matches!(c, '─'..='╿' | '▀'..='▟' | '●' | '◐' | '◌' | '◇' | '◆' | '◈' | '⊗' | '⊙' | '⊘'))
}
