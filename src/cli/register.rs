//! `keepwatch register`: plays the part of the file's services. One session holds an ephemeral for each of their endpoints,
//! in the seed's layout, until it is stopped.

use serde_json::json;

use super::{
    args::{Format, RegisterArgs},
    exit::{Exit, Failure, Outcome},
    out, start,
};
use crate::{
    config::settings::Settings,
    domain::text::Shown,
    zk::registrant::{Held, Registrant, Registration},
};

/// Registers and holds.
///
/// # Errors
/// Usage, when the file names no such service or none with an endpoint; refused when read-only.
pub fn run(settings: &Settings, args: &RegisterArgs) -> Outcome {
    if settings.read_only {
        return Err(Failure::new(Exit::Refused, "Not registered: keepwatch is read-only here."));
    }
    let registrations = registrations(settings, args)?;
    start::block_on(async {
        let registry = start::registry(settings)?;
        let mut stop = std::pin::pin!(super::events::stopped());
        let mut registrant = Registrant::start(registry.options().clone(), registrations);
        loop {
            let told = tokio::select! {
                () = &mut stop => break,
                told = registrant.next() => told,
            };
            let Some(told) = told else { break };
            if !out::write(&line(&told, args.output))? {
                break;
            }
        }
        registrant.stop().await;
        Ok(Exit::Done)
    })
}

fn registrations(settings: &Settings, args: &RegisterArgs) -> Result<Vec<Registration>, Failure> {
    let services = &settings.config.services;
    for key in &args.service {
        if !services.iter().any(|s| s.key == *key) {
            let all = services.iter().map(|s| s.key.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Failure::usage(format!("The file names no service `{key}`. It names: {all}.")));
        }
    }
    let chosen = services.iter().filter(|s| args.service.is_empty() || args.service.contains(&s.key));
    let registrations: Vec<Registration> = chosen
        .flat_map(|s| s.endpoints.iter().filter_map(move |e| Some((s, e.address.as_ref()?))))
        .map(|(service, address)| Registration {
            path: format!("/{}/{}", service.name, address.text()),
            data: args.weight.to_string().into_bytes(),
        })
        .collect();
    if registrations.is_empty() {
        return Err(Failure::usage(
            "Nothing to register: the configuration names no service with an endpoint. Give one with --config FILE.",
        ));
    }
    Ok(registrations)
}

fn line(told: &Held, form: Format) -> String {
    let (event, path, words) = match told {
        Held::Registered(path, session) => ("registered", Some(path), format!("session 0x{session:x}")),
        Held::Waiting(path, session) => {
            ("waiting", Some(path), format!("for the node of session 0x{session:x} to go; it is never deleted"))
        }
        Held::Trouble(path, why) => ("trouble", Some(path), why.clone()),
        Held::Unreachable(why) => ("unreachable", None, why.clone()),
        Held::Disconnected => ("disconnected", None, "the link is lost; trying again".into()),
        Held::Expired => ("expired", None, "the session is over; a new one follows".into()),
    };
    match form {
        Format::Json => format!("{}\n", json!({"event": event, "path": path, "detail": Shown::new(&words).as_str()})),
        Format::Text => {
            let path = path.map(|p| format!(" {p}")).unwrap_or_default();
            format!("{event}{path}: {}\n", Shown::new(&words).as_str())
        }
    }
}
