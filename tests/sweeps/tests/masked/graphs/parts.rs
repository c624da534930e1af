//! Parts of a graph that are called again.

use crate::sweep::masked;

masked! { "parts";
    #[cfg(feature = "all")]
    a_part_with_a_mask_inside: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let a = Dense(2)(h);
        let b = LSTM(2)(a);
        let part = Model(inputs = x, outputs = b);
        let y = concatenate([b, part(z)]);
        Model(inputs = [x, z], outputs = y)
    }
    #[cfg(feature = "all")]
    a_part_on_a_masked_series: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(z);
        let a = Dense(2)(x);
        let b = LSTM(2, return_sequences = true)(a);
        let part = Model(inputs = x, outputs = b);
        let y = GRU(2)(part(h));
        let p = GlobalMaxPooling1D()(b);
        Model(inputs = [x, z], outputs = [y, p])
    }
    #[cfg(feature = "all")]
    a_merge_in_a_part: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let v = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let a = multiply([h, i]);
        let b = maximum([a, a]);
        let c = GRU(2)(b);
        let part = Model(inputs = [x, z], outputs = c);
        let y = add([c, part([v, x])]);
        Model(inputs = [x, z, v], outputs = y)
    }
    a_part_makes_a_mask: {
        let x = Input(shape = [4], dtype = u32);
        let z = Input(shape = [4], dtype = u32);
        let h = Embedding(7, 3, mask_zero = true)(x);
        let b = BatchNormalization()(h);
        let part = Model(inputs = x, outputs = b);
        let y = multiply([b, part(z)]);
        Model(inputs = [x, z], outputs = y)
    }
    a_given_mask_in_a_part: {
        let x = Input(shape = [4, 2]);
        let m = Input(shape = [4], dtype = u32);
        let z = Input(shape = [4, 2]);
        let n = Input(shape = [4], dtype = u32);
        let a = LSTM(2, return_sequences = true)(x, mask = m);
        let part = Model(inputs = [x, m], outputs = a);
        let y = add([a, part([z, n])]);
        Model(inputs = [x, m, z, n], outputs = y)
    }
    a_stack: {
        let x = Input(shape = [4, 2]);
        let z = Input(shape = [4, 2]);
        let h = Masking(mask_value = -1.0)(x);
        let i = Masking(mask_value = -1.0)(z);
        let tower = Sequential([Dense(2), GRU(2)]);
        let y = concatenate([tower(h), tower(i)]);
        Model(inputs = [x, z], outputs = y)
    }
}
