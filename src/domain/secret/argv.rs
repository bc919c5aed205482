//! Commands whose words each stand in a text of their own, as the list of JSON that started them: `["redis-cli","-a","..."]`.

use super::pair::is_option;

/// What of a command's words is a secret.
#[derive(Clone, Copy)]
enum Tells {
    /// `-p` and the password in one word.
    Within,
    /// The word behind one of these.
    Behind(&'static [&'static str]),
    /// The same, where it is a name and a password.
    Pair(&'static [&'static str]),
}

const COMMANDS: &[(&str, Tells)] = &[
    ("mysql", Tells::Within),
    ("mysqldump", Tells::Within),
    ("mysqladmin", Tells::Within),
    ("mysqlimport", Tells::Within),
    ("mariadb", Tells::Within),
    ("mariadb-dump", Tells::Within),
    ("mariadb-admin", Tells::Within),
    ("redis-cli", Tells::Behind(&["-a", "--pass"])),
    ("sshpass", Tells::Behind(&["-p"])),
    ("mongo", Tells::Behind(&["-p"])),
    ("mongosh", Tells::Behind(&["-p"])),
    ("mongodump", Tells::Behind(&["-p"])),
    ("mongorestore", Tells::Behind(&["-p"])),
    ("ldapsearch", Tells::Behind(&["-w"])),
    ("ldapmodify", Tells::Behind(&["-w"])),
    ("ldapadd", Tells::Behind(&["-w"])),
    ("ldapwhoami", Tells::Behind(&["-w"])),
    // Behind `docker` and others; by itself it takes no password.
    ("login", Tells::Behind(&["-p"])),
    ("curl", Tells::Pair(&["-u", "-U", "--user", "--proxy-user"])),
    ("wget", Tells::Pair(&["--user", "--proxy-user"])),
];

/// What is known of a list's values so far.
#[derive(Default)]
pub(super) struct Words {
    command: Option<Tells>,
    is_asked: bool,
    is_pair_asked: bool,
}

impl Words {
    /// Whether the next value of JSON is a secret, by the words before it.
    pub(super) fn is_secret(&mut self, value: &str) -> bool {
        let Some(word) = value.strip_prefix('"').and_then(|word| word.strip_suffix('"')) else {
            let is_asked = std::mem::take(&mut self.is_asked);
            self.is_pair_asked = false;
            return is_asked;
        };
        if std::mem::take(&mut self.is_asked) {
            return true;
        }
        if std::mem::take(&mut self.is_pair_asked) && word.contains(':') {
            return true;
        }
        self.is_asked = is_option(value);
        match self.command {
            Some(Tells::Within) if word.starts_with("-p") && word.len() > 2 => return true,
            Some(Tells::Behind(options)) => self.is_asked |= options.contains(&word),
            Some(Tells::Pair(options)) => self.is_pair_asked = options.contains(&word),
            _ => {}
        }
        let name = word.rsplit('/').next().unwrap_or_default();
        self.command = COMMANDS.iter().find(|(command, _)| *command == name).map(|(_, tells)| *tells).or(self.command);
        false
    }
}
