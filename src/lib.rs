//! Keepwatch: a terminal dashboard for on-call engineers.
//!
//! The map of the crate, in the order of a fact's journey to the screen:
//!
//! - [`domain`]: The nouns of a service cluster and the pure rules about them. No I/O, no clock, no terminal, no runtime.
//! - [`command`]: THE table of user actions: name, title, doc, scope, danger, default keys. No code that acts.
//! - [`theme`]: Roles of ink, and how a terminal shows them: palettes, inheritance, and the ladder down to no colour.
//! - [`config`]: The one configuration file (a superset of the user's microservices.yaml) and the checks that report every mistake at once.
//! - [`zk`]: The ZooKeeper session made safe: connect, outlive expiry, watches that come back, a registrant that holds ephemerals.
//! - [`registry`]: Who is there, and the writes: registries behind one cut, ZooKeeper first.
//! - [`telemetry`]: How the instances are doing: sources of health, circuits, logs and traces, each turning the world into facts.
//! - [`store`]: Bounded memory of what is known. `apply(Fact) -> Delta`; nothing here asks anybody anything.
//! - [`insight`]: What follows from what is known: shares, the impact of a plan, the verdicts.
//! - [`app`]: The Elm core: Model, Msg, `update`. Pure; time enters only as `Tick`.
//! - [`ui`]: The pure view: Model and theme to cells. Mirrors `app` file for file.
//! - [`runtime`]: The shell: event loop, terminal, running effects; and the same without a terminal.
//! - [`cli`]: The command line, one file per subcommand.
//! - `demo`: The embedded cluster (feature `demo`): a real registry server, real services, real traffic, on loopback.
//!
//! Facts flow one way: sources (`registry`, `telemetry`) turn the world into facts, the runtime hands them to
//! `app::update`, which changes the one Model and returns effects; `ui` draws the Model. Which module may import
//! which is a test: `tests/architecture.rs`.

pub mod app;
pub mod cli;
pub mod command;
pub mod config;
#[cfg(feature = "demo")]
pub mod demo;
pub mod domain;
pub mod insight;
pub mod registry;
pub mod runtime;
pub mod store;
pub mod telemetry;
pub mod theme;
pub mod ui;
pub mod zk;
