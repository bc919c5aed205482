//! `keepwatch demo`: the embedded cluster, and the dashboard on it. The dashboard learns of the cluster only as it would of
//! any other; what it is given beside that is what the cluster is expected to have, and the command `:fault`.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, LazyLock},
};

use super::{
    args::DemoArgs,
    dashboard::{self, More},
    exit::{Exit, Failure, Outcome},
    out, start,
};
use crate::{
    config::{Otlp, settings::Settings},
    demo::{self, Cluster, fault::Faults},
    domain::address::Address,
    runtime::effects::Extra,
    store::registry::Expected,
};

/// What `--fault` does, with the names that there are.
pub(super) static FAULT_HELP: LazyLock<String> = LazyLock::new(|| {
    let names: Vec<_> = demo::fault::FAULTS.iter().map(|fault| fault.name).collect();
    format!(
        "A fault to begin with, at once or after SECONDS, instead of the cycle; may be repeated: {}",
        names.join(", ")
    )
});

/// Starts the cluster, and shows it or (headless) runs until it is stopped.
///
/// # Errors
/// Usage, where a fault has no such name or there is no terminal; failed, where the cluster does not start.
pub fn run(mut settings: Settings, args: &DemoArgs) -> Outcome {
    if !args.headless {
        dashboard::usable()?;
    }
    let options = demo::Options {
        seed: args.seed.unwrap_or_else(|| fastrand::u64(..)),
        calm: args.calm,
        faults: args.fault.iter().map(|f| (f.name.clone(), (f.seconds > 0.0).then_some(f.seconds))).collect(),
        otlp: otlp(args.otlp.as_ref())?,
    };
    start::block_on(async {
        let cluster = demo::start(options).await.map_err(|error| match error {
            demo::Error::NoFault(..) => Failure::usage(format!("{error}.")),
            error => Failure::new(Exit::Failed, format!("{error}.")),
        })?;
        let ready = cluster.ready();
        if args.headless {
            let line = match args.output {
                Some(_) => serde_json::to_string(&ready).map_err(anyhow::Error::from)? + "\n",
                None => format!(
                    "The demo cluster is ready (for demo and tests only).\nregistry {}\nregistrar {}\ngateway {}\ntoken {}\notlp {}\ncontrol {}\n",
                    ready.registry, ready.registrar, ready.gateway, ready.token, ready.otlp, ready.control
                ),
            };
            let stop = super::events::stopped();
            if out::write(&line)? {
                stop.await;
            }
            cluster.stop().await;
            return Ok(Exit::Done);
        }
        let address = |text: &str| {
            text.parse().map_err(|_| Failure::new(Exit::Failed, format!("The demo said a strange address: {text}.")))
        };
        settings.registry = address(&ready.registry)?;
        settings.registry_named = true;
        settings.otlp =
            Otlp::At(ready.otlp.parse().map_err(|_| {
                Failure::new(Exit::Failed, format!("The demo said a strange address: {}.", ready.otlp))
            })?);
        settings.otlp_named = true;
        settings.config.cluster.name.get_or_insert_with(|| "demo".into());
        let more = More {
            expected: Some(expected(&cluster)),
            extras: vec![("fault".into(), "NAME".into(), faults_doc(&cluster.faults()))],
            extra: Some(extra(cluster.faults())),
        };
        let ended = dashboard::run(&settings, &args.look, more).await;
        cluster.stop().await;
        ended.map(|(exit, _)| exit)
    })
}

/// Where the services send, as asked for.
fn otlp(wanted: Option<&Otlp>) -> Result<Option<SocketAddr>, Failure> {
    match wanted {
        None => Ok(None),
        Some(Otlp::At(address)) => match address.ip() {
            Some(ip) => Ok(Some(SocketAddr::new(ip, address.port()))),
            None => Err(Failure::usage(format!(
                "--otlp {address}: the demo sends to loopback alone; write 127.0.0.1:PORT."
            ))),
        },
        Some(Otlp::Off) => Err(Failure::usage("--otlp off: the demo always sends; leave it out.")),
    }
}

/// What the cluster is expected to have.
fn expected(cluster: &Cluster) -> Expected {
    let mut services: BTreeMap<Arc<str>, Vec<Address>> = BTreeMap::new();
    for instance in cluster.expected() {
        if let Ok(address) = instance.address.to_string().parse() {
            services.entry(instance.service.into()).or_default().push(address);
        }
    }
    Expected { services, depends_on: BTreeMap::new() }
}

fn names(faults: &Faults) -> String {
    faults.list().into_iter().map(|f| f.name).collect::<Vec<_>>().join(" ")
}

fn faults_doc(faults: &Faults) -> Arc<str> {
    format!("Begin or end a fault: {}", names(faults)).into()
}

/// `:fault NAME`: begins it, or ends it where it is under way.
fn extra(faults: Faults) -> Extra {
    Arc::new(move |_, name| {
        if name.is_empty() || !demo::fault::known(name) {
            return Err(format!("Which fault? There are: {}.", names(&faults)));
        }
        if faults.active(name) {
            faults.stop(name);
            Ok(format!("The fault {name} ends."))
        } else {
            faults.start(name);
            Ok(format!("The fault {name} begins. `:fault {name}` ends it."))
        }
    })
}
