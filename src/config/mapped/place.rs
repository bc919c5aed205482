//! Where something stands in a znode: in its JSON, its text, its name or its path. Says where, and reads nothing.

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `/a/b`: a value of its JSON, by the names of the members on the way.
    Json(Vec<String>),
    /// `{part}`: a part of its path.
    Part(String),
    /// `name`: its own name, percent-decoded.
    Name,
    /// `name?key`: a parameter of the URL that its name is; `name?` for all of them.
    NameUrl(String),
    /// `text`: all of its bytes as text.
    Text,
    /// `text:2`: what stands between colons there, from 1.
    Field(usize),
    /// `text?key`: a parameter of the URL that its text is; `text?` for all of them.
    TextUrl(String),
}

impl Place {
    /// Reads a place.
    ///
    /// # Errors
    /// A clause: what is wrong with it.
    pub fn read(text: &str) -> Result<Place, String> {
        if let Some(pointer) = text.strip_prefix('/') {
            let unescaped = |name: &str| name.replace("~1", "/").replace("~0", "~");
            let names: Vec<String> = pointer.split('/').map(unescaped).collect();
            return match names.len() <= 32 && names.iter().all(|name| !name.is_empty()) {
                true => Ok(Place::Json(names)),
                false => Err("a name on the way is empty, or the way is longer than 32 names".to_owned()),
            };
        }
        if let Some(part) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            return Ok(Place::Part(part.to_owned()));
        }
        match (text, text.split_once('?'), text.split_once(':')) {
            ("name", ..) => Ok(Place::Name),
            ("text", ..) => Ok(Place::Text),
            (_, Some(("name", key)), _) => Ok(Place::NameUrl(key.to_owned())),
            (_, Some(("text", key)), _) => Ok(Place::TextUrl(key.to_owned())),
            (_, _, Some(("text", number))) => match number.parse() {
                Ok(number @ 1..=64) => Ok(Place::Field(number)),
                _ => Err("the fields of a text are counted from 1 to 64, as text:2".to_owned()),
            },
            _ => Err("a place is /a/json/pointer, {part}, text, text:2, text?key, name or name?key".to_owned()),
        }
    }

    /// Whether something can be written there: in the bytes, and not in what they are derived from.
    pub fn writable(&self) -> bool {
        matches!(self, Place::Json(_) | Place::Text | Place::Field(_))
    }
}
