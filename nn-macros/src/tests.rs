//! Tests of the expansion as text. `tests/` of the workspace compiles and runs it.

mod arguments;
mod by_hand;
mod editor;
mod expanded;
mod pages;
mod passes;
mod pasted;
mod programs;
mod robust;
mod slips;
mod stages;
