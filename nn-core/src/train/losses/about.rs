//! [`About`]: the facts about a loss.

use super::Loss;
use crate::activations::Head;

/// The facts about a loss for [lints](crate::lints) and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// [`Loss::name`]
    pub name: &'static str,
    /// [`Loss::takes_logits`]
    pub takes_logits: Option<bool>,
    /// [`Loss::link`]
    pub link: Head,
}

impl About {
    pub(super) fn of<L: Loss>(loss: &L) -> About {
        About { name: loss.name(), takes_logits: loss.takes_logits(), link: loss.link() }
    }
}
