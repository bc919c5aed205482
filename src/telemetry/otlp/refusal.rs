//! How an export is refused in the words of its protocol: `google.rpc.Status`, and where it may be sent again, when. An
//! exporter tries again only what says that it may be tried again.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prost::Message;
use tonic::{Code, Status};

use super::turned::Why;

/// When to send again, in seconds.
const AGAIN_S: i64 = 1;

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcStatus {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
    #[prost(message, repeated, tag = "3")]
    pub(super) details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Any {
    #[prost(string, tag = "1")]
    pub(super) type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    pub(super) retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Delay {
    #[prost(int64, tag = "1")]
    pub(super) seconds: i64,
}

/// How a body is written, and so is its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// OTLP as protobuf.
    Protobuf,
    /// OTLP or Zipkin as JSON.
    Json,
    /// OTLP over gRPC.
    Grpc,
}

/// Why an export is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It cannot be read; never to be sent again.
    Unreadable,
    /// It is too large.
    TooLarge,
    /// There is no room now; to be sent again.
    Busy,
    /// It did not come in time.
    TooSlow,
    /// It shows no token that is known.
    Unknown,
    /// A page in a browser sent it.
    Browser,
}

impl Refusal {
    /// Why, in words that are the same for all that are refused so.
    fn why(self) -> &'static str {
        match self {
            Refusal::Unreadable => "it cannot be read",
            Refusal::TooLarge => "it is too large",
            Refusal::Busy => "more came than could be taken in",
            Refusal::TooSlow => "it did not come in time",
            Refusal::Unknown => "it shows no token that is known",
            Refusal::Browser => "a page in a browser sent it",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Refusal::Unreadable => StatusCode::BAD_REQUEST,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Busy => StatusCode::TOO_MANY_REQUESTS,
            Refusal::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refusal::Unknown => StatusCode::UNAUTHORIZED,
            Refusal::Browser => StatusCode::FORBIDDEN,
        }
    }

    fn code(self) -> Code {
        match self {
            Refusal::Unreadable => Code::InvalidArgument,
            Refusal::TooLarge | Refusal::Busy => Code::ResourceExhausted,
            Refusal::TooSlow => Code::DeadlineExceeded,
            Refusal::Unknown => Code::Unauthenticated,
            Refusal::Browser => Code::PermissionDenied,
        }
    }

    fn words(self, why: &str) -> RpcStatus {
        let details = if self == Refusal::Busy {
            let info = RetryInfo { retry_delay: Some(Delay { seconds: AGAIN_S }) };
            vec![Any { type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(), value: info.encode_to_vec() }]
        } else {
            Vec::new()
        };
        RpcStatus { code: self.code() as i32, message: why.to_owned(), details }
    }

    /// As gRPC has it.
    pub(super) fn grpc(self, why: &str) -> Status {
        let details = self.words(why);
        match details.details.is_empty() {
            true => Status::new(self.code(), why),
            false => Status::with_details(self.code(), why, details.encode_to_vec().into()),
        }
    }

    /// The answer.
    pub(super) fn answer(self, form: Form, why: &str) -> Response {
        let mut answer = match form {
            Form::Grpc => self.grpc(why).into_http::<axum::body::Body>(),
            Form::Protobuf => {
                (self.status(), [(header::CONTENT_TYPE, "application/x-protobuf")], self.words(why).encode_to_vec())
                    .into_response()
            }
            Form::Json => {
                let body = serde_json::json!({ "code": self.code() as i32, "message": why }).to_string();
                (self.status(), [(header::CONTENT_TYPE, "application/json")], body).into_response()
            }
        };
        // Of what else is refused the kind says all.
        let said = if self == Refusal::Unreadable { why.to_owned() } else { String::new() };
        answer.extensions_mut().insert(Why { why: self.why(), said });
        if form == Form::Grpc {
            return answer;
        }
        if self == Refusal::Busy {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self == Refusal::Unknown {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_sent_again_says_when() {
        let http = Refusal::Busy.answer(Form::Protobuf, "full");
        assert_eq!((http.status().as_u16(), &http.headers()[header::RETRY_AFTER]), (429, &HeaderValue::from(1)));
        let status = RpcStatus::decode(Refusal::Busy.grpc("full").details()).unwrap();
        let info = RetryInfo::decode(&*status.details[0].value).unwrap();
        assert_eq!((status.code, info.retry_delay), (8, Some(Delay { seconds: 1 })));
        assert!(status.details[0].type_url.ends_with("google.rpc.RetryInfo"));
        assert!(Refusal::TooLarge.grpc("long").details().is_empty(), "it would be as large the next time");
    }
}
