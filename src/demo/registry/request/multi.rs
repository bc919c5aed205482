//! Several requests in one frame: transactions of writes (whole or not at all), and bunches of reads (each for itself).

use super::read::{write_children, write_data};
use super::write::{Done, Request};
use super::{Answer, Call, body};
use crate::demo::registry::Version;
use crate::demo::registry::jute::{Reader, Writer};
use crate::demo::registry::proto::{Code, op};

/// The operation that stands before an error, and at the end.
const NONE: i32 = -1;

impl Call<'_> {
    pub(super) fn multi(&mut self, input: &mut Reader<'_>) -> Answer {
        let mut requests = Vec::new();
        while let Some(op) = next(input)? {
            let known = self.state.version != Version::V3_4 || op::known_to_3_4(op);
            let request = if known { Request::read(op, input)? } else { None };
            requests.push(request.ok_or(Code::Marshalling)?);
        }
        let count = requests.len();
        let mut batch = self.batch();
        let mut done = Vec::with_capacity(count);
        let mut failed = None;
        for request in requests {
            match batch.apply(request) {
                Ok(one) => done.push(one),
                Err(code) => {
                    failed = Some(code);
                    break;
                }
            }
        }
        if let Some(code) = failed {
            batch.roll_back();
            return Ok(failure(count, done.len(), code));
        }
        let (at, changes) = batch.finish();
        self.commit(at, &changes);
        Ok(success(&done))
    }

    pub(super) fn multi_read(&mut self, input: &mut Reader<'_>) -> Answer {
        let mut reads = Vec::new();
        while let Some(op) = next(input)? {
            if !matches!(op, op::GET_DATA | op::GET_CHILDREN) {
                return Err(Code::Marshalling);
            }
            // No watch is left by a bunch of reads, whatever the flag says.
            let (path, _watch) = (input.string()?, input.bool()?);
            reads.push((op, path));
        }
        Ok(body(|out| {
            for (op, path) in reads {
                match self.readable(path) {
                    Err(code) => write_error(code.number(), out),
                    Ok(node) => {
                        header(op, out);
                        if op == op::GET_DATA { write_data(node, out) } else { write_children(node, out) }
                    }
                }
            }
            end(out);
        }))
    }
}

/// The operation of the next request in the frame; `None` at the end.
fn next(input: &mut Reader<'_>) -> Result<Option<i32>, Code> {
    let (op, done, _error) = (input.i32()?, input.bool()?, input.i32()?);
    Ok((!done).then_some(op))
}

fn success(done: &[Done]) -> Vec<u8> {
    body(|out| {
        for one in done {
            header(one.op(), out);
            one.write(out);
        }
        end(out);
    })
}

/// Those before the one that failed would have been well, those after it were not tried.
fn failure(count: usize, at: usize, code: Code) -> Vec<u8> {
    body(|out| {
        for n in 0..count {
            let error = match n.cmp(&at) {
                std::cmp::Ordering::Less => 0,
                std::cmp::Ordering::Equal => code.number(),
                std::cmp::Ordering::Greater => Code::RuntimeInconsistency.number(),
            };
            write_error(error, out);
        }
        end(out);
    })
}

fn header(op: i32, out: &mut Writer) {
    out.i32(op).bool(false).i32(0);
}

fn write_error(error: i32, out: &mut Writer) {
    out.i32(NONE).bool(false).i32(error).i32(error);
}

fn end(out: &mut Writer) {
    out.i32(NONE).bool(true).i32(-1);
}
