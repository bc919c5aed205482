//! Pages of metrics as services show them: Prometheus' text format 0.0.4 and OpenMetrics, with what is seen of both in the
//! wild. A line that cannot be read loses itself alone, and says why.

mod exposition;
mod sample;

pub use exposition::{Page, Rejected, parse};
pub use sample::{Exemplar, Number, Sample};
