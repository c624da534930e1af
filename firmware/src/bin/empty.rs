//! Nothing: what every program for a board has, and what the others are measured against.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

nn_firmware::program!({ true });
