//! [`Config`]: a part of a graph as Keras writes it, in the spellings of all versions.

use serde_json::Value as Json;

/// `{"class_name": .., "config": {..}}`, of a layer, a model, or a value such as a regularizer.
#[derive(Clone, Copy)]
pub(super) struct Config<'a> {
    json: &'a Json,
}

impl<'a> Config<'a> {
    pub(super) fn new(json: &'a Json) -> Self {
        Config { json }
    }

    /// Returns the name of the class, without that of a package in front.
    pub(super) fn class(self) -> &'a str {
        let class = self.json["class_name"].as_str().unwrap_or_default();
        class.rsplit('>').next().unwrap_or(class)
    }

    /// Returns the module of the class: `keras.layers`, or empty in old files.
    pub(super) fn module(self) -> &'a str {
        self.json["module"].as_str().unwrap_or_default()
    }

    /// Returns the name of the layer.
    pub(super) fn name(self) -> &'a str {
        self.get("name").as_str().or_else(|| self.json["name"].as_str()).unwrap_or_default()
    }

    /// Returns a field of the inner object; null if it is missing.
    pub(super) fn get(self, field: &str) -> &'a Json {
        &self.json["config"][field]
    }

    /// Returns the fields of the inner object.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'a str, &'a Json)> {
        self.json["config"].as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns a field beside the inner object.
    pub(super) fn outer(self, field: &str) -> &'a Json {
        &self.json[field]
    }

    /// Returns the layers of a model. Very old Sequential models have a list in place of the inner object.
    pub(super) fn layers(self) -> Vec<Config<'a>> {
        let list = self.get("layers").as_array().or_else(|| self.json["config"].as_array());
        list.into_iter().flatten().map(Config::new).collect()
    }

    /// Whether this is a model, whose layers are inside it.
    pub(super) fn is_model(self) -> bool {
        matches!(self.class(), "Functional" | "Sequential" | "Model")
    }

    /// Returns the shape of the input, with the batch in front, if a layer states it.
    pub(super) fn input_shape(self) -> Option<Vec<Option<usize>>> {
        let stated = ["batch_shape", "batch_input_shape", "build_input_shape"];
        let shape = stated.iter().map(|name| self.get(name)).find(|shape| shape.is_array());
        let shape =
            shape.or_else(|| Some(&self.json["build_config"]["input_shape"]).filter(|shape| shape.is_array()))?;
        let axis = |axis: &Json| axis.as_u64().and_then(|axis| usize::try_from(axis).ok());
        Some(shape.as_array()?.iter().map(axis).collect())
    }
}
