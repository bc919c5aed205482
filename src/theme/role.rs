//! The roles of ink and ground: what code asks for instead of colours. Not what they look like: that is a palette's part.

/// What a cell is there for. Severity has three steps: [`Role::Bad`] somebody is hurt or refused now, [`Role::Warn`]
/// weak, late, missing or unsure, [`Role::Op`] a person wanted it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The ground of everything.
    Bg,
    /// Ground of header, footer, opened log line, input.
    Surface,
    /// Ground of overlays.
    Raised,
    /// Ground of the selected row or name. Paint it after the row's text: with 16 colours it is a plain reverse.
    Select,
    /// Names, the number that matters. Always bold.
    Strong,
    /// Normal text.
    Text,
    /// Labels, units, healthy rows, zero.
    Muted,
    /// Everything that a lost source told.
    Stale,
    /// The focused rule, the cursor's mark, what panes are narrowed to.
    Focus,
    /// Keys in hints. Always bold.
    Key,
    /// Marks of healthy things, LIVE, done.
    Ok,
    /// Lanes of closed breakers.
    OkDim,
    /// Weak, late, missing or unsure; nobody is hurt yet.
    Warn,
    /// Somebody is hurt or refused now.
    Bad,
    /// A person wanted it so: drains, weights, old ▸ new.
    Op,
    /// The EVENT label, calls seen but not declared.
    Event,
    /// Found text; also underlined.
    Hit,
    /// Rules and separators. Decoration.
    Line,
    /// Cards, edges, text under an overlay.
    Line2,
    /// Share bars, busy graphs.
    Bar,
    /// Graphs of the healthy. Decoration beside a number.
    BarLow,
    /// The empty part of a bar. Decoration.
    Track,
}

impl Role {
    /// Every role, in the order of the table in the guide; the index of a role in it is `role as usize`.
    pub const ALL: [Self; 22] = [
        Self::Bg,
        Self::Surface,
        Self::Raised,
        Self::Select,
        Self::Strong,
        Self::Text,
        Self::Muted,
        Self::Stale,
        Self::Focus,
        Self::Key,
        Self::Ok,
        Self::OkDim,
        Self::Warn,
        Self::Bad,
        Self::Op,
        Self::Event,
        Self::Hit,
        Self::Line,
        Self::Line2,
        Self::Bar,
        Self::BarLow,
        Self::Track,
    ];

    /// Its key in a theme file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Bg => "bg",
            Self::Surface => "surface",
            Self::Raised => "raised",
            Self::Select => "select",
            Self::Strong => "strong",
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Stale => "stale",
            Self::Focus => "focus",
            Self::Key => "key",
            Self::Ok => "ok",
            Self::OkDim => "okdim",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Op => "op",
            Self::Event => "event",
            Self::Hit => "hit",
            Self::Line => "line",
            Self::Line2 => "line2",
            Self::Bar => "bar",
            Self::BarLow => "barlow",
            Self::Track => "track",
        }
    }

    /// The role whose key in a theme file is `key`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// Whether it is a ground, set behind text, rather than an ink.
    pub const fn is_ground(self) -> bool {
        matches!(self, Self::Bg | Self::Surface | Self::Raised | Self::Select)
    }

    /// The contrast that it must keep against every ground (WCAG 2): 4.5 for text, 3 for what carries meaning but never
    /// alone, nothing for grounds and decoration.
    pub const fn least_contrast(self) -> Option<f64> {
        match self {
            Self::Bg | Self::Surface | Self::Raised | Self::Select => None,
            Self::Line | Self::Track | Self::BarLow => None,
            Self::Line2 | Self::Bar | Self::OkDim => Some(3.0),
            _ => Some(4.5),
        }
    }
}

/// The one coloured fill there is: the verdict strip, ground and ink together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strip {
    /// Somebody is hurt.
    Bad,
    /// Nobody is hurt yet, or a warning inside a plan.
    Warn,
}

impl Strip {
    /// Both strips; the index of one in it is `strip as usize`.
    pub const ALL: [Self; 2] = [Self::Bad, Self::Warn];

    /// Its key in a theme file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Warn => "warn",
        }
    }
}
