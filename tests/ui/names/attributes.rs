use nn::prelude::*;

model! {
    /// What is in the list.
    #[doc(hidden)]
    #[derive(Clone, PartialOrd)]
    #[cfg(all())]
    #[cfg_attr(all(), derive(), allow(dead_code), doc = "More.")]
    #[non_exhaustive]
    #[must_use]
    // What is not.
    #[repr(packed)]
    #[repr(transparent)]
    #[r#repr(C)]
    #[cfg_attr(all(), repr(align(64)))]
    #[cfg_attr(all(), doc = "First.", cfg_attr(all(), repr(align(64))))]
    #[cfg_attr(all(), cfg(any()))]
    #[cfg_attr(all(), derive(PartialOrd, Clone))]
    #[cfg_attr]
    #[serde(transparent)]
    #[rustfmt::skip]
    #[must_uze]
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    Model(inputs = pixels, outputs = digit)
}

fn main() {}
