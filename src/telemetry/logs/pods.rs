//! Whose the lines of a pod are: the name of what Kubernetes runs it for, which the pod's name begins with, and what the path of a
//! file tells where the kubelet writes it. Only endings that Kubernetes makes are taken off: of another name nothing is known.

use std::sync::Arc;

use crate::domain::log::LogLine;
use crate::domain::value::Value;
use crate::telemetry::names::Names;

/// What ends the names of pods: no vowels, nothing that looks like another.
const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// Under which names those who carry a line tell of which pod it is.
pub(super) const NAMES: &[&str] = &["pod", "podName", "kubernetes.pod_name", "kubernetes.pod.name", "labels.pod"];
/// The same of its container.
const CONTAINERS: &[&str] =
    &["container", "containerName", "kubernetes.container_name", "kubernetes.container.name", "labels.container"];
/// How long the digits are with which a container's id is told in the name of its file.
const ID: usize = 64;
/// The longest name of one of them, in bytes.
const LONGEST: usize = 253;
/// The longest name of a container or a namespace, in bytes.
const LABEL: usize = 63;

/// Whether a text is the ending that tells a pod from its siblings.
pub(super) fn is_ending(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| SAFE.contains(&b))
}

/// Whether a text is what tells the pods of one version of a Deployment from those of another.
fn is_hash(text: &str) -> bool {
    (6..=10).contains(&text.len())
        && text.bytes().all(|b| SAFE.contains(&b))
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// How surely a name is that of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A Deployment's: nothing else is called so.
    Deployment,
    /// A DaemonSet's or a Job's: of its end there are words, too, but not many.
    Random,
    /// A StatefulSet's: `retry-2` looks like one.
    Number,
    /// A static pod's: what its container is called, and the machine. Only with that is it known for one.
    Static,
}

/// What a name is as that of a pod, and whose it is then.
pub(super) fn kind(pod: &str) -> Option<(&str, Kind)> {
    // Cheap to say no: most words have no dash.
    let (name, end) = pod.rsplit_once('-').filter(|(name, _)| !name.is_empty())?;
    let is_number = end.bytes().all(|b| b.is_ascii_digit());
    let kind = match name.rsplit_once('-') {
        Some((workload, hash)) if is_ending(end) && is_hash(hash) && !workload.is_empty() => Kind::Deployment,
        _ if is_ending(end) && !is_number => Kind::Random,
        _ if is_number && (1..=3).contains(&end.len()) => Kind::Number,
        _ => return None,
    };
    (is_name(pod) && pod.as_bytes()[0].is_ascii_alphanumeric()).then(|| (workload(pod).unwrap_or(name), kind))
}

/// Whether a text can be the name of a pod, or of a machine.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_part)
}

/// Whether a text can be the name of a container, or of a namespace.
pub(super) fn is_label(text: &str) -> bool {
    let is_end = |b: Option<&u8>| b.is_some_and(|b| *b != b'-');
    text.len() <= LABEL
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && is_end(text.as_bytes().first())
        && is_end(text.as_bytes().last())
}

/// What Kubernetes runs a pod for: `orders` of `orders-6d4cf56db6-x7k2p` (a Deployment), `orders-x7k2p` (a DaemonSet, a Job),
/// `orders-28123456-x7k2p` (a CronJob) and `orders-0` (a StatefulSet).
pub(super) fn workload(pod: &str) -> Option<&str> {
    let (name, end) = pod.rsplit_once('-').filter(|(name, _)| !name.is_empty())?;
    if !is_ending(end) {
        let is_number = (1..=3).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_digit());
        return is_number.then_some(name);
    }
    let made = |text: &str| is_hash(text) || text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    match name.rsplit_once('-') {
        Some((workload, hash)) if made(hash) && !workload.is_empty() => Some(workload),
        _ => Some(name),
    }
}

/// What a static pod is run for: its name is that of its container and of the machine, `etcd-node1`.
pub(super) fn of_static<'a>(pod: &str, container: &'a str) -> Option<&'a str> {
    let machine = pod.strip_prefix(container)?.strip_prefix('-')?;
    (is_name(machine) && is_label(container)).then_some(container)
}

/// What the path of a file tells of the pod that writes it.
#[derive(Debug)]
pub(super) struct Pod {
    fields: [(Arc<str>, Value); 3],
    service: Option<Arc<str>>,
}

impl Pod {
    /// Of `<pod>_<namespace>_<container>-<id>.log` and `<namespace>_<pod>_<uid>/<container>/0.log`, in whichever folder.
    pub(super) fn of(path: &str) -> Option<Pod> {
        let mut parts = path.rsplit('/');
        let name = parts.next()?.split_once(".log")?.0;
        let [pod, namespace, container] = match name.bytes().all(|b| b.is_ascii_digit()) {
            true => {
                let container = parts.next()?;
                let mut names = parts.next()?.splitn(3, '_');
                let (namespace, pod) = (names.next()?, names.next()?);
                // Of a static pod it is a hash of what it is made of.
                let is_uid =
                    |uid: &str| matches!(uid.len(), 32 | 36) && uid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
                names.next().filter(|uid| is_uid(uid))?;
                [pod, namespace, container]
            }
            false => {
                let (name, id) = name.rsplit_once('-')?;
                if id.len() != ID || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return None;
                }
                let mut names = name.splitn(3, '_');
                [names.next()?, names.next()?, names.next()?]
            }
        };
        if ![pod, namespace, container].into_iter().all(is_name) {
            return None;
        }
        let field = |key: &str, value: &str| (key.into(), Value::from(value));
        let fields = [field("pod", pod), field("namespace", namespace), field("container", container)];
        Some(Pod { fields, service: workload(pod).or_else(|| of_static(pod, container)).map(Arc::from) })
    }

    /// Gives a line what it does not tell itself.
    pub(super) fn tell(&self, line: &mut LogLine) {
        for (key, value) in &self.fields {
            if !line.fields.iter().any(|(known, _)| known == key) {
                line.fields.push((key.clone(), value.clone()));
            }
        }
    }
}

/// The service of a line for which nothing else tells one: by the pod in front of it (`is_named`), else by that of its file.
pub(super) fn service(line: &LogLine, is_named: bool, of_file: Option<&Pod>, names: &Names) -> Option<Arc<str>> {
    let last = |names: &[&str]| line.fields.iter().rfind(|(key, _)| names.contains(&&**key)).map(|(_, value)| &**value);
    let named = || {
        let pod = last(NAMES)?;
        workload(pod).or_else(|| of_static(pod, last(CONTAINERS)?))
    };
    match is_named.then(named).flatten() {
        Some(name) => Some(names.get(name)),
        None => of_file?.service.clone(),
    }
}

#[cfg(test)]
#[path = "pods_tests.rs"]
mod tests;
