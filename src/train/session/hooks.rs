//! The callbacks of a run: their hooks, their memory, and the checkpoints that they ask for.

use super::Session;
use crate::callbacks::{Callback, CallbackMemory, Callbacks, Live, Run, State};
use crate::data::Inspect;
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::report::history::Params;
use crate::train::compile::Compiled;
use crate::train::totals::Tally;
use crate::{Model, Result};

/// The call of a hook: of any type, so that what surrounds it is compiled once for a model, and not for each hook.
pub(super) type Call<'a> = &'a mut dyn FnMut(&mut dyn Callback, &mut Run<'_>) -> Result<()>;

impl<M, O, L, K, C> Session<'_, M, O, L, K, C>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs, Targets: Inspect>,
    K: Metrics<M::Outputs, L::Targets>,
    C: Callbacks,
{
    /// Calls `on_train_begin`. If the run resumes, the callbacks can read their memory.
    pub(super) fn begin(&mut self, params: Params, validates: bool) -> Result<()> {
        let names = self.compiled.names.sorted().map(String::from);
        self.state.names = names.collect();
        if validates {
            let validation: Vec<_> = self.state.names.iter().map(|name| format!("val_{name}")).collect();
            self.state.names.extend(validation);
        }
        let added = &mut self.state.names;
        self.state.measured = added.len();
        self.callbacks.each(&mut |callback| {
            added.extend(callback.logged());
            Ok(())
        })?;
        (self.state.params, self.state.validates) = (params, validates);
        self.state.logs = Some(Vec::new());
        let mut memories = if self.settings.resume { self.compiled.cursor.memories.clone() } else { Vec::new() };
        self.call(&mut |callback, run| {
            let name = callback.name();
            let known = memories.iter().position(|(other, _)| *other == name);
            run.state.memory = known.map(|known| memories.remove(known).1);
            let begun = callback.on_train_begin(run);
            run.state.memory = None;
            begun
        })
    }

    /// Stores the progress for a later run.
    pub(super) fn remember(&mut self) {
        if self.broken {
            return;
        }
        self.compiled.cursor.sums = self.tally.sums();
        self.compiled.cursor.memories = memories(&mut self.callbacks);
    }

    /// Calls a hook of all callbacks, and then writes the checkpoints that they ask for.
    pub(super) fn hook(&mut self, call: Call<'_>) -> Result<()> {
        let called = self.call(call);
        if self.state.pending.is_empty() {
            return called;
        }
        let saved = self.save_pending();
        called.and(saved)
    }

    /// Calls a hook of all callbacks.
    pub(super) fn call(&mut self, call: Call<'_>) -> Result<()> {
        let Session { compiled, callbacks, state, tally, .. } = self;
        run_hook(compiled, callbacks, state, tally, call)
    }

    /// Calls a hook with the numbers of an evaluation. Its checkpoints are written after the end of the epoch.
    pub(super) fn hook_with(&mut self, tally: &Tally<K::State>, call: Call<'_>) -> Result<()> {
        let Session { compiled, callbacks, state, .. } = self;
        run_hook(compiled, callbacks, state, tally, call)
    }

    /// Writes the checkpoints that callbacks asked for. All callbacks have run, so their memory is of the same moment.
    pub(super) fn save_pending(&mut self) -> Result<()> {
        let pending = core::mem::take(&mut self.state.pending);
        if pending.is_empty() {
            return Ok(());
        }
        self.remember();
        #[cfg(feature = "files")]
        pending.iter().try_for_each(|path| self.compiled.save_checkpoint(path))?;
        Ok(())
    }
}

fn run_hook<M, O, L, K>(
    compiled: &mut Compiled<M, O, L, K>,
    callbacks: &mut impl Callbacks,
    state: &mut State,
    tally: &Tally<K::State>,
    call: Call<'_>,
) -> Result<()>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs>,
    K: Metrics<M::Outputs, L::Targets>,
{
    let mut live = Live { compiled, tally };
    let mut run = Run { state, training: &mut live };
    let mut failed = Ok(());
    let all = callbacks.each(&mut |callback| match call(callback, &mut run) {
        // All callbacks have run before a checkpoint is written.
        Err(error) if !run.state.pending.is_empty() && failed.is_ok() => {
            failed = Err(error);
            Ok(())
        }
        other => other,
    });
    failed.and(all)
}

/// Returns the memory of all callbacks, by name.
fn memories(callbacks: &mut impl Callbacks) -> Vec<(String, CallbackMemory)> {
    let mut memories = Vec::new();
    let all = callbacks.each(&mut |callback| {
        let mut memory = CallbackMemory::default();
        callback.remember(&mut memory);
        memories.push((callback.name(), memory));
        Ok(())
    });
    // The closure cannot fail.
    debug_assert!(all.is_ok());
    memories
}
