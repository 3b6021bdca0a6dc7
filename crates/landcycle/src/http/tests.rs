//! The router over a small sample city.
