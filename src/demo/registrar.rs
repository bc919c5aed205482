//! The registrar: the REST calls of the user's own document (`POST /v1/nodes`, `GET /<service>/children`), answered on top of
//! the demo's registry by a session of its own. It is the demo's; no ZooKeeper has it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use zookeeper_client::{Acls, Client, CreateMode, Error, Stat};

use super::member::{SESSION, close};

/// Between two tries at the registry.
const PAUSE: Duration = Duration::from_millis(200);
/// How long a request waits for a session.
const PATIENCE: Duration = Duration::from_secs(3);

/// One node to make.
#[derive(Deserialize)]
struct Node {
    id: String,
    #[serde(default)]
    data: Value,
}

/// The registrar's session and what it holds in it.
pub struct Registrar {
    client: watch::Sender<Option<Client>>,
    held: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Registrar {
    /// One without a session yet.
    pub fn new() -> Arc<Registrar> {
        Arc::new(Registrar { client: watch::Sender::new(None), held: Mutex::default() })
    }

    /// Keeps a session, and in each new one puts back what it held in the last; until `stop`.
    pub async fn keep(self: Arc<Self>, registry: SocketAddr, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let connector = Client::connector().with_session_timeout(SESSION);
            let address = registry.to_string();
            let connected = tokio::select! {
                () = stop.cancelled() => return,
                connected = connector.connect(&address) => connected,
            };
            let Ok(client) = connected else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let held = self.held().clone();
            for (path, data) in held {
                if let Err(error) = make(&client, &path, &data).await {
                    tracing::warn!("demo registrar: cannot put {path} back: {error}");
                }
            }
            self.client.send_replace(Some(client.clone()));
            let mut states = client.state_watcher();
            tokio::select! {
                () = stop.cancelled() => {}
                () = async { while !states.changed().await.is_terminated() {} } => {}
            }
            self.client.send_replace(None);
            close(client).await;
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn session(&self) -> Option<Client> {
        let mut client = self.client.subscribe();
        let there = client.wait_for(Option::is_some);
        tokio::time::timeout(PATIENCE, there).await.ok()?.ok()?.clone()
    }
}

/// Everything that it answers.
pub fn routes(registrar: Arc<Registrar>) -> Router {
    Router::new().route("/v1/nodes", post(nodes)).fallback(children).with_state(registrar)
}

fn refuse(status: StatusCode, why: String) -> Response {
    (status, Json(json!({ "error": why }))).into_response()
}

async fn nodes(State(registrar): State<Arc<Registrar>>, body: Bytes) -> Response {
    let nodes: Vec<Node> = match serde_json::from_slice(&body) {
        Ok(nodes) => nodes,
        Err(error) => {
            return refuse(
                StatusCode::BAD_REQUEST,
                format!("wanted: [{{\"id\": \"/service/host:port\", \"data\": \"1\"}}]; {error}"),
            );
        }
    };
    let Some(client) = registrar.session().await else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "the registry does not answer".to_owned());
    };
    let mut made = Vec::with_capacity(nodes.len());
    for node in nodes {
        let path = format!("/{}", node.id.trim_matches('/'));
        let data = match node.data {
            Value::Null => Vec::new(),
            Value::String(text) => text.into_bytes(),
            other => other.to_string().into_bytes(),
        };
        match make(&client, &path, &data).await {
            Ok(true) => {
                registrar.held().insert(path.clone(), data);
            }
            Ok(false) => {}
            Err(Error::BadArguments(why)) => return refuse(StatusCode::BAD_REQUEST, format!("{path}: {why}")),
            Err(error) => return refuse(StatusCode::CONFLICT, format!("{path}: {error}; made before it: {made:?}")),
        }
        made.push(path);
    }
    (StatusCode::CREATED, Json(made)).into_response()
}

/// Makes a node, or sets the data of one that is the registrar's own; `true` if it is an ephemeral of this session.
async fn make(client: &Client, path: &str, data: &[u8]) -> Result<bool, Error> {
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let persistent = CreateMode::Persistent.with_acls(Acls::anyone_all());
    let deep = !parent.is_empty();
    if deep {
        client.mkdir(parent, &persistent).await?;
    }
    let options = if deep { CreateMode::Ephemeral.with_acls(Acls::anyone_all()) } else { persistent };
    match client.create(path, data, &options).await {
        Ok(_) => Ok(deep),
        Err(Error::NodeExists) => {
            let owner = client.check_stat(path).await?.map_or(0, |stat| stat.ephemeral_owner);
            if deep && owner != client.session_id().0 {
                return Err(Error::NodeExists);
            }
            client.set_data(path, data, None).await?;
            Ok(deep)
        }
        Err(error) => Err(error),
    }
}

async fn children(State(registrar): State<Arc<Registrar>>, uri: Uri) -> Response {
    let path = uri.path();
    let path = path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let Some(parent) = path.strip_suffix("/children").filter(|parent| parent.len() > 1) else {
        return refuse(StatusCode::NOT_FOUND, "wanted: GET /<service>/children or POST /v1/nodes".to_owned());
    };
    let Some(client) = registrar.session().await else {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "the registry does not answer".to_owned());
    };
    let names = match client.list_children(parent).await {
        Ok(names) => names,
        Err(Error::NoNode) => return refuse(StatusCode::NOT_FOUND, format!("no service {parent}")),
        Err(error) => return refuse(StatusCode::BAD_GATEWAY, error.to_string()),
    };
    let mut rows = Vec::with_capacity(names.len());
    for name in names {
        let path = format!("{parent}/{name}");
        match client.get_data(&path).await {
            Ok((data, stat)) => rows.push(row(&path, &data, &stat)),
            Err(Error::NoNode) => {}
            Err(error) => return refuse(StatusCode::BAD_GATEWAY, format!("{path}: {error}")),
        }
    }
    Json(rows).into_response()
}

fn row(path: &str, data: &[u8], stat: &Stat) -> Value {
    json!({
        "path": path, "data": String::from_utf8_lossy(data),
        "stat": {
            "czxid": stat.czxid, "mzxid": stat.mzxid, "ctime": stat.ctime, "mtime": stat.mtime, "version": stat.version,
            "cversion": stat.cversion, "aversion": stat.aversion, "ephemeralOwner": stat.ephemeral_owner,
            "dataLength": stat.data_length, "numChildren": stat.num_children, "pzxid": stat.pzxid,
        },
    })
}
