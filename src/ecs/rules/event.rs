//! What Gateway did with a query, and how long it took.

use crate::ecs::draft::{Draft, Effect};
use crate::ecs::values::coerce::{Integer, integer};
use crate::ecs::values::error_message::Reason;
use crate::msgpack::{ONE, TWO, joined, key, text};
use crate::source::Field;

/// The names of decisions that came as numbers, by their numbers (Cloudflare, "Gateway DNS",
/// ResolverDecision).
const DECISIONS: [&str; 11] = [
    "unknown",
    "allowedByQueryName",
    "blockedByQueryName",
    "blockedByCategory",
    "allowedOnNoLocation",
    "allowedOnNoPolicyMatch",
    "blockedAlwaysCategory",
    "overrideForSafeSearch",
    "overrideApplied",
    "blockedRule",
    "allowedRule",
];

/// `event.action`: a decision as it came, or the name of its number. A number without a name stays.
pub(crate) fn action(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let Some(value) = draft.value(field) else { return false };
    let number = integer(value);
    let is_number = number.is_some();
    let decision = match number {
        Some(number) => named(number),
        None => text(value),
    };
    if is_number && (decision.is_none() || draft.settings.keep_codes) {
        draft.keep(field);
    }
    let Some(decision) = decision else {
        return if is_number { false } else { draft.refuse(field, Reason::NotText) };
    };
    draft.found.effect = Some(Effect::of(decision));
    draft.writer.str(decision);
    true
}

fn named(number: Integer) -> Option<&'static [u8]> {
    let Integer::Uint(number) = number else { return None };
    DECISIONS.get(usize::try_from(number).ok()?).map(|name| name.as_bytes())
}

impl Effect {
    fn of(decision: &[u8]) -> Self {
        if decision.starts_with(b"blocked") {
            Self::Denied
        } else if decision.starts_with(b"allowed") {
            Self::Allowed
        } else {
            Self::Neither
        }
    }
}

/// `event.type`, by the decision that [`action`] found.
pub(crate) fn event_type(draft: &mut Draft<'_, '_>, _: [Field; 1]) -> bool {
    let writer = &mut draft.writer;
    match draft.found.effect {
        Some(Effect::Denied) => writer.put(joined!(TWO, key!("protocol"), key!("denied"))),
        Some(Effect::Allowed) => writer.put(joined!(TWO, key!("protocol"), key!("allowed"))),
        Some(Effect::Neither) | None => writer.put(joined!(ONE, key!("protocol"))),
    }
    true
}

/// `event.duration`: milliseconds as nanoseconds, in an integer that all consumers hold.
pub(crate) fn duration(draft: &mut Draft<'_, '_>, [field]: [Field; 1]) -> bool {
    let milliseconds = match draft.value(field).and_then(integer) {
        Some(Integer::Uint(milliseconds)) => milliseconds.checked_mul(1_000_000),
        _ => None,
    };
    match milliseconds.filter(|nanoseconds| i64::try_from(*nanoseconds).is_ok()) {
        Some(nanoseconds) => {
            draft.writer.uint(nanoseconds);
            true
        }
        None => draft.refuse(field, Reason::NotMilliseconds),
    }
}
