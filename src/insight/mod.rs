//! What follows from what is known: shares, the impact of a plan, the verdicts.
