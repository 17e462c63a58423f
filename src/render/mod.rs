//! Facts to bytes, for a person or a script: text, JSON, CSV.
//!
//! Writes to a writer that is handed in. Decides nothing about what is shown, only how; never
//! reads the terminal or the environment.

mod propagation;

pub use propagation::{Decoded, Place, decoded_json, decoded_text, json_string};
