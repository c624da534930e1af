use nn::prelude::*;

model! {
    pub struct AllSteps;

    x = keras.Input(shape=(20, 16))
    self.lstm = nn.LSTM(16, 32, num_layers=2, batch_first=True)
    h, _ = self.lstm(x)
    y = nn.Linear(32, 1)(h)
    return keras.Model(x, y)
}

model! {
    pub struct LastStep;

    x = keras.Input(shape=(20, 16))
    lstm = nn.LSTM(16, 32)
    out, (h, c) = lstm(x)
    y = nn.Linear(32, 1)(out[:, -1, :])
    return keras.Model(x, [y, h])
}

model! {
    pub struct Words;

    model = Sequential()
    model.add(Embedding(1000, 64, input_length=20))
    model.add(GRU(32, dropout=.2))
    model.add(Dense(1))
}

model! {
    pub struct Steps;

    let x = Input(shape = [20, 16]);
    let (h, _) = LSTM(32)(x);
    let y = LSTM(16, 32)(x);

    Model(inputs = x, outputs = [h, y])
}

fn main() {}
