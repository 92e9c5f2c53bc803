//! Any bytes as the JSON text of a record, under any configuration with `key_name`.

use crate::bytes::Bytes;
use crate::oracle::through::HEADER;
use crate::oracle::value::Val;
use crate::{promises, setup};

/// What stands beside the text: fields before it, and behind it.
const BESIDE: [(&[&str], &[&str]); 6] = [
    (&[], &[]),
    (&["stream"], &["tag", "kubernetes"]),
    (&["cloudflare", "error"], &["dns"]),
    (&["QueryName", "Timestamp"], &["SourceIP"]),
    (&["log"], &[]),
    (&[], &["event"]),
];

/// A configuration, what stands beside the text, and the text.
pub fn json(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let mut settings = setup::settings(&mut bytes);
    let key_name = settings.key_name.get_or_insert_with(|| "log".to_owned()).clone();
    let (before, behind) = bytes.one_of(&BESIDE);
    let text = Val::Str(bytes.rest().to_vec());
    let field = |name: &&str| (Val::from(*name), Val::from("a text"));
    let record = before.iter().map(field).chain([(Val::from(key_name), text)]);
    let record = Val::Map(record.chain(behind.iter().map(field)).collect());
    promises::check(&settings, &promises::event(&HEADER, &record));
}
