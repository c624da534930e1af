//! Callbacks: code that `fit` runs between epochs and steps, with Keras's names and defaults.
//!
//! [`Fit::callback`](crate::Fit::callback) adds them; they run in that order. [`History`](crate::History) and the
//! progress bar need no callback.
//!
//! Your own callback implements [`Callback`]. It has a hook for every moment, and all hooks do nothing by default. Each
//! hook gets the [`Run`], which reports on training and takes orders.
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
//! [`Run::model`] is the model in training, for predictions and metrics of your own. A number that a callback adds with
//! [`Run::log`] stands in the history, and later callbacks can monitor it.
//!
//! A callback with state writes it in [`Callback::remember`]. If a run resumes ([`Fit::resume`](crate::Fit::resume)),
//! the callback reads it in `on_train_begin`:
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
//! Source: <https://keras.io/api/callbacks/>

#[cfg(feature = "files")]
mod csv_logger;
mod early_stopping;
mod lambda_callback;
mod learning_rate_scheduler;
mod live;
mod memory;
#[cfg(feature = "files")]
mod model_checkpoint;
mod monitor;
mod reduce_lr_on_plateau;
mod run;
mod swap_ema_weights;
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
pub(crate) use live::Live;
pub use memory::CallbackMemory;
#[cfg(feature = "files")]
pub(crate) use memory::Entry;
#[cfg(feature = "files")]
pub use model_checkpoint::ModelCheckpoint;
pub use monitor::Direction;
pub use reduce_lr_on_plateau::ReduceLROnPlateau;
pub(crate) use run::State;
pub use run::{Run, Snapshot};
pub use swap_ema_weights::SwapEMAWeights;
pub use terminate_on_nan::TerminateOnNaN;

use crate::Result;

/// The name under which callbacks report the learning rate.
const LEARNING_RATE: &str = "learning_rate";

/// Declares the trait, and implements it for references and boxes.
macro_rules! hooks {
    ($($(#[$doc:meta])* fn $hook:ident($($number:ident: usize)?);)*) => {
        /// Hooks at certain moments of a training run.
        ///
        /// All hooks do nothing by default. An error ends the run; [`Error::callback`](crate::Error::callback) wraps
        /// errors of other types. Epochs and batches are counted from 0, batches from 0 in every epoch.
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is not a callback",
            label = "not a callback",
            note = "callbacks are values, added one by one: `.callback(EarlyStopping::new()).callback(TerminateOnNaN::new())`",
            note = "one of your own implements `nn::callbacks::Callback`; a closure stands in a `LambdaCallback`"
        )]
        pub trait Callback {
            /// Returns the names of the numbers that it adds to reports with [`Run::log`], so that callbacks can
            /// monitor them.
            fn logged(&self) -> Vec<String> {
                Vec::new()
            }

            /// Returns the name of its memory in checkpoints. The default is the name of its type. Callbacks with the
            /// same name are matched by their order.
            fn name(&self) -> String {
                let name = core::any::type_name::<Self>();
                let name = name.split('<').next().unwrap_or(name);
                name.rsplit("::").next().unwrap_or(name).into()
            }

            /// Writes its state for checkpoints. Nothing by default.
            ///
            /// If a run resumes, [`Run::memory`] returns it in `on_train_begin`.
            fn remember(&self, memory: &mut CallbackMemory) {
                let _ = memory;
            }

            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// Any error ends the run.
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
    /// Runs before the first epoch. Check settings here, and reset the state or read it from [`Run::memory`]. If a
    /// callback stops the run here, nothing is trained.
    fn on_train_begin();
    /// Runs after the last epoch.
    fn on_train_end();
    /// Runs before the first batch of an epoch. A run that resumes in the middle of an epoch does not call it again.
    fn on_epoch_begin(epoch: usize);
    /// Runs after the last batch of an epoch and its validation. [`Run::get`] returns the numbers of both.
    fn on_epoch_end(epoch: usize);
    /// Runs before a step.
    fn on_train_batch_begin(batch: usize);
    /// Runs after a step. [`Run::get`] returns the means of the epoch so far.
    fn on_train_batch_end(batch: usize);
    /// Runs before a validation.
    fn on_test_begin();
    /// Runs after a validation. [`Run::get`] returns its numbers, without `val_`.
    fn on_test_end();
    /// Runs before a batch of a validation.
    fn on_test_batch_begin(batch: usize);
    /// Runs after a batch of a validation. [`Run::get`] returns the means so far.
    fn on_test_batch_end(batch: usize);
}

/// The callbacks of a run, as [`Fit::callback`](crate::Fit::callback) joins them: `()`, `((), A)`, `(((), A), B)`.
pub trait Callbacks {
    /// Calls `visit` with each callback in order, until one fails.
    ///
    /// # Errors
    /// If `visit` fails.
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

/// Types that [`Fit::callback`](crate::Fit::callback) has refused already, with its message: `fit` does not repeat it.
macro_rules! refused {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        #[doc(hidden)]
        impl<A: Callbacks, $($generics)*> Callbacks for (A, $type) {
            fn each(&mut self, _: &mut dyn FnMut(&mut dyn Callback) -> Result<()>) -> Result<()> {
                Ok(())
            }
        }
    )*};
}

refused! {
    [] &str;
    [] String;
    [T] Vec<T>;
    [T, const N: usize] [T; N];
}
