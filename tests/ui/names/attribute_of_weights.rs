use nn::SVector;

nn::weights! {
    /// What is in the list.
    #[derive(PartialOrd)]
    #[allow(dead_code)]
    #[cfg_attr(all(), derive(Copy), )]
    #[cfg_attr(any(), doc = "More.")]
    #[must_use]
    #[repr(align(64))]
    pub struct Aligned<T, const N: usize> {
        scale: SVector<T, N> => [N],
    }
}

nn::weights! {
    #[cfg_attr(all(), repr(align(64)))]
    pub struct Hidden<T, const N: usize> {
        scale: SVector<T, N> => [N],
    }
}

nn::weights! {
    #[cfg(any())]
    pub struct Gone<T, const N: usize> {
        scale: SVector<T, N> => [N],
    }
}

nn::weights! {
    pub struct Fields<T, const N: usize> {
        #[cfg(any())]
        scale: SVector<T, N> => [N],
    }
}

fn main() {}
