//! The Elm core: Model, Msg, `update`. Pure; time enters only as `Tick`.
