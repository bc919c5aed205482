//! THE table of user actions: name, title, doc, scope, danger, default keys. No code that acts.
