//! The pure view: Model and theme to cells. Mirrors `app` file for file.

pub mod widget;
