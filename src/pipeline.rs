//! Joins source, record and trace: reads all inputs in parallel and gathers what was asked for.
//!
//! The only parallel code. The answer does not depend on the number of threads, the size of the
//! chunks, or the order in which workers finish.
