//! The question on a terminal: the plan is shown, a person answers, and before the answer counts the world is looked at
//! again; while they thought, somebody else may have gone. Whether the answer suffices, the plan itself says.

use std::{
    io::{BufRead, IsTerminal, Write as _},
    time::Duration,
};

use super::{CAUGHT_UP, Hand, Said, print};
use crate::{
    cli::exit::{Exit, Failure},
    domain::plan::{Assent, Danger, Plan, Refusal},
    insight::guard,
};

/// Longer than anybody thinks; then the picture is kept going for as long again.
const LONG: Duration = Duration::from_secs(3600);
/// How often it is asked again because it has become graver, at most.
const TRIES: usize = 3;

/// Asks the person at the terminal, `held` being how long it holds: the plan that the answer is to, and the answer; a
/// refusal where there is nobody to ask, or what is on the screen is no longer so.
///
/// # Errors
/// When the terminal cannot be written to or read from.
pub(super) async fn ask(
    hand: &mut Hand,
    mut plan: Plan,
    said: &Said,
    (name, held): (&str, &str),
) -> Result<(Plan, Result<Assent, Refusal>), Failure> {
    for _ in 0..TRIES {
        if let Some(refusal) = plan.refused.clone() {
            return Ok((plan, Err(refusal)));
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Ok((plan, Err(Refusal::new("not confirmed: there is no terminal to ask on; --yes confirms"))));
        }
        let question = format!("{}{}", print::sentences(&plan, name, held), prompt(&plan));
        let line = answer(hand, question).await?;
        let assent = match plan.danger {
            Danger::Safe if matches!(&*line.to_lowercase(), "y" | "yes") => Assent::Key,
            Danger::Safe => Assent::TypedName(String::new()),
            Danger::TypedName | Danger::LastHealthy => Assent::TypedName(line),
        };
        hand.run.until(CAUGHT_UP, |_| false).await;
        if !hand.run.model.world.registry.link().state.live() {
            let why = "Not done: the registry is not reached any more, and what is known of it is old.";
            return Ok((plan, Err(Refusal::new(why))));
        }
        let now = hand.plan(plan.draft.clone(), said);
        if !guard::graver(&now, &plan) {
            return Ok((plan, Ok(assent)));
        }
        eprintln!("Not done: it is graver now than when you read it. Read it again.");
        plan = now;
    }
    let why = "Not done: it became graver each time that it was asked. Look what happens there first.";
    Ok((plan, Err(Refusal::new(why))))
}

fn prompt(plan: &Plan) -> String {
    match plan.danger {
        Danger::Safe => "Do it? [y/N] ".to_owned(),
        Danger::TypedName | Danger::LastHealthy => format!("Type {} to do it: ", plan.draft.target.typed_name()),
    }
}

/// Waits for a line; the picture goes on meanwhile.
async fn answer(hand: &mut Hand, question: String) -> Result<String, Failure> {
    let fault = |e: std::io::Error| Failure::new(Exit::Failed, format!("Cannot ask on the terminal: {e}."));
    let asking = tokio::task::spawn_blocking(move || {
        let mut screen = std::io::stderr();
        write!(screen, "{question}")?;
        screen.flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    });
    let mut asking = std::pin::pin!(asking);
    loop {
        tokio::select! {
            line = &mut asking => {
                return line.unwrap_or_else(|e| Err(std::io::Error::other(e))).map_err(fault);
            }
            _ = hand.run.until(LONG, |_| false) => {}
        }
    }
}
