//! The Elm core: Model, Msg, `update`. Pure; time enters only as `Tick`.
//!
//! The runtime owns the one [`Model`]. Whatever happens (a key, facts, the tick, the end of an effect) becomes a
//! [`Msg`]; [`update`] changes the Model and returns [`Effect`]s, which the runtime runs; each comes back as a `Msg`.
//! The view (`ui`) reads the Model and changes nothing.

pub mod action;
pub mod applies;
pub mod batch;
mod commands;
pub mod cursor;
mod facts;
pub mod followed;
pub mod grid;
pub mod hold;
pub mod keep;
pub mod keys;
mod marks;
pub mod model;
mod mouse;
pub mod msg;
pub mod navigate;
pub mod overlay;
pub mod page;
mod piece;
pub mod rows;
pub mod screen;
pub mod selection;
mod update;
mod weigh;

pub use facts::think_now as think;
pub use model::{Model, Setup};
pub use msg::{Effect, Effects, Input, Msg};
pub use piece::Piece;
pub use update::update;
