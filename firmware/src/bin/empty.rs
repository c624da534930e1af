//! Nothing. Every program for a board contains this one, so its size is subtracted from theirs.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

nn_firmware::program!({ true });
