//! gzip of any number of members, which by RFC 1952 are one text: the library for the other encodings ends at the first.

use std::io::Read;

use axum::extract::Request;
use axum::http::header;
use flate2::read::MultiGzDecoder;

/// Bytes that are unpacked at once.
const AT_ONCE: usize = 64 << 10;

/// Says that a body is packed so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gzip;

/// Takes gzip from the library.
pub(super) async fn mark(mut request: Request) -> Request {
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|told| told == "gzip") {
        request.headers_mut().remove(header::CONTENT_ENCODING);
        request.extensions_mut().insert(Gzip);
    }
    request
}

/// What is packed, piece by piece: whoever takes it says when it is too much.
pub(super) struct Unpacked<'a> {
    from: MultiGzDecoder<&'a [u8]>,
    piece: Vec<u8>,
}

impl<'a> Unpacked<'a> {
    pub(super) fn new(packed: &'a [u8]) -> Self {
        Self { from: MultiGzDecoder::new(packed), piece: vec![0; AT_ONCE] }
    }

    /// The next piece; empty at the end.
    pub(super) fn next(&mut self) -> std::io::Result<&[u8]> {
        let count = self.from.read(&mut self.piece)?;
        Ok(&self.piece[..count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn all_members_are_read_and_what_is_no_member_is_an_error() {
        let all = |bytes: &[u8]| -> std::io::Result<Vec<u8>> {
            let (mut unpacked, mut out) = (Unpacked::new(bytes), Vec::new());
            loop {
                match unpacked.next()? {
                    [] => return Ok(out),
                    piece => out.extend_from_slice(piece),
                }
            }
        };
        let two = [packed(b"{\"resource"), packed(b"Spans\":[]}")].concat();
        assert_eq!(all(&two).unwrap(), b"{\"resourceSpans\":[]}");
        assert!(all(&two[..two.len() - 3]).is_err() && all(&[two, b"more".to_vec()].concat()).is_err());
    }
}
