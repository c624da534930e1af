//! [`LambdaCallback`]: makes a callback of closures.

use super::{Callback, Run};
use crate::Result;
use core::fmt;

type Hook<'a> = Box<dyn FnMut(&mut Run<'_>) -> Result<()> + 'a>;
type NumberedHook<'a> = Box<dyn FnMut(usize, &mut Run<'_>) -> Result<()> + 'a>;

macro_rules! lambda_callback {
    ($($(#[$doc:meta])* $hook:ident [$($number:ident: $type:ty)?] $boxed:ident;)*) => {
        /// A callback of closures. Each has the arguments of its hook.
        ///
        /// ```
        /// use nn::prelude::*;
        /// use nn::callbacks::LambdaCallback;
        ///
        /// let mut losses = Vec::new();
        /// let record = LambdaCallback::new().on_epoch_end(|_epoch, run| {
        ///     losses.extend(run.get("loss"));
        ///     Ok(())
        /// });
        /// let fit = Fit::new().epochs(10).callback(record);
        /// # let _ = fit;
        /// ```
        ///
        /// Source: <https://keras.io/api/callbacks/lambda_callback/>
        #[derive(Default)]
        pub struct LambdaCallback<'a> {
            logs: Vec<String>,
            $($hook: Option<$boxed<'a>>,)*
        }

        impl<'a> LambdaCallback<'a> {
            /// Makes a callback that does nothing yet.
            pub fn new() -> Self {
                LambdaCallback::default()
            }

            /// Sets the names of the numbers that its closures add to reports with [`Run::log`].
            /// Later callbacks can then monitor them.
            ///
            /// ```
            /// use nn::prelude::*;
            /// use nn::callbacks::{Direction, LambdaCallback};
            ///
            /// let gap = LambdaCallback::new().logs(["gap"]).on_epoch_end(|_, run| {
            ///     if let (Some(a), Some(b)) = (run.get("loss"), run.get("val_loss")) {
            ///         run.log("gap", b - a);
            ///     }
            ///     Ok(())
            /// });
            /// let fit = Fit::new().callback(gap).callback(EarlyStopping::new().monitor("gap").mode(Direction::Min));
            /// # let _ = fit;
            /// ```
            pub fn logs<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
                self.logs = names.into_iter().map(Into::into).collect();
                self
            }

            $(
                $(#[$doc])*
                pub fn $hook(mut self, hook: impl FnMut($($type,)? &mut Run<'_>) -> Result<()> + 'a) -> Self {
                    self.$hook = Some(Box::new(hook));
                    self
                }
            )*
        }

        impl Callback for LambdaCallback<'_> {
            fn logged(&self) -> Vec<String> {
                self.logs.clone()
            }

            $(
                fn $hook(&mut self, $($number: $type,)? run: &mut Run<'_>) -> Result<()> {
                    self.$hook.as_mut().map_or(Ok(()), |hook| hook($($number,)? run))
                }
            )*
        }

        impl fmt::Debug for LambdaCallback<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut list = f.debug_list();
                $(
                    if self.$hook.is_some() {
                        list.entry(&stringify!($hook));
                    }
                )*
                list.finish()
            }
        }
    };
}

lambda_callback! {
    /// Sets the closure before the first epoch.
    on_train_begin [] Hook;
    /// Sets the closure after the last epoch.
    on_train_end [] Hook;
    /// Sets the closure before the first batch of an epoch.
    on_epoch_begin [epoch: usize] NumberedHook;
    /// Sets the closure after the last batch of an epoch and its validation.
    on_epoch_end [epoch: usize] NumberedHook;
    /// Sets the closure before a step.
    on_train_batch_begin [batch: usize] NumberedHook;
    /// Sets the closure after a step.
    on_train_batch_end [batch: usize] NumberedHook;
    /// Sets the closure before a validation.
    on_test_begin [] Hook;
    /// Sets the closure after a validation.
    on_test_end [] Hook;
    /// Sets the closure before a batch of a validation.
    on_test_batch_begin [batch: usize] NumberedHook;
    /// Sets the closure after a batch of a validation.
    on_test_batch_end [batch: usize] NumberedHook;
}
