//! Merges of more series, and of shapes that are repeated.

use crate::sweep::masked;

masked! { "merging_more";
    multiply_of_three: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let j = Masking(mask_value = -1.0)(v);
        let y = multiply([h, i, j]);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_of_three: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let j = Masking(mask_value = -1.0)(v);
        let y = maximum([h, i, j]);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    minimum_of_three: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let j = Masking(mask_value = -1.0)(v);
        let y = minimum([h, i, j]);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    concatenate_of_three: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let j = Masking(mask_value = -1.0)(v);
        let y = concatenate([h, i, j]);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    multiply_two_of_three: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = multiply([v, h, i]);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_two_of_three: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = maximum([v, h, i]);
        Model(inputs = [x, z, v], outputs = y)
    }
    minimum_two_of_three: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = minimum([v, h, i]);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    add_repeats_a_step: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [1, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = add([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    multiply_repeats_features: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 1]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = multiply([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    multiply_repeats_a_step: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [1, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = multiply([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    multiply_repeats_the_first: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [1, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = multiply([i, h]);
        Model(inputs = [x, z], outputs = y)
    }
    multiply_with_a_vector: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = multiply([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_repeats_features: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 1]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = maximum([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    maximum_repeats_a_step: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [1, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = maximum([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_repeats_the_first: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [1, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = maximum([i, h]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    minimum_repeats_a_step: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [1, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = minimum([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    minimum_with_a_vector: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = minimum([h, z]);
        Model(inputs = [x, z], outputs = y)
    }
    multiply_of_a_tensor_with_itself: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = multiply([h, h]);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_of_a_tensor_with_itself: {
        let x = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let y = maximum([h, h]);
        Model(inputs = x, outputs = y)
    }
    #[cfg(feature = "all")]
    maximum_of_products: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let j = Masking(mask_value = -1.0)(v);
        let a = multiply([h, i]);
        let b = maximum([a, j]);
        let y = LSTM(2, return_sequences = true)(b);
        Model(inputs = [x, z, v], outputs = y)
    }
    #[cfg(feature = "all")]
    multiply_of_sentences: {
        let x = Input(shape = [3, 4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [3, 4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let y = multiply([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    average_of_words: {
        let x = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let z = Input(shape = [4], dtype = u32);
        let i = Embedding(7, 3, mask_zero = true)(z);
        let a = average([h, i]);
        let y = LSTM(2)(a);
        Model(inputs = [x, z], outputs = y)
    }
    dot_of_features: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = Dot(axes = 2)([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
    dot_of_steps: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let y = Dot(axes = 1)([h, i]);
        Model(inputs = [x, z], outputs = y)
    }
}
