//! With VRL, the language of Vector: MessagePack to a value, Vector's program over it (`map.vrl`),
//! and back, as a `remap` transform does. `gateway_dns` is not here, because the two other datasets
//! show what an interpreted program costs.

use vrl::compiler::runtime::{Runtime, Terminate};
use vrl::compiler::{Program, TargetValue, TimeZone, compile};
use vrl::diagnostic::Formatter;
use vrl::value::{ObjectMap, Secrets, Value};

use super::{Dataset, ECS_VERSION, GIGA, Input, Options, bounds, event_time};
use crate::chunk::header;

/// The compiled program of a case.
pub struct Vrl {
    program: Program,
    runtime: Runtime,
}

impl Vrl {
    /// Puts the case's settings into the program, and compiles it; `None` for `gateway_dns`.
    pub fn new(dataset: Dataset, input: Input, options: Options) -> Option<Self> {
        let code = match dataset {
            Dataset::DnsLogs => "ResponseCode",
            Dataset::DnsFirewallLogs => "ClientResponseCode",
            Dataset::GatewayDns => return None,
        };
        let flag = |on| if on { "true" } else { "false" };
        let source = [
            ("${TEXT}", flag(input == Input::Text)),
            ("${FIREWALL}", flag(dataset == Dataset::DnsFirewallLogs)),
            ("${ECS}", flag(options.ecs)),
            ("${ENRICH}", flag(options.enrich)),
            ("${TYPE}", if options.ecs { "protocol" } else { "info" }),
            ("${CODE}", code),
            ("${DATASET}", dataset.name()),
            ("${ECS_VERSION}", ECS_VERSION),
        ]
        .iter()
        .fold(include_str!("map.vrl").to_owned(), |source, (name, value)| {
            source.replace(name, value)
        });
        let compiled = compile(&source, &vrl::stdlib::all());
        let program =
            compiled.unwrap_or_else(|errors| panic!("{}", Formatter::new(&source, errors))).program;
        Some(Self { program, runtime: Runtime::default() })
    }

    /// Rewrites a chunk.
    pub fn rewrite(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(chunk.len() * 3 / 2 + 256);
        let mut at = 0;
        while at < chunk.len() {
            let (start, end) = bounds(chunk, at);
            let created = i64::try_from(event_time(chunk, at)).expect("a time").into();
            let metadata = ObjectMap::from([("created".into(), created)]);
            let mut target = TargetValue {
                value: rmp_serde::from_slice(&chunk[start..end]).expect("a record"),
                metadata: metadata.into(),
                secrets: Secrets::new(),
            };
            let result = self.runtime.resolve(&mut target, &self.program, &TimeZone::default());
            self.runtime.clear();
            match result {
                Ok(Value::Integer(time)) => {
                    let time = time as u64;
                    out.extend(header((time / GIGA) as u32, (time % GIGA) as u32));
                    rmp_serde::encode::write(&mut out, &target.value).expect("a record");
                }
                Err(Terminate::Abort(_)) => out.extend(&chunk[at..end]),
                other => panic!("map.vrl: {other:?}"),
            }
            at = end;
        }
        out
    }
}
