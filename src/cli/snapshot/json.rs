//! The snapshot as JSON: an interface (contract, section 4). What is not known is `null`, never 0, never left out.

use serde_json::{Map, Value, json};

use crate::{
    app::Model,
    domain::{
        id::Layout,
        instance::{Can, Instance},
        secret,
        text::{Shown, json_escape},
        time::Moment,
        verdict::Subject,
    },
    insight::{share, status, verdict, weigh},
    store::{
        circuits::Breaker,
        registry::{Service, Slot},
        traffic::Traffic,
    },
};

/// The whole document, a line at its end.
pub fn document(model: &Model) -> String {
    let registry = &model.world.registry;
    let link = registry.link();
    // Without a picture there is nothing to tell of services: what the file expects is not known to be missing.
    let read = registry.complete().is_some();
    let services: Vec<Value> =
        registry.services().filter(|_| read).map(|service| service_json(model, service)).collect();
    let value = json!({
        "at": model.now.rfc3339(),
        "version": env!("CARGO_PKG_VERSION"),
        "read_only": model.setup.read_only,
        "cluster": model.setup.cluster,
        "registry": {
            "kind": "zookeeper",
            "address": shown(&model.setup.registry),
            "link": link.state.word(),
            "as_of": moment(link.as_of),
            "server_version": link.server_version,
            "session_timeout_ms": link.session_timeout_ms,
            "unreadable": registry.coverage().unreadable,
        },
        "services": services,
        "edges": edges(model),
        "circuits": circuits(model),
        "verdicts": model.verdicts.iter().map(verdict::json).collect::<Vec<_>>(),
        "intents": intents(model),
        "logs": {
            "held": model.world.logs.held(), "received": model.world.logs.received(), "dropped": model.world.logs.dropped(),
        },
        "traces": {
            "held": model.world.traces.held(), "spans": model.world.traces.spans(),
            "received": model.world.traces.received(), "dropped": model.world.traces.dropped(),
        },
        "dropped": dropped(model),
    });
    format!("{}\n", json_escape(&value.to_string()))
}

/// Text in the form that the screen shows.
fn shown(text: &str) -> String {
    Shown::new(text).as_str().to_owned()
}

fn moment(at: Option<Moment>) -> Option<String> {
    at.map(Moment::rfc3339)
}

fn service_json(model: &Model, service: &Service) -> Value {
    let shares = (share::total(service), share::certain(service));
    let instances: Vec<Value> =
        service.slots.values().map(|slot| instance_json(model, service, slot, shares)).collect();
    let layout = service.id.layout.registered().then(|| service.id.layout.word());
    json!({"name": &*service.id.name, "layout": layout, "expected": service.expected, "instances": instances})
}

/// A weight as a number without a fraction where it has none.
pub(in crate::cli) fn number(weight: f64) -> Value {
    if weight.fract() == 0.0 && weight.abs() < 1e15 { json!(weight as i64) } else { json!(weight) }
}

fn instance_json(model: &Model, service: &Service, slot: &Slot, (total, certain): (f64, bool)) -> Value {
    let view = status::instance(&model.world, service, slot, total);
    let instance = slot.registered();
    let path = (!slot.key.path.is_empty()).then(|| slot.key.path.to_string());
    let able = |can: Option<&Can>| match can {
        Some(Ok(())) => Value::Null,
        Some(Err(why)) => json!(shown(why)),
        None => json!("it is not registered"),
    };
    let capabilities = instance.map(|i| &i.capabilities);
    json!({
        "address": slot.address().map(|a| a.text()),
        "path": path,
        "presence": view.presence.word(),
        "admin": view.admin.word(),
        "health": health(&view, service.id.layout),
        "weight": {
            "declared": view.declared,
            "effective": view.effective.map(number),
            "share_expected": view.due.filter(|due| *due == 0.0 || certain),
            "share_seen": share::seen(&model.world, slot, view.id.as_ref()),
        },
        "traffic": view.id.as_ref().and_then(|id| model.world.traffic.instance(id)).map(traffic),
        "registered_at": instance.map(|i| i.registered_at.rfc3339()),
        "owner_session": instance.and_then(|i| i.owner_session).map(|s| format!("0x{s:x}")),
        "metadata": instance.map(metadata),
        "capabilities": {
            "drain": able(capabilities.map(|c| &c.drain)),
            "weight": able(instance.map(|i| weigh::can(&model.world, i)).as_ref()),
            "deregister": able(capabilities.map(|c| &c.deregister)),
        },
        "double": service.double(slot),
        "raw": instance.map(|i| raw(&i.raw)),
    })
}

/// What traces, or else metrics, show of the calls that an instance served.
fn traffic(traffic: Traffic) -> Value {
    json!({
        "rate": traffic.rate,
        "error_ratio": traffic.error_ratio,
        "p50_ms": traffic.p50_ms,
        "p95_ms": traffic.p95_ms,
        "source": traffic.source.words(),
        "as_of": traffic.as_of.rfc3339(),
    })
}

fn health(view: &status::InstanceView<'_>, layout: Layout) -> Value {
    let Some(entry) = view.health else {
        let nowhere = || view.id.is_none().then_some("no address is known");
        let why = layout.traits().probe.silent.or_else(nowhere);
        let detail = why.map(|why| format!("not probed: {why}"));
        return json!({"state": "unknown", "as_of": null, "source": null, "detail": detail});
    };
    json!({
        "state": entry.state.word(),
        "as_of": moment(entry.as_of),
        "source": shown(&entry.source),
        "detail": entry.detail.as_deref().map(shown),
    })
}

fn metadata(instance: &Instance) -> Value {
    let pairs =
        instance.metadata.iter().map(|(key, value)| (shown(key), json!(shown(&secret::mask_value(key, value)))));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// The znode's bytes as the screen shows them.
fn raw(bytes: &[u8]) -> String {
    let text = Shown::from_bytes(bytes);
    Shown::new(&secret::mask(text.as_str())).as_str().to_owned()
}

/// Calls that are declared or were seen; one that only a breaker names is neither.
fn edges(model: &Model) -> Vec<Value> {
    let edge = |e: &crate::insight::edge::Edge| {
        let seen = model.world.traffic.edge(&e.from, &e.to);
        json!({
            "from": shown(&e.from), "to": shown(&e.to), "declared": e.declared, "observed": e.observed,
            "rate": seen.and_then(|t| t.rate),
            "error_ratio": seen.and_then(|t| t.error_ratio),
            "p95_ms": seen.and_then(|t| t.p95_ms),
        })
    };
    model.cluster.edges.iter().filter(|e| e.declared || e.observed).map(edge).collect()
}

/// Why a breaker refuses calls: what it counted when it opened, and what is wrong with the callee where that is known.
fn cause(model: &Model, b: &Breaker) -> Option<String> {
    let opened = b.opened.as_ref().filter(|_| b.state.refuses())?;
    let part =
        |rate: Option<f64>, what: &str| rate.filter(|r| *r > 0.0).map(|r| format!("{r:.0} % of its calls {what}"));
    let counted = part(opened.failure_rate, "failed").or_else(|| part(opened.slow_rate, "were slow"));
    let callee = model.verdicts.iter().find_map(|v| match &v.subject {
        Subject::Circuit(from, to) if *from == b.reading.caller.service && *to == b.reading.callee => v.cause.clone(),
        _ => None,
    });
    let both: Vec<String> = counted.into_iter().chain(callee.map(|c| c.to_string())).collect();
    (!both.is_empty()).then(|| shown(&both.join("; ")))
}

fn circuits(model: &Model) -> Vec<Value> {
    let breaker = |b: &Breaker| {
        json!({
            "caller": shown(&b.reading.caller.service),
            "instance": b.reading.caller.address.text(),
            "callee": shown(&b.reading.callee),
            "name": shown(&b.reading.name),
            "state": b.state.word(),
            "since": b.since.rfc3339(),
            "cause": cause(model, b),
            "source": shown(&b.reading.source),
            "as_of": b.as_of().rfc3339(),
        })
    };
    model.world.circuits.iter().map(breaker).collect()
}

fn intents(model: &Model) -> Vec<Value> {
    let registry = &model.world.registry;
    let intent = |i: &crate::domain::intent::Intent| {
        json!({
            "target": format!("{}/{}", i.service, i.address.text()),
            "op": i.op.word(),
            "by": shown(&i.by),
            "at": i.at.rfc3339(),
            "reason": i.reason.as_deref().map(shown),
            "until": moment(i.until),
            "state": registry.intent_state(i).word(),
            "cause": registry.cause(i).map(|cause| cause.sentence()),
            "hold": i.held(),
            "given_up": moment(i.ties.given_up),
            "operator": i.ties.operator.as_deref().map(|path| json!({"path": shown(path), "present": registry.present(path)})),
        })
    };
    registry.intents().map(|(_, i)| intent(i)).collect()
}

/// What was dropped on the way, by source.
fn dropped(model: &Model) -> Value {
    let counts = model.world.sources.iter().filter_map(|(name, source)| {
        let count: u64 = source.dropped.values().sum();
        (count > 0).then(|| (shown(name), json!(count)))
    });
    Value::Object(counts.collect::<Map<_, _>>())
}
