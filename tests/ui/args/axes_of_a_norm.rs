//! The axes of a norm are whole numbers: one, or a list.

use nn::prelude::*;

model! { pub struct NoAxis; Sequential([Input(shape = [4, 4, 2]), Conv2D(3, 3, kernel_constraint = max_norm(2, axis = []))]) }

model! { pub struct Absent; Sequential([Input(shape = [4, 2]), Dense(3, kernel_constraint = unit_norm(axis = None))]) }

model! { pub struct Half; Sequential([Input(shape = [4, 2]), Dense(3, kernel_constraint = unit_norm(axis = 0.5))]) }

model! { pub struct Word; Sequential([Input(shape = [4, 2]), Dense(3, kernel_constraint = unit_norm(axis = [0, true]))]) }

fn main() {}
