//! [`Pass`]: the arguments of a layer's call besides its tensors.

use rand::Rng;

/// The purpose of a forward pass, with the memory of the call.
pub enum Pass<'a, 'rng, T, S, C> {
    /// A prediction.
    Inference(Memory<'a, T, S>),
    /// A training step: `backward` will follow.
    Training(Memory<'a, T, C>, Mode<'a, 'rng>),
}

impl<'a, 'rng, T, S, C> Pass<'a, 'rng, T, S, C> {
    /// Creates a prediction pass without a workspace.
    pub fn inference(scratch: &'a mut S) -> Self {
        Pass::Inference(Memory::new(scratch))
    }

    /// Creates a training pass without a workspace.
    pub fn training(cache: &'a mut C, mode: Mode<'a, 'rng>) -> Self {
        Pass::Training(Memory::new(cache), mode)
    }

    /// Returns the pass with this workspace.
    pub fn with_workspace(self, workspace: &'a mut [T]) -> Self {
        match self {
            Pass::Inference(memory) => Pass::Inference(memory.with_workspace(workspace)),
            Pass::Training(memory, mode) => Pass::Training(memory.with_workspace(workspace), mode),
        }
    }

    /// Returns the pass with these masks: one entry for each input of the call.
    pub fn with_masks(self, masks: &'a [Option<&'a [u32]>]) -> Self {
        match self {
            Pass::Inference(memory) => Pass::Inference(memory.with_masks(masks)),
            Pass::Training(memory, mode) => Pass::Training(memory.with_masks(masks), mode),
        }
    }

    /// Returns the masks of the inputs: [`Memory::masks`].
    pub fn masks(&self) -> &'a [Option<&'a [u32]>] {
        match self {
            Pass::Inference(memory) => memory.masks,
            Pass::Training(memory, _) => memory.masks,
        }
    }

    /// Returns the mask of an input: [`Memory::mask`].
    pub fn mask(&self, input: usize) -> Option<&'a [u32]> {
        match self {
            Pass::Inference(memory) => memory.mask(input),
            Pass::Training(memory, _) => memory.mask(input),
        }
    }
}

/// The memory of one call of a layer, and the masks of its inputs.
pub struct Memory<'a, T, M> {
    /// Memory that no other layer touches between the passes: [`Layer::Scratch`](crate::Layer::Scratch) or
    /// [`Layer::Cache`](crate::Layer::Cache).
    pub own: &'a mut M,
    /// Memory for this call alone: for each sample, the number of scalars that the shape rule asks for
    /// ([`Inferred::workspace`](crate::spec::Inferred::workspace)). Its initial contents are arbitrary.
    pub workspace: &'a mut [T],
    /// The mask of each input that has one. Empty if no input has a mask. See [`mask`](Self::mask).
    pub masks: &'a [Option<&'a [u32]>],
}

impl<'a, T, M> Memory<'a, T, M> {
    /// Creates the memory of a call without a workspace and without masks.
    pub fn new(own: &'a mut M) -> Self {
        Memory { own, workspace: &mut [], masks: &[] }
    }

    /// Returns the memory with this workspace.
    pub fn with_workspace(self, workspace: &'a mut [T]) -> Self {
        Memory { workspace, ..self }
    }

    /// Returns the memory with these masks: one entry for each input of the call.
    pub fn with_masks(self, masks: &'a [Option<&'a [u32]>]) -> Self {
        Memory { masks, ..self }
    }

    /// Returns the mask of an input, if it has one. It is a number for each position of the batch, sample after sample;
    /// 0 masks the position.
    pub fn mask(&self, input: usize) -> Option<&'a [u32]> {
        self.masks.get(input).copied().flatten()
    }
}

/// Facts of a training pass.
pub struct Mode<'a, 'rng> {
    /// Random numbers.
    pub rng: &'a mut (dyn Rng + 'rng),
    /// Whether this layer is frozen (`trainable = false`); a frozen BatchNormalization works as in a prediction.
    pub frozen: bool,
    /// One flag for each inner layer with weights: `true` if it is frozen at run time. Empty if no layer is frozen.
    flags: &'a [bool],
    purpose: Purpose,
}

/// The purpose of a training pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Learns,
    Predicts,
    Adapts,
}

impl<'a, 'rng> Mode<'a, 'rng> {
    /// Creates the mode of a training pass in which every layer learns.
    pub fn new(rng: &'a mut (dyn Rng + 'rng)) -> Self {
        Mode { rng, frozen: false, flags: &[], purpose: Purpose::Learns }
    }

    /// Creates the mode of a prediction that `backward` will follow: without noise, and with every layer frozen.
    /// Nothing draws from `rng`.
    pub fn predicting(rng: &'a mut (dyn Rng + 'rng)) -> Self {
        Mode { rng, frozen: true, flags: &[], purpose: Purpose::Predicts }
    }

    /// Creates the mode of a pass that only learns statistics of the inputs of layers: see [`adapts`](Mode::adapts).
    pub fn adapting(rng: &'a mut (dyn Rng + 'rng)) -> Self {
        Mode { rng, frozen: true, flags: &[], purpose: Purpose::Adapts }
    }

    /// Whether no step follows, and layers such as Normalization learn mean and variance of their inputs. Other layers
    /// then compute the outputs of a prediction, without noise.
    pub fn adapts(&self) -> bool {
        self.purpose == Purpose::Adapts
    }

    /// Whether layers such as Dropout and GaussianNoise change their inputs. If not, `backward` may still follow.
    pub fn has_noise(&self) -> bool {
        self.purpose == Purpose::Learns
    }

    /// Creates the mode of a training pass in which some layers are frozen at run time. `flags` has one flag for each
    /// of the model's [`LAYERS`](crate::Weights::LAYERS), in the order of its variables.
    pub fn with_frozen(rng: &'a mut (dyn Rng + 'rng), flags: &'a [bool]) -> Self {
        Mode { rng, frozen: false, flags, purpose: Purpose::Learns }
    }

    /// Returns the same mode with a shorter borrow.
    pub fn reborrow(&mut self) -> Mode<'_, 'rng> {
        Mode { rng: self.rng, frozen: self.frozen, flags: self.flags, purpose: self.purpose }
    }

    /// Returns the mode for a layer that is frozen.
    pub fn frozen(&mut self) -> Mode<'_, 'rng> {
        Mode { rng: self.rng, frozen: true, flags: self.flags, purpose: self.purpose }
    }

    /// Returns the mode for an inner layer with the flags `start..start + count` of this one.
    pub fn layer(&mut self, start: usize, count: usize) -> Mode<'_, 'rng> {
        let flags = self.flags.get(start..start + count).unwrap_or(&[]);
        // A layer without inner layers is frozen by its own flag; a layer with inner ones hands the flags on.
        let frozen = self.frozen || (!flags.is_empty() && flags.iter().all(|&frozen| frozen));
        Mode { rng: self.rng, frozen, flags, purpose: self.purpose }
    }
}
