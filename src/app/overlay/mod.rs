//! What lies on top of a screen: it takes the keys until it is closed. Not the screens themselves.

pub mod ask;
pub mod batch;
pub mod begin;
pub mod field;
pub mod filter;
pub mod palette;
pub mod plan;
pub mod weight;

use tui_input::Input;

use crate::domain::time::Moment;

/// Something on top.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys.
    Help {
        /// The first row shown.
        top: usize,
    },
    /// A command is typed.
    Palette {
        /// What is typed.
        field: Input,
        /// Which of the matching commands is chosen.
        at: usize,
    },
    /// A filter of the pane is typed; it acts while it is typed.
    Filter {
        /// What is typed.
        field: Input,
        /// What it was before, for `Esc`.
        before: String,
    },
    /// Something for the log pane is typed.
    Ask {
        /// What is asked for.
        asks: ask::Asks,
        /// What is typed.
        field: Input,
        /// What it was before, for `Esc`.
        before: String,
    },
    /// What to begin anew with is typed, on the first screen.
    Begin {
        /// What is asked for.
        asks: begin::Asks,
        /// What is typed.
        field: Input,
    },
    /// A weight is typed.
    Weight {
        /// What is typed.
        field: Input,
    },
    /// A plan is read; the action itself is in the Model.
    Plan {
        /// What is typed of the name, where it has to be.
        name: Input,
        /// For how long, where a lease is given.
        lease: Input,
        /// Why, in the operator's words.
        reason: Input,
        /// Which field has the cursor.
        field: PlanField,
        /// When it was put on the screen: keys pressed before that confirm nothing.
        drawn: Option<Moment>,
        /// The first line shown where the plan is longer than the screen.
        top: usize,
    },
    /// The plan of a batch is read, or its steps are followed; the batch itself is in the Model.
    Batch {
        /// Why, in the operator's words.
        reason: Input,
        /// Which field has the cursor.
        field: PlanField,
        /// When its plan was put on the screen: keys pressed before that confirm nothing.
        drawn: Option<Moment>,
        /// The first line shown where it is longer than the screen.
        top: usize,
    },
    /// The verdict's evidence.
    Why,
}

/// A field of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanField {
    /// None: letters are keys.
    None,
    /// The typed name.
    Name,
    /// The reason.
    Reason,
    /// The lease.
    Lease,
}

impl Overlay {
    /// The first line shown, where it is not the first there is.
    pub fn scrolled(&self) -> Option<usize> {
        match self {
            Overlay::Help { top } | Overlay::Plan { top, .. } | Overlay::Batch { top, .. } => {
                Some(*top).filter(|top| *top > 0)
            }
            Overlay::Palette { .. }
            | Overlay::Filter { .. }
            | Overlay::Ask { .. }
            | Overlay::Begin { .. }
            | Overlay::Weight { .. }
            | Overlay::Why => None,
        }
    }

    /// Whether a field has the cursor: every letter goes into it.
    pub fn edits(&self) -> bool {
        match self {
            Overlay::Palette { .. }
            | Overlay::Filter { .. }
            | Overlay::Ask { .. }
            | Overlay::Begin { .. }
            | Overlay::Weight { .. } => true,
            Overlay::Plan { field, .. } | Overlay::Batch { field, .. } => *field != PlanField::None,
            Overlay::Help { .. } | Overlay::Why => false,
        }
    }
}
