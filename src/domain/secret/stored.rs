//! Passwords as they are stored: what a hash of one looks like, of which the password may be found out.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

/// Nothing of them is kept.
pub(super) const SHAPES: &[&str] = &[
    // crypt(3), PHP, Python's passlib
    r"()\$(?:apr1|1|2[aby]|5|6|7|y|gy|argon2i?d?|scrypt|pbkdf2(?:-sha[0-9]{1,3})?)\$[A-Za-z0-9./$=,+\x2d]{10,}",
    // Django and Werkzeug
    r"()\b(?:pbkdf2_sha[0-9]{1,3}|pbkdf2:sha[0-9]{1,3}:[0-9]{1,9}|scrypt:[0-9]{1,9}:[0-9]{1,4}:[0-9]{1,4}|scrypt|bcrypt(?:_sha256)?|argon2)\$[A-Za-z0-9./$=,+_\x2d]{16,}",
    // LDAP
    r"()\{(?i:S?SHA(?:256|384|512)?|S?MD5|CRYPT|ARGON2|PBKDF2(?:-SHA[0-9]{1,3})?)\}[A-Za-z0-9./$=,+]{16,}",
    // PostgreSQL
    r"()\bSCRAM-SHA-(?:1|256|512)\$[0-9]{1,9}:[A-Za-z0-9+/=]{8,}\$[A-Za-z0-9+/=:]{16,}",
    // The text of a private key, as Kubernetes keeps it
    r"()\b(?P<pem>LS0tLS1CRUdJTi[A-Za-z0-9+/]{16,}={0,2})(?:\r?\n[ \t]{0,64}[A-Za-z0-9+/]{16,76}={0,2})*",
];

/// Whether a text in base64 is a private key: a certificate is not.
pub(super) fn is_private(text: &str) -> bool {
    let head = &text.as_bytes()[..text.len().min(MOST_HEAD) / 4 * 4];
    STANDARD_NO_PAD.decode(head).is_ok_and(|read| memchr::memmem::find(&read, b"PRIVATE KEY").is_some())
}

/// So much of it is read, in bytes of base64: what it begins with is no longer.
const MOST_HEAD: usize = 64;

/// What such a hash has in it.
pub(super) const HINT: &str = concat!(
    r"\$(?:apr1|1\$|2[aby]|5|6|7\$|y|gy\$|argon|scrypt|pbkdf2)|\b(?:pbkdf2[_:]|scrypt[$:]|bcrypt(?:_sha256)?\$|argon2\$|scram-sha-[0-9]{1,3}\$)",
    r"|\{(?:s?sha(?:256|384|512)?|s?md5|crypt|argon2|pbkdf2[a-z0-9-]{0,7})\}|(?-i:\bLS0tLS1CRUdJTi)",
);
