//! Everything that is known of one instance, in blocks: each value with its source, and at the right its age.

use super::{admin, progress, told};
use crate::{
    app::Model,
    command::Command,
    domain::{
        instance::{Admin, Can, Presence},
        secret, show,
        text::Shown,
    },
    insight::{share, status::InstanceView},
    store::registry::Service,
    theme::{Mark, Role},
    ui::{
        say,
        screen::instances,
        widget::{canvas::Canvas, page::Page, phrase::Phrase},
    },
};

/// Where values stand.
const VALUE: u16 = 13;
/// Metadata shown at most.
const METADATA: usize = 20;
/// Characters of raw bytes shown at most.
const RAW: usize = 600;

/// Its blocks, the most wanted first.
pub(super) fn blocks(
    canvas: &Canvas<'_>,
    model: &Model,
    service: &Service,
    view: &InstanceView<'_>,
    width: u16,
) -> Vec<Page> {
    let mut all = vec![
        weight(canvas, model, service, view, width),
        traffic(canvas, model, view, width),
        told::health(canvas, model, view, width),
    ];
    // What somebody decided is wanted before what is measured.
    let decided = if view.intent.is_some() { 1 } else { all.len() };
    all.insert(decided, admin::page(canvas, model, view, width, registry_age(canvas, model)));
    all.push(registration(canvas, model, service, view, width));
    if view.admin == Admin::DrainLost {
        // What a person has to decide now; how it went before is over.
        let decide = all.remove(decided);
        all.insert(0, decide);
    } else if let Some(page) = progress::block(canvas, model, service, view, width) {
        // What is going on is wanted before what is.
        all.insert(0, page);
    }
    all.extend(can(canvas, model, view, width));
    all.extend(metadata(canvas, view, width));
    all.extend(told::story(canvas, model, view, width));
    all
}

/// How old what the registry tells is.
fn registry_age(canvas: &Canvas<'_>, model: &Model) -> Phrase<'static> {
    let link = model.world.registry.link();
    match link.as_of {
        None => Phrase::new(),
        Some(at) if link.state.live() => Phrase::of(say::age(model, at), canvas.style(Role::Muted)),
        Some(at) => Phrase::of(format!("as of {}", say::when(model, at)), canvas.style(Role::Stale)),
    }
}

fn weight(canvas: &Canvas<'_>, model: &Model, service: &Service, view: &InstanceView<'_>, width: u16) -> Page {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let mut page = Page::new(width);
    page.heading("Weight", Phrase::of("age", muted));
    let age = registry_age(canvas, model);
    let declared = match (view.presence, view.declared) {
        (Presence::Registered, Some(n)) => Phrase::of(n.to_string(), strong).with(" in the znode", muted),
        (Presence::Registered, None) => {
            Phrase::of(show::ABSENT, muted).with(" none that can be read in the znode", muted)
        }
        _ => Phrase::of(show::ABSENT, muted).with(" not registered", muted),
    };
    page.value("declared", VALUE, &declared, age.clone(), muted);
    let why = match (view.declared.map(|n| n as f64) == view.effective, view.admin) {
        (true, _) => "",
        (_, Admin::Drained) => " as it is marked drained",
        _ => " by the layout's convention",
    };
    page.value(
        "acts",
        VALUE,
        &Phrase::of(view.effective.map_or(show::ABSENT.to_owned(), show::weight), strong).with(why, muted),
        age.clone(),
        muted,
    );
    let total = share::total(service);
    let due = match (view.due, view.effective) {
        (Some(due), Some(own)) => Phrase::of(instances::due(model, &service.id, &view.slot.key, Some(due)), strong)
            .with(format!(" = {} of {}, by weight", show::weight(own), show::weight(total)), muted),
        _ => Phrase::new(),
    };
    page.value("share due", VALUE, &due, age, muted);
    page
}

/// What callers really send, as traces tell.
fn traffic(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, width: u16) -> Page {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let mut page = Page::new(width);
    let store = &model.world.traffic;
    let source = view.id.as_ref().and_then(|id| store.instance(id)).map_or("traces", |told| told.source.words());
    page.heading("Traffic", Phrase::of(format!("from {source}"), muted));
    let found =
        |id| Some((store.instance(id)?, store.service(&id.service), share::seen(&model.world, view.slot, Some(id))));
    let Some((own, whole, share)) = view.id.as_ref().and_then(found) else {
        let why = match store.as_of() {
            None => "– no span has come yet".to_owned(),
            Some(at) if !store.is_live() => format!("– no span since {}", say::when(model, at)),
            Some(_) => "– no trace shows a call to it".to_owned(),
        };
        page.say(0, 2, &Phrase::of(why, muted));
        return page;
    };
    let age = Phrase::of(say::age(model, own.as_of), muted);
    let usual = view.id.as_ref().and_then(|id| store.instance_usual(id));
    // What is usual stands beside the number, where it is known.
    let usually = |text: Option<String>| text.map_or_else(String::new, |text| format!("  usually {text}"));
    let rate = own.rate.map(|r| Phrase::of(show::rate(r), strong)).unwrap_or_default();
    let rate = rate.with(usually(usual.map(|u| show::rate(u.rate))), muted);
    page.value("rate", VALUE, &rate, age.clone(), muted);
    let latency = |ms: Option<f64>| ms.map_or(show::ABSENT.to_owned(), show::latency);
    let times = [own.p50_ms, own.p95_ms, own.p99_ms].map(latency).join(" · ");
    let times = Phrase::of(times, strong)
        .with(usually(usual.and_then(|u| u.p95_ms).map(|ms| format!("p95 {}", show::latency(ms)))), muted);
    page.value("p50 p95 p99", VALUE, &times, age.clone(), muted);
    let failed = own.error_ratio.map_or(Phrase::new(), |ratio| {
        let ink = if ratio > 0.01 { canvas.bold(Role::Bad) } else { strong };
        let of = format!(" {} of {}", show::count(own.minute.errors.into()), show::count(own.minute.calls.into()));
        let usual = usually(usual.and_then(|u| u.error_ratio).map(show::percent));
        Phrase::of(show::percent(ratio), ink).with(of, muted).with(usual, muted)
    });
    page.value("errors", VALUE, &failed, age.clone(), muted);
    let shown = match (share, whole) {
        (Some(_), Some(whole)) if u64::from(whole.minute.calls) < show::FEW => Phrase::of(show::FEW_CALLS, muted),
        (Some(share), Some(whole)) => {
            let window = if view.effective == Some(0.0) { "10 s" } else { "minute" };
            let of = whole.rate.map(|r| format!(" of {}, last {window}", show::rate(r))).unwrap_or_default();
            let key = &view.slot.key;
            let parts = view.id.as_ref().and_then(|id| model.world.registry.at(&id.service, &id.address).next());
            let whole = parts.and_then(|(service, _)| instances::shares(model, &service.id, key).seen);
            Phrase::of(whole.map_or_else(|| show::percent(share), show::share), strong).with(of, muted)
        }
        _ => Phrase::new(),
    };
    page.value("share seen", VALUE, &shown, age.clone(), muted);
    if let Some(open) = view.id.as_ref().and_then(|id| store.in_flight(id)) {
        let open = Phrase::of(show::commas(open), strong).with(" requests, by its metrics", muted);
        page.value("in flight", VALUE, &open, age, muted);
    }
    page
}

fn registration(canvas: &Canvas<'_>, model: &Model, service: &Service, view: &InstanceView<'_>, width: u16) -> Page {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let mut page = Page::new(width);
    page.heading("Registration", Phrase::of(format!("layout {}", service.id.layout.word()), muted));
    let Some(instance) = &view.slot.instance else {
        let line = "Only the configuration file names it; the registry holds nothing of it.";
        page.say(0, 0, &Phrase::of(line, text));
        return page;
    };
    let age = registry_age(canvas, model);
    page.value("path", VALUE, &Phrase::of(Shown::new(&instance.path).into_owned(), text), age, muted);
    if view.presence != Presence::Registered {
        let gone = Phrase::of(Mark::Missing.symbol(), canvas.theme().mark(Mark::Missing))
            .with(format!(" gone since {}; the rest is what it was", say::when(model, view.slot.since)), text);
        page.value("", VALUE, &gone, Phrase::new(), muted);
    }
    let raw = say::bytes(&instance.raw);
    let (shown, rest) = crate::domain::fit::split(&raw, RAW);
    let quote = Shown::new("\"");
    let mut data = Phrase::of(quote.clone().join(&shown).join(&quote), text);
    if !rest.is_empty() {
        data.push(format!(" … {} in all", show::bytes(instance.raw.len() as u64)), muted);
    }
    data.push(format!(" version {}", instance.version), muted);
    page.value("data", VALUE, &data, Phrase::new(), muted);
    let owner = match instance.owner_session {
        Some(session) => {
            Phrase::of("session ", muted).with(format!("{:#x}", session as u64), text).with(" ephemeral", muted)
        }
        None => Phrase::of("nobody's session", text).with(" persistent: it stays when the provider dies", muted),
    };
    page.value("owner", VALUE, &owner, Phrase::new(), muted);
    if instance.registered_at.0 > 0 {
        let since = Phrase::of(say::when(model, instance.registered_at), text).with(
            format!(" {} ago", show::duration((say::now(model).since(instance.registered_at) / 1000) as u64)),
            muted,
        );
        page.value("since", VALUE, &since, Phrase::new(), muted);
    }
    if service.double(view.slot) {
        let line = Phrase::of("this address is registered more than once", canvas.style(Role::Warn));
        page.value("double", VALUE, &line, Phrase::new(), muted);
    }
    page
}

fn metadata(canvas: &Canvas<'_>, view: &InstanceView<'_>, width: u16) -> Option<Page> {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let instance = view.slot.instance.as_ref()?;
    let notes = instance.more.iter().flat_map(|more| &more.notes);
    if instance.metadata.is_empty() && notes.clone().next().is_none() {
        return None;
    }
    let mut page = Page::new(width);
    page.heading("Metadata", Phrase::new());
    for note in notes {
        page.say(0, 2, &Phrase::of(Shown::new(note).into_owned(), text));
    }
    for (key, value) in instance.metadata.iter().take(METADATA) {
        let masked = secret::mask_value(key, value);
        let line = Phrase::of(Shown::new(key), muted).with("  ", muted).with(Shown::new(&masked), text);
        page.say(0, 2, &line);
    }
    if instance.metadata.len() > METADATA {
        page.say(0, 2, &Phrase::of(format!("and {} more", instance.metadata.len() - METADATA), muted));
    }
    Some(page)
}

/// What can be done to it here, or why not.
fn can(canvas: &Canvas<'_>, model: &Model, view: &InstanceView<'_>, width: u16) -> Option<Page> {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let instance = view.slot.registered()?;
    let mut page = Page::new(width);
    page.heading("What you can do here", Phrase::new());
    if let Some(why) = crate::app::action::blocked(model) {
        page.say(0, 0, &Phrase::of(why, muted));
        return Some(page);
    }
    let able = &instance.capabilities;
    let weight = crate::insight::weigh::can(&model.world, instance);
    let drained = view.admin == Admin::Drained;
    let first = if drained { Command::Undrain } else { Command::Drain };
    let holds = if instance.owner_session.is_some() && instance.service.layout.explained() {
        "; the provider can undo it by registering again"
    } else {
        ""
    };
    let rows: [(Command, &Can, String); 3] = [
        (first, &able.drain, format!("{}{holds}", if drained { "put it back" } else { "take it out" })),
        (Command::Weight, &weight, format!("set its weight{holds}")),
        (Command::Deregister, &able.deregister, "deregister it: asks for its name, cannot be undone".to_owned()),
    ];
    for (command, can, what) in rows {
        let key = model.setup.keys.keys(command).first().map(ToString::to_string).unwrap_or_default();
        let line = match can {
            Ok(()) => Phrase::of(format!("{key:<4}"), canvas.style(Role::Key)).with(what, text),
            Err(why) => Phrase::of(format!("{key:<4}"), muted)
                .with(format!("{}: not possible. ", command.row().title), muted)
                .with(Shown::new(why).into_owned(), muted),
        };
        page.say(0, 4, &line);
    }
    let marked = instances::callers_mark(model, view).is_some();
    if marked && let Some(key) = model.setup.keys.keys(Command::BreakersOf).first() {
        page.say(
            0,
            4,
            &Phrase::of(format!("{:<4}", key.to_string()), canvas.style(Role::Key)).with("its breakers", text),
        );
    }
    Some(page)
}
