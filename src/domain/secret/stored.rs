//! Passwords as they are stored: what a hash of one looks like, of which the password may be found out.

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
];

/// What such a hash has in it.
pub(super) const HINT: &str = concat!(
    r"\$(?:apr1|1\$|2[aby]|5|6|7\$|y|gy\$|argon|scrypt|pbkdf2)|\b(?:pbkdf2[_:]|scrypt[$:]|bcrypt(?:_sha256)?\$|argon2\$|scram-sha-[0-9]{1,3}\$)",
    r"|\{(?:s?sha(?:256|384|512)?|s?md5|crypt|argon2|pbkdf2[a-z0-9-]{0,7})\}",
);
