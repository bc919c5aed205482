//! How the instances are doing: sources of health, circuits, logs and traces, each turning the world into facts.

pub mod actuator;
pub mod circuit;
pub mod health;
pub mod http;
pub mod logs;
pub mod metrics;
mod names;
pub mod otlp;
pub mod probe;
mod surrogates;
