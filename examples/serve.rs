//! Serves predictions over HTTP, and takes new weights while it serves.
//!
//! ```sh
//! cargo run --release --example serve                      # the load test below
//! cargo run --release --example serve -- 127.0.0.1:8000    # a server
//! curl -d '{"features": [5.1, 3.5, 1.4, 0.2]}' 127.0.0.1:8000/predict
//! curl --data-binary @flowers.safetensors 127.0.0.1:8000/weights
//! ```
//!
//! A prediction needs `&Flowers` only, so all threads read one model behind an [`Arc`]. New weights go into a model of
//! their own, and then its `Arc` takes the place of the old one. Requests that have begun finish with the old model,
//! and no request waits for the loading. Weights of another graph, with other shapes, or damaged ones are refused, and
//! the old model stays in service.
//!
//! In the load test, 8 clients ask for predictions while another one swaps two models back and forth and sends weights
//! that are wrong. Every answer must be that of one of the two models.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::{Claims, seed};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};
use tiny_http::{Header, Method, Request, Response, Server};

type Failure = Box<dyn std::error::Error + Send + Sync>;

model! {
    /// The species of a flower, from four lengths.
    pub struct Flowers;

    let lengths = Input(shape = [4]);
    let x = Dense(16, activation = relu)(lengths);
    let species = Dense(3, activation = softmax)(x);

    Model(inputs = lengths, outputs = species)
}

model! {
    /// A graph whose weights have the same names and shapes as those of `Flowers`.
    pub struct Others;

    let lengths = Input(shape = [4]);
    let x = Dense(16, activation = tanh)(lengths);
    let species = Dense(3, activation = softmax)(x);

    Model(inputs = lengths, outputs = species)
}

/// The model in service.
struct Service(RwLock<Arc<Flowers>>);

/// A status of HTTP and a body.
type Answer = (u16, Value);

impl Service {
    fn new(model: Box<Flowers>) -> Self {
        Service(RwLock::new(model.into()))
    }

    /// The model at this moment. The lock is held for the copy of a pointer.
    fn model(&self) -> Arc<Flowers> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// `{"features": [5.1, 3.5, 1.4, 0.2]}` → `{"probabilities": [0.9, 0.08, 0.02]}`
    fn predict(&self, body: &[u8]) -> Answer {
        let request: Value = match serde_json::from_slice(body) {
            Ok(request) => request,
            Err(error) => return (400, json!({ "error": error.to_string() })),
        };
        let numbers = request["features"].as_array().map(|features| features.iter().map(Value::as_f64));
        let features: Option<Vec<f32>> = numbers.and_then(|numbers| numbers.map(|x| Some(x? as f32)).collect());
        let Some(features) = features.and_then(|features| <[f32; 4]>::try_from(features).ok()) else {
            return (400, json!({ "error": "`features` is a list of 4 numbers" }));
        };
        // Unlike `call`, `predict` refuses an infinite number, which is a large `f64` here.
        match self.model().predict([features]) {
            Ok(species) => (200, json!({ "probabilities": species[0].as_slice() })),
            Err(error) => (400, json!({ "error": error.to_string() })),
        }
    }

    /// The content of a file that `save_weights` wrote.
    fn swap(&self, body: &[u8]) -> Answer {
        let mut model = self.model().boxed_clone();
        match model.load_weights_from(body) {
            Ok(()) => {
                *self.0.write().unwrap_or_else(PoisonError::into_inner) = model.into();
                (200, json!({ "swapped": true }))
            }
            Err(error) => (422, json!({ "error": error.to_string() })),
        }
    }

    /// Answers one request.
    fn answer(&self, mut request: Request) -> std::io::Result<()> {
        const LARGEST: u64 = 1 << 20;
        let mut body = Vec::new();
        request.as_reader().take(LARGEST + 1).read_to_end(&mut body)?;
        let (status, body) = match (request.method(), request.url()) {
            _ if body.len() as u64 > LARGEST => (413, json!({ "error": "the request is larger than 1 MiB" })),
            (Method::Post, "/predict") => self.predict(&body),
            (Method::Post, "/weights") => self.swap(&body),
            _ => (404, json!({ "error": "there are POST /predict and POST /weights" })),
        };
        let json: Header = "Content-Type: application/json".parse().expect("a header");
        request.respond(Response::from_string(body.to_string()).with_status_code(status).with_header(json))
    }

    /// Answers requests until the server is unblocked. Several threads may do so.
    fn run(&self, server: &Server) {
        // A client that goes away is no reason to stop.
        while let Ok(request) = server.recv() {
            self.answer(request).ok();
        }
    }
}

/// A connection that stays open.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Client(BufReader::new(stream)))
    }

    fn post(&mut self, path: &str, body: &[u8]) -> Result<Answer, Failure> {
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
        self.0.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        let (mut line, mut length) = (String::new(), 0);
        self.0.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((status, serde_json::from_slice(&body)?))
    }
}

/// Results of a client.
#[derive(Default)]
struct Seen {
    /// Requests without an answer or with an error.
    failed: usize,
    /// Answers of neither model.
    mixed: usize,
    /// Answers of the first model and of the second.
    of: [usize; 2],
    times: Vec<Duration>,
}

/// Asks for predictions, and compares each with the predictions of both models.
fn ask(address: SocketAddr, models: &[Box<Flowers>; 2], client: usize, requests: usize) -> Result<Seen, Failure> {
    let (mut connection, mut seen) = (Client::new(address)?, Seen::default());
    for k in 0..requests {
        let features = [client as f32 / 8.0, k as f32 / requests as f32, 0.5, -0.25];
        let start = Instant::now();
        let (status, body) = connection.post("/predict", json!({ "features": features }).to_string().as_bytes())?;
        seen.times.push(start.elapsed());
        let numbers = body["probabilities"].as_array().map(Vec::as_slice).unwrap_or_default();
        let got: Vec<f32> = numbers.iter().filter_map(Value::as_f64).map(|x| x as f32).collect();
        match models.iter().position(|model| model.call(&features).as_slice() == got) {
            _ if status != 200 => seen.failed += 1,
            Some(model) => seen.of[model] += 1,
            None => seen.mixed += 1,
        }
    }
    Ok(seen)
}

/// Swaps the models until `done`. Returns the number of swaps, and of wrong weights that were not refused.
fn swap(
    address: SocketAddr,
    files: &[Vec<u8>; 2],
    wrong: &[Vec<u8>],
    done: &AtomicBool,
) -> Result<[usize; 2], Failure> {
    let (mut connection, mut swaps, mut accepted) = (Client::new(address)?, 0, 0);
    while !done.load(Ordering::Relaxed) {
        for (file, wrong) in files.iter().zip(wrong.iter().cycle().skip(swaps % wrong.len())) {
            swaps += usize::from(connection.post("/weights", file)?.0 == 200);
            let (status, body) = connection.post("/weights", wrong)?;
            let refused = status == 422 && body["error"].as_str().is_some_and(|error| !error.is_empty());
            accepted += usize::from(!refused);
        }
    }
    Ok([swaps, accepted])
}

fn bytes(model: &impl Model) -> nn::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    model.save_weights_to(&mut bytes)?;
    Ok(bytes)
}

/// The load test.
fn test() -> Result<ExitCode, Failure> {
    const CLIENTS: usize = 8;
    const REQUESTS: usize = 500;
    let models = [0, 1].map(|k| Flowers::boxed(&mut StdRng::seed_from_u64(seed() + k)));
    let files = [bytes(&*models[0])?, bytes(&*models[1])?];
    let others = bytes(&*Others::boxed(&mut StdRng::seed_from_u64(seed())))?;
    let double = bytes(&*Flowers::<f64>::boxed(&mut StdRng::seed_from_u64(seed())))?;
    let wrong = [others, double, files[1][..files[1].len() - 1].to_vec(), b"no file".to_vec()];

    let server = Server::http("127.0.0.1:0")?;
    let address = server.server_addr().to_ip().ok_or("a server on IP")?;
    let service = Service::new(models[0].boxed_clone());
    let done = AtomicBool::new(false);
    println!("{}", service.swap(&wrong[0]).1["error"].as_str().unwrap_or_default());

    let start = Instant::now();
    let (seen, swapped) = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| service.run(&server));
        }
        let swapper = scope.spawn(|| swap(address, &files, &wrong, &done));
        let (models, mut clients) = (&models, Vec::new());
        for client in 0..CLIENTS {
            clients.push(scope.spawn(move || ask(address, models, client, REQUESTS)));
        }
        let seen: Vec<_> = clients.into_iter().map(|client| client.join()).collect();
        done.store(true, Ordering::Relaxed);
        let swapped = swapper.join();
        (0..4).for_each(|_| server.unblock());
        (seen, swapped)
    });
    let seconds = start.elapsed().as_secs_f64();

    let mut all = Seen::default();
    for seen in seen {
        let seen = seen.map_err(|_| "a client panicked")??;
        (all.failed, all.mixed) = (all.failed + seen.failed, all.mixed + seen.mixed);
        all.of = [all.of[0] + seen.of[0], all.of[1] + seen.of[1]];
        all.times.extend(seen.times);
    }
    let [swaps, accepted] = swapped.map_err(|_| "the client that swaps panicked")??;
    all.times.sort();
    let p99 = all.times[all.times.len() * 99 / 100];
    println!(
        "{:.0} predictions a second, 99 % within {:.2} ms",
        all.times.len() as f64 / seconds,
        p99.as_secs_f64() * 1e3
    );
    println!("{} answers of the first model, {} of the second, {swaps} swaps", all.of[0], all.of[1]);

    let mut claims = Claims::default();
    claims.at_most("failed requests", all.failed as f64, 0.0);
    claims.at_most("answers of neither model", all.mixed as f64, 0.0);
    claims.at_most("wrong weights in service", accepted as f64, 0.0);
    claims.at_least("swaps", swaps as f64, 10.0);
    claims.at_least("answers of the model with fewer", all.of[0].min(all.of[1]) as f64, 100.0);
    claims.at_most("seconds for 99 % of the answers", p99.as_secs_f64(), 1.0);
    Ok(claims.code())
}

fn main() -> Result<ExitCode, Failure> {
    let Some(address) = std::env::args().nth(1).filter(|argument| argument.contains(':')) else { return test() };
    let server = Server::http(&address)?;
    let service = Service::new(Flowers::boxed(&mut StdRng::seed_from_u64(1)));
    println!("POST /predict and POST /weights at {address}");
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(4, usize::from) {
            scope.spawn(|| service.run(&server));
        }
    });
    Ok(ExitCode::SUCCESS)
}
