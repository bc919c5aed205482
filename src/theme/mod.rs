//! Roles of ink, and how a terminal shows them: palettes, inheritance, and the ladder down to no colour.
