//! A package for its tests.
