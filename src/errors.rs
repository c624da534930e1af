//! The compile errors of this library. Each page has an example that does not compile, its messages, and the cure.
//!
//! The last line of a message names its page. Codes are stable. Each hundred is a kind of mistake: syntax (`nn0001`),
//! names (`nn0101`), arguments (`nn0201`), the graph (`nn0301`), shapes (`nn0401`), training (`nn0501`), memory
//! (`nn0601`), weight files (`nn0701`) and network files (`nn0801`). Errors of a running program are
//! [`Error`](crate::Error)s.

// `tests/ui.rs` compiles the wrong example and compares its messages, so it is no test of the documentation.
macro_rules! pages {
    ($($code:ident)*) => {
        $(
            #[doc = include_str!(concat!("errors/", stringify!($code), "/why.md"))]
            #[cfg_attr(not(doctest), doc = "\n```compile_fail")]
            #[cfg_attr(not(doctest), doc = include_str!(concat!("errors/", stringify!($code), "/wrong.rs")))]
            #[cfg_attr(not(doctest), doc = "```")]
            #[doc = "\n```text"]
            #[doc = include_str!(concat!("errors/", stringify!($code), "/wrong.stderr"))]
            #[doc = "```\n"]
            #[doc = include_str!(concat!("errors/", stringify!($code), "/right.md"))]
            pub mod $code {}
        )*
    };
}

pages! {
    nn0001
    nn0002
    nn0003
    nn0004
    nn0005
    nn0006
    nn0007
    nn0008
    nn0009
    nn0010
    nn0101
    nn0102
    nn0103
    nn0104
    nn0105
    nn0106
    nn0107
    nn0108
    nn0109
    nn0110
    nn0111
    nn0112
    nn0201
    nn0202
    nn0203
    nn0204
    nn0205
    nn0206
    nn0207
    nn0208
    nn0209
    nn0210
    nn0211
    nn0301
    nn0302
    nn0303
    nn0304
    nn0305
    nn0306
    nn0307
    nn0308
    nn0309
    nn0310
    nn0311
    nn0312
    nn0313
    nn0314
    nn0315
    nn0316
    nn0317
    nn0401
    nn0402
    nn0403
    nn0404
    nn0405
    nn0406
    nn0407
    nn0408
    nn0409
    nn0501
    nn0502
    nn0503
    nn0504
    nn0505
    nn0506
    nn0507
    nn0508
    nn0601
    nn0602
    nn0603
    nn0701
    nn0702
    nn0703
    nn0704
    nn0705
    nn0706
    nn0707
    nn0708
    nn0709
    nn0801
    nn0802
    nn0803
}
