//! Requests: one frame in, one reply out, notifications of what it changed before it. Here the sorting; each family has
//! a file. All of it runs under the state's lock and waits for nothing.

mod auth;
mod multi;
mod read;
mod watches;
mod write;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Version;
use super::acl::Identity;
use super::jute::{Reader, Writer};
use super::proto::{self, Code, op};
use super::state::State;
use super::watch::LinkId;

/// What becomes of the link after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// The next request may come.
    GoOn,
    /// What was answered goes out, then the link ends.
    Close,
}

/// Who asks, and of what.
struct Call<'a> {
    state: &'a mut State,
    link: LinkId,
    session: i64,
    identity: Arc<Identity>,
}

/// A reply's body.
type Answer = Result<Vec<u8>, Code>;

/// Does one request of a link and queues the reply.
pub(super) fn serve(state: &mut State, id: LinkId, frame: &[u8]) -> After {
    let started = Instant::now();
    let mut input = Reader::new(frame);
    // Without a header there is nothing that could be answered.
    let (Ok(xid), Ok(op)) = (input.i32(), input.i32()) else { return After::Close };
    let Some(link) = state.links.get(&id) else { return After::Close };
    let (session, identity) = (link.session, Arc::clone(&link.identity));
    let outcome = if state.sessions.touch(session, started) {
        Call { state, link: id, session, identity }.answer(op, &mut input)
    } else {
        Err(Code::SessionExpired)
    };
    let ends = matches!(outcome, Err(Code::Unimplemented | Code::AuthFailed | Code::SessionExpired)) || op == op::CLOSE;
    let reply = proto::reply(xid, state.zxid, outcome);
    state.send(id, &reply);
    count(state, started.elapsed());
    if ends { After::Close } else { After::GoOn }
}

fn count(state: &mut State, took: Duration) {
    let traffic = &mut state.traffic;
    traffic.received += 1;
    traffic.shortest = Some(traffic.shortest.map_or(took, |shortest| shortest.min(took)));
    traffic.longest = traffic.longest.max(took);
    traffic.total += took;
}

impl Call<'_> {
    fn answer(&mut self, op: i32, input: &mut Reader<'_>) -> Answer {
        if self.state.version == Version::V3_4 && !op::known_to_3_4(op) {
            return Err(Code::Unimplemented);
        }
        match op {
            op::PING => Ok(Vec::new()),
            op::CLOSE => {
                self.state.end_session(self.session);
                Ok(Vec::new())
            }
            op::EXISTS => self.exists(input),
            op::GET_DATA => self.get_data(input),
            op::GET_CHILDREN => self.get_children(input, false),
            op::GET_CHILDREN_2 => self.get_children(input, true),
            op::GET_ACL => self.get_acl(input),
            op::SYNC => self.sync(input),
            op::GET_EPHEMERALS => self.get_ephemerals(input),
            op::ALL_CHILDREN_NUMBER => self.all_children_number(input),
            op::SET_ACL => self.set_acl(input),
            op::MULTI => self.multi(input),
            op::MULTI_READ => self.multi_read(input),
            op::AUTH => self.auth(input),
            op::WHO_AM_I => Ok(self.who_am_i()),
            op::SET_WATCHES => self.set_watches(input, false),
            op::SET_WATCHES_2 => self.set_watches(input, true),
            op::ADD_WATCH => self.add_watch(input),
            op::CHECK_WATCHES => self.check_watches(input),
            op::RECONFIG => Err(Code::ReconfigDisabled),
            op::REMOVE_WATCHES => self.remove_watches(input),
            _ => match write::Request::read(op, input)? {
                Some(request) => self.write(request),
                None => Err(Code::Unimplemented),
            },
        }
    }
}

/// Records as a reply's body.
fn body(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut out = Writer::body();
    write(&mut out);
    out.into_bytes()
}
