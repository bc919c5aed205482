//! The nouns of a service cluster and the pure rules about them. No I/O, no clock, no terminal, no runtime.
//!
//! Everything that is observed enters the program as a [`fact::Fact`]; everything that is wanted leaves it as a
//! [`plan::Plan`]. What lies between are these nouns.

pub mod act;
pub mod address;
pub mod attributes;
pub mod called;
pub mod circuit;
pub mod draft;
pub mod duty;
pub mod event;
pub mod fact;
pub mod fit;
pub mod guard;
pub mod health;
pub mod id;
pub mod instance;
pub mod intent;
pub mod jump;
pub mod keys;
pub mod layout;
pub mod log;
pub mod made;
pub mod measure;
pub mod plan;
pub mod query;
pub mod ramp;
pub mod raw;
pub mod secret;
pub mod servers;
pub mod show;
pub mod span;
pub mod target;
pub mod text;
pub mod time;
pub mod topology;
pub mod unfold;
pub mod value;
pub mod verdict;
pub mod way;
pub mod whose;
