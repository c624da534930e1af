//! Callbacks: what happens at certain moments of a training run, with Keras's names and defaults; a page each.
//!
//! [`Fit::callback`](crate::Fit::callback) adds them. [`History`](crate::History) and the progress bar need none.
//!
//! One of your own implements [`Callback`]: a hook for every moment, all of which do nothing by default. Each gets the
//! [`Run`], which says how training goes and takes orders.
//!
//! ```
//! use nn::prelude::*;
//! use nn::callbacks::{Callback, Run};
//!
//! /// Stops when the validation gets much worse than the training.
//! struct Overfitting {
//!     factor: f64,
//! }
//!
//! impl Callback for Overfitting {
//!     fn on_epoch_end(&mut self, _epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
//!         if let (Some(training), Some(validation)) = (run.get("loss"), run.get("val_loss")) {
//!             if validation > self.factor * training {
//!                 run.stop();
//!             }
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let fit = Fit::new().epochs(100).validation_split(0.2).callback(Overfitting { factor: 2.0 });
//! # let _ = fit;
//! ```
//!
//! A callback that knows something from the epochs so far writes it in [`Callback::remember`], and reads it in
//! `on_train_begin` if the run goes on where another was interrupted ([`Fit::resume`](crate::Fit::resume)):
//!
//! ```
//! use nn::prelude::*;
//! use nn::callbacks::{Callback, CallbackMemory, Run};
//!
//! /// Prints how much the loss fell since the first epoch.
//! #[derive(Default)]
//! struct Fall {
//!     first: Option<f64>,
//! }
//!
//! impl Callback for Fall {
//!     fn remember(&self, memory: &mut CallbackMemory) {
//!         if let Some(first) = self.first {
//!             memory.set_number("first", first);
//!         }
//!     }
//!
//!     fn on_train_begin(&mut self, run: &mut Run<'_>) -> nn::Result<()> {
//!         self.first = run.memory().and_then(|memory| memory.number("first"));
//!         Ok(())
//!     }
//!
//!     fn on_epoch_end(&mut self, _epoch: usize, run: &mut Run<'_>) -> nn::Result<()> {
//!         let Some(loss) = run.get("loss") else { return Ok(()) };
//!         let first = *self.first.get_or_insert(loss);
//!         run.print(format!("the loss fell by {:.3}", first - loss));
//!         Ok(())
//!     }
//! }
//!
//! let fit = Fit::new().epochs(100).callback(Fall::default()).callback(ModelCheckpoint::new("run.safetensors"));
//! # let _ = fit;
//! ```
//!
//! Callbacks are called in the order in which they were added. Source: <https://keras.io/api/callbacks/>

#[cfg(feature = "files")]
mod csv_logger;
mod early_stopping;
mod lambda_callback;
mod learning_rate_scheduler;
mod memory;
#[cfg(feature = "files")]
mod model_checkpoint;
mod monitor;
mod reduce_lr_on_plateau;
mod run;
#[cfg(feature = "files")]
mod template;
mod terminate_on_nan;

#[cfg(not(feature = "files"))]
#[doc(hidden)]
pub use crate::missing::{CsvLogger, ModelCheckpoint};
#[cfg(feature = "files")]
pub use csv_logger::CsvLogger;
pub use early_stopping::EarlyStopping;
pub use lambda_callback::LambdaCallback;
pub use learning_rate_scheduler::LearningRateScheduler;
pub use memory::CallbackMemory;
#[cfg(feature = "files")]
pub(crate) use memory::Entry;
#[cfg(feature = "files")]
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::Direction;
pub use reduce_lr_on_plateau::ReduceLROnPlateau;
pub(crate) use run::{Live, State};
pub use run::{Run, Snapshot};
pub use terminate_on_nan::TerminateOnNaN;

use crate::Result;

/// The name under which callbacks that set the learning rate report it.
const LEARNING_RATE: &str = "learning_rate";

/// Defines the trait, and the same hooks for references and boxes.
macro_rules! hooks {
    ($($(#[$doc:meta])* fn $hook:ident($($number:ident: usize)?);)*) => {
        /// What happens at certain moments of a training run.
        ///
        /// All hooks do nothing by default. An error ends the run; [`Error::callback`](crate::Error::callback) makes
        /// one of an error of another kind. Epochs and batches are counted from 0, batches anew in every epoch.
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is not a callback",
            note = "for example `EarlyStopping::new()`; one of your own implements `nn::callbacks::Callback`"
        )]
        pub trait Callback {
            /// The names of the numbers that it adds to the reports of epochs with [`Run::log`], so that callbacks may
            /// monitor them.
            fn logged(&self) -> Vec<String> {
                Vec::new()
            }

            /// The name under which checkpoints keep what it remembers; by default that of its type. Several callbacks
            /// of one name are told apart by their order.
            fn name(&self) -> String {
                let name = core::any::type_name::<Self>();
                let name = name.split('<').next().unwrap_or(name);
                name.rsplit("::").next().unwrap_or(name).into()
            }

            /// Writes down what it knows from the epochs so far, for checkpoints; nothing by default.
            ///
            /// In a run that goes on, [`Run::memory`] returns it in `on_train_begin`.
            fn remember(&self, memory: &mut CallbackMemory) {
                let _ = memory;
            }

            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// What the callback wants the run to end with.
                fn $hook(&mut self, $($number: usize,)? run: &mut Run<'_>) -> Result<()> {
                    let _ = ($($number,)? run);
                    Ok(())
                }
            )*
        }

        hooks! { @forward [&mut C] $($hook [$($number)?])* }
        hooks! { @forward [Box<C>] $($hook [$($number)?])* }
    };
    (@forward [$($type:tt)*] $($hook:ident [$($number:ident)?])*) => {
        impl<C: Callback + ?Sized> Callback for $($type)* {
            fn logged(&self) -> Vec<String> {
                (**self).logged()
            }

            fn name(&self) -> String {
                (**self).name()
            }

            fn remember(&self, memory: &mut CallbackMemory) {
                (**self).remember(memory);
            }
            $(
                fn $hook(&mut self, $($number: usize,)? run: &mut Run<'_>) -> Result<()> {
                    (**self).$hook($($number,)? run)
                }
            )*
        }
    };
}

hooks! {
    /// Before the first epoch: the place for checks, and for a fresh start or for what [`Run::memory`] returns. If a
    /// callback stops the run here, nothing is trained.
    fn on_train_begin();
    /// After the last epoch.
    fn on_train_end();
    /// Before the first batch of an epoch. A run that goes on in the middle of an epoch does not begin it again.
    fn on_epoch_begin(epoch: usize);
    /// After the last batch of an epoch and its validation: [`Run::get`] gives the numbers of both.
    fn on_epoch_end(epoch: usize);
    /// Before a step.
    fn on_train_batch_begin(batch: usize);
    /// After a step: [`Run::get`] gives the means of the epoch so far.
    fn on_train_batch_end(batch: usize);
    /// Before a validation.
    fn on_test_begin();
    /// After a validation: [`Run::get`] gives its numbers, without `val_`.
    fn on_test_end();
    /// Before a batch of a validation.
    fn on_test_batch_begin(batch: usize);
    /// After a batch of a validation: [`Run::get`] gives the means so far.
    fn on_test_batch_end(batch: usize);
}

/// The callbacks of a run, as [`Fit::callback`](crate::Fit::callback) puts them together: `()`, `((), A)`,
/// `(((), A), B)`.
pub trait Callbacks {
    /// Calls `visit` with one after the other, until one fails.
    ///
    /// # Errors
    /// Those of `visit`.
    fn each(&mut self, visit: &mut dyn FnMut(&mut dyn Callback) -> Result<()>) -> Result<()>;
}

impl Callbacks for () {
    fn each(&mut self, _: &mut dyn FnMut(&mut dyn Callback) -> Result<()>) -> Result<()> {
        Ok(())
    }
}

impl<A: Callbacks, B: Callback> Callbacks for (A, B) {
    fn each(&mut self, visit: &mut dyn FnMut(&mut dyn Callback) -> Result<()>) -> Result<()> {
        self.0.each(visit)?;
        visit(&mut self.1)
    }
}
