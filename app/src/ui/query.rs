//! Filters in the address: a view can be shared, and going back brings it back.

use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Whether the address holds something that does not fit its field, for the filters to say so.
#[derive(Clone, Copy)]
pub struct IsUnread(pub Memo<bool>);

/// The filter that the address holds; what does not fit its field is left out, and said to be ([`IsUnread`]).
pub fn use_filter<F>() -> Memo<F>
where
    F: DeserializeOwned + Default + Clone + PartialEq + Send + Sync + 'static,
{
    let query = use_query_map();
    let read = Memo::new(move |_| query.with(read::<F>));
    provide_context(IsUnread(Memo::new(move |_| read.with(|(_, is_whole)| !is_whole))));
    Memo::new(move |_| read.with(|(filter, _)| filter.clone()))
}

/// The filter, and whether all of the address went into it.
fn read<F: DeserializeOwned + Default>(query: &ParamsMap) -> (F, bool) {
    let fits = |field: &Map<String, Value>| serde_json::from_value::<F>(Value::Object(field.clone())).is_ok();
    let (mut fields, mut is_whole) = (Map::new(), true);
    for (name, text) in query.clone() {
        let as_flag = text.parse().ok().map(Value::Bool);
        let values = [Some(Value::String(text)), as_flag];
        let mut candidates = values.into_iter().flatten().map(|value| Map::from_iter([(name.to_string(), value)]));
        match candidates.find(fits) {
            Some(field) => fields.extend(field),
            None => is_whole = false,
        }
    }
    (serde_json::from_value(Value::Object(fields)).unwrap_or_default(), is_whole)
}

/// A filter as a query, with its question mark; empty when it narrows nothing.
pub fn query_of(filter: &impl Serialize) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(filter) else { return String::new() };
    let pairs = fields.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Bool(flag) => Some((name, flag.to_string())),
        _ => None,
    });
    query_string(pairs)
}

/// Names and values as a query, with its question mark; empty values are left out.
pub fn query_string(pairs: impl IntoIterator<Item = (String, String)>) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !value.is_empty() {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(&name);
            query.push('=');
            query.push_str(&encode(&value));
        }
    }
    query
}

/// One value, fit for an address.
pub fn encode(value: &str) -> String {
    js_sys::encode_uri_component(value).into()
}
