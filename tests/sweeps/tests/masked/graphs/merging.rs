//! Merges of two series, of which both or one has a mask.

use crate::sweep::masked;

masked! { "merging";
    #[cfg(feature = "all")]
    add: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = add([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    add_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = add([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    add_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let y = add([x, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    add_before_gru: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let a = add([h, i]);
        let y = GRU(2)(a);
        Model(inputs = [x, z], outputs = y)
    }
    subtract: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = subtract([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    subtract_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = subtract([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    subtract_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let y = subtract([x, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    multiply: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = multiply([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    multiply_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = multiply([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    multiply_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let y = multiply([x, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    multiply_before_gru: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let a = multiply([h, i]);
        let y = GRU(2)(a);
        Model(inputs = [x, z], outputs = y)
    }
    average: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = average([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    average_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = average([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    average_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let y = average([x, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    maximum: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = maximum([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = maximum([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    maximum_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let y = maximum([x, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_before_gru: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let a = maximum([h, i]);
        let y = GRU(2)(a);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    minimum: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = minimum([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    minimum_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = minimum([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    minimum_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let y = minimum([x, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = concatenate([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    concatenate_first_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = concatenate([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_second_masked: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let i = Masking(mask_value = -1.0)(z);
        let y = concatenate([x, i]);
        Model(inputs = [x, z], outputs = y)
    }
}
