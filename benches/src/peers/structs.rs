//! With rmp-serde (and serde_json for text): one struct for the record that comes in, which borrows
//! its strings, and one for the ECS record that goes out.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::{Dataset, ECS_VERSION, GIGA, Input, Options, bounds, event_time, only_text};
use crate::chunk::header;

/// A string, borrowed where it has no escapes. (serde does not borrow in an `Option<Cow<str>>`.)
#[derive(Deserialize, Serialize, Clone, PartialEq)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Whether a field stands for nothing.
trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T: Absent> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(Absent::is_absent)
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for Text<'_> {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl Absent for u64 {
    fn is_absent(&self) -> bool {
        false
    }
}

impl Absent for bool {
    fn is_absent(&self) -> bool {
        false
    }
}

/// The fields of a dataset: those with a row of their own, and those that go to `cloudflare`.
macro_rules! record {
    (
        $name:ident { $($field:ident: $type:ty,)* }
        $rest:ident { $($left:ident: $left_type:ty,)* }
    ) => {
        #[derive(Deserialize)]
        #[serde(bound(deserialize = "'de: 'a"))]
        #[allow(non_snake_case, reason = "Cloudflare's own names")]
        pub struct $name<'a> {
            $($field: Option<$type>,)*
            $($left: Option<$left_type>,)*
        }

        struct $rest<'r, 'a>(&'r $name<'a>);

        impl $rest<'_, '_> {
            fn len(&self) -> usize {
                0 $(+ usize::from(!self.0.$left.is_absent()))*
            }
        }

        impl Serialize for $rest<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(self.len()))?;
                $(if !self.0.$left.is_absent() {
                    map.serialize_entry(stringify!($left), &self.0.$left)?;
                })*
                map.end()
            }
        }
    };
}

record!(
    DnsLogs {
        QueryName: Text<'a>,
        QueryType: u16,
        ResponseCode: u16,
        SourceIP: Text<'a>,
        Timestamp: u64,
    }
    DnsLogsRest {
        ColoCode: Text<'a>,
        EDNSSubnet: Text<'a>,
        EDNSSubnetLength: u64,
        ResponseCached: bool,
    }
);

record!(
    DnsFirewallLogs {
        ClientResponseCode: u16,
        QueryDO: bool,
        QueryName: Text<'a>,
        QueryRD: bool,
        QueryTCP: bool,
        QueryType: u16,
        SourceIP: Text<'a>,
        Timestamp: u64,
        UpstreamIP: Text<'a>,
    }
    DnsFirewallLogsRest {
        ClusterID: Text<'a>,
        ColoCode: Text<'a>,
        EDNSSubnet: Text<'a>,
        EDNSSubnetLength: u64,
        QuerySize: u64,
        ResponseCached: bool,
        ResponseCachedStale: bool,
        ResponseReason: Text<'a>,
        UpstreamResponseCode: u64,
        UpstreamResponseTimeMs: u64,
    }
);

record!(
    GatewayDns {
        Datetime: u64,
        DeviceID: Text<'a>,
        DeviceName: Text<'a>,
        DstIP: Text<'a>,
        DstPort: u16,
        Email: Text<'a>,
        QueryName: Text<'a>,
        QueryTypeName: Text<'a>,
        RCode: u16,
        ResolvedIPs: Vec<Text<'a>>,
        ResourceRecordsJSON: Text<'a>,
        SrcIP: Text<'a>,
        SrcPort: u16,
        UserID: Text<'a>,
    }
    GatewayDnsRest {
        // Sekoia's convention writes it to `network.transport` alone: see `take_protocol`.
        Protocol: Text<'a>,
        // It alone keeps this beside the type's name, as text.
        QueryType: Code,
        AccountID: Text<'a>,
        ApplicationID: u64,
        ApplicationName: Text<'a>,
        AppliedMaxTTL: u64,
        AuthoritativeNameServerIPs: Vec<Text<'a>>,
        CNAMECategoryIDs: Vec<u64>,
        CNAMECategoryNames: Vec<Text<'a>>,
        CNAMEs: Vec<Text<'a>>,
        CNAMEsReversed: Vec<Text<'a>>,
        ColoCode: Text<'a>,
        ColoID: u64,
        CustomResolveDurationMs: u64,
        CustomResolverAddress: Text<'a>,
        CustomResolverResponse: Text<'a>,
        DoHSubdomain: Text<'a>,
        DoTSubdomain: Text<'a>,
        EDEErrors: Vec<u64>,
        InitialCategoryIDs: Vec<u64>,
        InitialCategoryNames: Vec<Text<'a>>,
        InitialResolvedIPs: Vec<Text<'a>>,
        InternalDNSDurationMs: u64,
        InternalDNSFallbackStrategy: Text<'a>,
        InternalDNSRCode: u64,
        InternalDNSViewID: Text<'a>,
        InternalDNSZoneID: Text<'a>,
        IsResponseCached: bool,
        Location: Text<'a>,
        LocationID: Text<'a>,
        MatchedCategoryIDs: Vec<u64>,
        MatchedCategoryNames: Vec<Text<'a>>,
        MatchedIndicatorFeedIDs: Vec<u64>,
        MatchedIndicatorFeedNames: Vec<Text<'a>>,
        PolicyID: Text<'a>,
        PolicyName: Text<'a>,
        QueryApplicationIDs: Vec<u64>,
        QueryApplicationNames: Vec<Text<'a>>,
        QueryCategoryIDs: Vec<u64>,
        QueryCategoryNames: Vec<Text<'a>>,
        QueryID: Text<'a>,
        QueryIndicatorFeedIDs: Vec<u64>,
        QueryIndicatorFeedNames: Vec<Text<'a>>,
        QueryNameReversed: Text<'a>,
        QuerySize: u64,
        RedirectTargetURI: Text<'a>,
        RegistrationID: Text<'a>,
        RequestContextCategoryIDs: Vec<u64>,
        RequestContextCategoryNames: Vec<Text<'a>>,
        ResolvedIPCategoryIDs: Vec<u64>,
        ResolvedIPCategoryNames: Vec<Text<'a>>,
        ResolvedIPContinentCodes: Vec<Text<'a>>,
        ResolvedIPCountryCodes: Vec<Text<'a>>,
        ResolverDecision: Text<'a>,
        ResolverPolicyID: Text<'a>,
        ResolverPolicyName: Text<'a>,
        ResourceRecords: Vec<ResourceRecord<'a>>,
        ResponseTimeMs: u64,
        SrcIPContinentCode: Text<'a>,
        SrcIPCountryCode: Text<'a>,
        TimeZone: Text<'a>,
        TimeZoneInferredMethod: Text<'a>,
        UpstreamRecordTTLs: Vec<u64>,
    }
);

/// A number that is written as text.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Code(u16);

impl Absent for Code {
    fn is_absent(&self) -> bool {
        false
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Deserialize, Serialize)]
struct ResourceRecord<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow)]
    data: Cow<'a, str>,
}

/// A resource record of ResourceRecordsJSON; going out, `rdata` is `data`.
#[derive(Deserialize, Serialize)]
struct Answer<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow)]
    class: Cow<'a, str>,
    ttl: u64,
    #[serde(borrow, rename(serialize = "data"))]
    rdata: Cow<'a, str>,
}

/// The ECS record. What is `None` is not written.
#[derive(Serialize)]
struct Ecs<'a, C: Serialize> {
    #[serde(rename = "@timestamp")]
    timestamp: &'a str,
    dns: Dns<'a>,
    event: Event<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Network<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Host<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Device<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observer: Option<Observer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related: Option<Related<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ecs: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloudflare: Option<C>,
}

#[derive(Serialize)]
struct Dns<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    question: Question<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resolved_ip: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<&'a Vec<Answer<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    header_flags: Vec<&'static str>,
}

#[derive(Serialize)]
struct Question<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subdomain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_level_domain: Option<&'a str>,
}

#[derive(Serialize)]
struct Event<'a> {
    kind: &'static str,
    category: [&'static str; 1],
    r#type: &'static [&'static str],
    dataset: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    ip: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    geo: Option<Geo<'a>>,
}

#[derive(Serialize)]
struct Geo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    continent_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_iso_code: Option<&'a str>,
}

#[derive(Serialize)]
struct Rule<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Network<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    transport: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
}

#[derive(Serialize)]
struct Host<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Device<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct User<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

#[derive(Serialize)]
struct Observer {
    vendor: &'static str,
    r#type: &'static str,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ip: Vec<&'a str>,
    hosts: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user: Vec<&'a str>,
}

#[derive(Serialize)]
struct Version {
    version: &'static str,
}

fn text<'r>(field: &'r Option<Text<'_>>) -> Option<&'r str> {
    field.as_ref().map(|text| &*text.0).filter(|text| !text.is_empty())
}

fn event<'a>(options: Options, dataset: Dataset, code: Option<u16>, created: &'a str) -> Event<'a> {
    Event {
        kind: "event",
        category: ["network"],
        r#type: if options.ecs { &["protocol"] } else { &["info"] },
        dataset: dataset.name(),
        action: None,
        id: None,
        duration: None,
        created: options.enrich.then_some(created),
        outcome: code.filter(|_| options.enrich).map(|code| match code {
            0 => "success",
            _ => "failure",
        }),
    }
}

fn question<'a>(options: Options, name: &'a str, r#type: Option<&'a str>) -> Question<'a> {
    let (registered_domain, subdomain, top_level_domain) =
        if options.enrich { super::domain(name) } else { (None, None, None) };
    Question { name, r#type, registered_domain, subdomain, top_level_domain }
}

fn network<'a>(
    options: Options,
    transport: Option<&'a str>,
    always_dns: bool,
    source: Option<std::net::IpAddr>,
) -> Option<Network<'a>> {
    let protocol = (always_dns || options.ecs || options.enrich).then_some("dns");
    let r#type = source.filter(|_| options.enrich).map(super::network_type);
    (transport.is_some() || protocol.is_some()).then_some(Network { transport, protocol, r#type })
}

fn observer(options: Options) -> Option<Observer> {
    options.enrich.then_some(Observer { vendor: "Cloudflare", r#type: "dns" })
}

fn version(options: Options) -> Option<Version> {
    (options.enrich || options.ecs).then_some(Version { version: ECS_VERSION })
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all = Vec::new();
    for text in texts {
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

fn write(out: &mut Vec<u8>, ecs: &impl Serialize) {
    let mut serializer = rmp_serde::Serializer::new(out).with_struct_map();
    ecs.serialize(&mut serializer).expect("a record");
}

/// A dataset's struct: how it becomes ECS.
pub trait Record<'a>: Deserialize<'a> {
    /// Whether the record is one of the dataset's.
    fn is_ours(&self) -> bool;

    /// Appends the event, header included. `created` is the text of the time that it came with.
    fn write(self, options: Options, created: &str, out: &mut Vec<u8>);
}

fn endpoint(ip: &str) -> Endpoint<'_> {
    Endpoint { address: None, ip, port: None, geo: None }
}

fn write_header(out: &mut Vec<u8>, nanoseconds: u64) {
    out.extend(header((nanoseconds / GIGA) as u32, (nanoseconds % GIGA) as u32));
}

impl<'a> Record<'a> for DnsLogs<'a> {
    fn is_ours(&self) -> bool {
        !self.QueryName.is_absent()
    }

    fn write(self, options: Options, created: &str, out: &mut Vec<u8>) {
        let time = self.Timestamp.expect("a time");
        write_header(out, time);
        let name = super::trim_dots(text(&self.QueryName).unwrap_or_default());
        let source = text(&self.SourceIP);
        let address = source.and_then(super::address);
        let source = source.filter(|_| address.is_some());
        let rest = DnsLogsRest(&self);
        write(
            out,
            &Ecs {
                timestamp: super::time_text(time, &mut [0; 30]),
                dns: Dns {
                    r#type: options.ecs.then_some("answer"),
                    question: question(options, name, self.QueryType.and_then(super::type_name)),
                    response_code: self
                        .ResponseCode
                        .and_then(|code| super::response_code_name(code, options.ecs)),
                    resolved_ip: Vec::new(),
                    answers: None,
                    header_flags: Vec::new(),
                },
                event: event(options, Dataset::DnsLogs, self.ResponseCode, created),
                source: source.map(endpoint),
                destination: None,
                network: network(options, None, false, address),
                host: None,
                device: None,
                user: None,
                rule: None,
                observer: observer(options),
                related: options.enrich.then(|| Related {
                    ip: distinct(source.into_iter()),
                    hosts: vec![name],
                    user: Vec::new(),
                }),
                ecs: version(options),
                cloudflare: (rest.len() > 0).then_some(rest),
            },
        );
    }
}

impl<'a> Record<'a> for DnsFirewallLogs<'a> {
    fn is_ours(&self) -> bool {
        !self.QueryName.is_absent()
    }

    fn write(self, options: Options, created: &str, out: &mut Vec<u8>) {
        let time = self.Timestamp.expect("a time");
        write_header(out, time);
        let name = super::trim_dots(text(&self.QueryName).unwrap_or_default());
        let source = text(&self.SourceIP);
        let address = source.and_then(super::address);
        let source = source.filter(|_| address.is_some());
        let upstream = text(&self.UpstreamIP).filter(|text| super::address(text).is_some());
        let flags = [(self.QueryRD, "RD"), (self.QueryDO, "DO")];
        let transport = self.QueryTCP.map(|tcp| if tcp { "tcp" } else { "udp" });
        let rest = DnsFirewallLogsRest(&self);
        write(
            out,
            &Ecs {
                timestamp: super::time_text(time, &mut [0; 30]),
                dns: Dns {
                    r#type: options.ecs.then_some("answer"),
                    question: question(options, name, self.QueryType.and_then(super::type_name)),
                    response_code: self
                        .ClientResponseCode
                        .and_then(|code| super::response_code_name(code, options.ecs)),
                    resolved_ip: Vec::new(),
                    answers: None,
                    header_flags: flags
                        .into_iter()
                        .filter_map(|(set, flag)| (set == Some(true)).then_some(flag))
                        .collect(),
                },
                event: event(options, Dataset::DnsFirewallLogs, self.ClientResponseCode, created),
                source: source.map(endpoint),
                destination: upstream.map(endpoint),
                network: network(options, transport, false, address),
                host: None,
                device: None,
                user: None,
                rule: None,
                observer: observer(options),
                related: options.enrich.then(|| Related {
                    ip: distinct(source.into_iter().chain(upstream)),
                    hosts: vec![name],
                    user: Vec::new(),
                }),
                ecs: version(options),
                cloudflare: (rest.len() > 0).then_some(rest),
            },
        );
    }
}

/// What `convention ecs` takes out of `cloudflare`.
#[derive(Default)]
struct Taken<'a> {
    decision: Option<Text<'a>>,
    query_id: Option<Text<'a>>,
    milliseconds: Option<u64>,
    policy_id: Option<Text<'a>>,
    policy_name: Option<Text<'a>>,
    continent: Option<Text<'a>>,
    country: Option<Text<'a>>,
}

impl<'a> GatewayDns<'a> {
    /// The client's protocol; it stays for `cloudflare` where it is not written as it came.
    fn take_protocol(&mut self, ecs: bool) -> Option<Text<'a>> {
        let protocol = self.Protocol.take().filter(|text| !text.is_absent())?;
        if super::transport(&protocol.0, ecs) != protocol.0 {
            self.Protocol = Some(protocol.clone());
        }
        Some(protocol)
    }

    fn take(&mut self, ecs: bool) -> Taken<'a> {
        if !ecs {
            return Taken::default();
        }
        self.QueryType = None;
        Taken {
            decision: self.ResolverDecision.take(),
            query_id: self.QueryID.take(),
            milliseconds: self.ResponseTimeMs.take(),
            policy_id: self.PolicyID.take(),
            policy_name: self.PolicyName.take(),
            continent: self.SrcIPContinentCode.take(),
            country: self.SrcIPCountryCode.take(),
        }
    }
}

fn decision_type(decision: Option<&str>) -> &'static [&'static str] {
    match decision {
        Some(decision) if decision.starts_with("blocked") => &["protocol", "denied"],
        Some(decision) if decision.starts_with("allowed") => &["protocol", "allowed"],
        _ => &["protocol"],
    }
}

impl<'a> Record<'a> for GatewayDns<'a> {
    fn is_ours(&self) -> bool {
        !self.QueryName.is_absent()
    }

    fn write(mut self, options: Options, created: &str, out: &mut Vec<u8>) {
        let time = self.Datetime.expect("a time");
        write_header(out, time);
        let protocol = self.take_protocol(options.ecs);
        let taken = self.take(options.ecs);
        let name = super::trim_dots(text(&self.QueryName).unwrap_or_default());
        let source = text(&self.SrcIP);
        let address = source.and_then(super::address);
        let source = source.filter(|_| address.is_some());
        let destination = text(&self.DstIP).filter(|text| super::address(text).is_some());
        let answers: Option<Vec<Answer<'_>>> = text(&self.ResourceRecordsJSON)
            .map(|json| serde_json::from_str(json).expect("resource records"))
            .map(|mut answers: Vec<Answer<'_>>| {
                for answer in &mut answers {
                    let size = super::trim_dots(&answer.name).len();
                    match &mut answer.name {
                        Cow::Borrowed(name) => *name = &name[..size],
                        Cow::Owned(name) => name.truncate(size),
                    }
                }
                answers
            });
        let addresses = |field: &'_ Option<Vec<Text<'a>>>| -> Vec<_> {
            let texts = field.iter().flatten().map(|text| text.clone());
            texts.filter(|text| super::address(&text.0).is_some()).collect()
        };
        let [listed, initial, servers] =
            [&self.ResolvedIPs, &self.InitialResolvedIPs, &self.AuthoritativeNameServerIPs]
                .map(addresses);
        let in_answers: Vec<_> = answers.iter().flatten().map(|answer| &*answer.rdata).collect();
        let in_answers =
            || in_answers.iter().copied().filter(|text| super::address(text).is_some());
        let resolved = match listed.is_empty() && options.ecs {
            true => distinct(in_answers()),
            false => listed.iter().map(|text| &*text.0).collect(),
        };
        let related_ip = options.enrich.then(|| {
            let behind = initial.iter().chain(&servers).map(|text| &*text.0);
            let first = source.into_iter().chain(destination).chain(resolved.iter().copied());
            distinct(first.chain(in_answers()).chain(behind))
        });
        let (device_id, device_name) = (text(&self.DeviceID), text(&self.DeviceName));
        let (user, email) = (text(&self.UserID), text(&self.Email));
        let cnames = self.CNAMEs.iter().flatten().map(|name| super::trim_dots(&name.0));
        let port = |port: Option<u16>| port.filter(|&port| port != 0);
        let (continent, country) = (text(&taken.continent), text(&taken.country));
        let side = |ip, of: Option<u16>| Endpoint {
            address: (!options.ecs).then_some(ip),
            ip,
            port: port(of),
            geo: None,
        };
        let (rule_id, rule_name) = (text(&taken.policy_id), text(&taken.policy_name));
        let host_id = device_id.filter(|_| options.ecs);
        let decision = text(&taken.decision);
        let usual = event(options, Dataset::GatewayDns, self.RCode, created);
        let rest = GatewayDnsRest(&self);
        write(
            out,
            &Ecs {
                timestamp: super::time_text(time, &mut [0; 30]),
                dns: Dns {
                    r#type: options.ecs.then_some("answer"),
                    question: question(options, name, text(&self.QueryTypeName)),
                    response_code: self
                        .RCode
                        .and_then(|code| super::response_code_name(code, options.ecs)),
                    resolved_ip: resolved,
                    answers: answers.as_ref(),
                    header_flags: Vec::new(),
                },
                event: Event {
                    r#type: if options.ecs { decision_type(decision) } else { usual.r#type },
                    action: decision,
                    id: text(&taken.query_id),
                    duration: taken.milliseconds.map(|milliseconds| milliseconds * 1_000_000),
                    ..usual
                },
                source: source.map(|ip| Endpoint {
                    geo: (continent.is_some() || country.is_some())
                        .then_some(Geo { continent_code: continent, country_iso_code: country }),
                    ..side(ip, self.SrcPort)
                }),
                destination: destination.map(|ip| side(ip, self.DstPort)),
                network: network(
                    options,
                    protocol.as_ref().map(|text| super::transport(&text.0, options.ecs)),
                    true,
                    address,
                ),
                host: (host_id.is_some() || device_name.is_some()).then_some(Host {
                    id: host_id,
                    hostname: device_name,
                    name: device_name,
                }),
                device: device_id.map(|id| Device { id }),
                user: (user.is_some() || email.is_some()).then_some(User { id: user, email }),
                rule: (rule_id.is_some() || rule_name.is_some())
                    .then_some(Rule { id: rule_id, name: rule_name }),
                observer: observer(options),
                related: related_ip.map(|ip| Related {
                    ip,
                    hosts: distinct([name].into_iter().chain(cnames).chain(device_name)),
                    user: distinct(user.into_iter().chain(email)),
                }),
                ecs: version(options),
                cloudflare: (rest.len() > 0).then_some(rest),
            },
        );
    }
}

/// Rewrites a chunk.
pub fn rewrite(dataset: Dataset, input: Input, options: Options, chunk: &[u8]) -> Vec<u8> {
    match dataset {
        Dataset::DnsLogs => rewrite_as::<DnsLogs>(input, options, chunk),
        Dataset::DnsFirewallLogs => rewrite_as::<DnsFirewallLogs>(input, options, chunk),
        Dataset::GatewayDns => rewrite_as::<GatewayDns>(input, options, chunk),
    }
}

fn rewrite_as<'a, R: Record<'a>>(input: Input, options: Options, chunk: &'a [u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(chunk.len() * 3 / 2 + 256);
    let mut at = 0;
    while at < chunk.len() {
        let (start, end) = bounds(chunk, at);
        let bytes = &chunk[start..end];
        let record: Option<R> = match input {
            Input::Record => Some(rmp_serde::from_slice(bytes).expect("a record")),
            // Not every line of text is a record.
            Input::Text => serde_json::from_str(only_text(bytes)).ok(),
        };
        match record.filter(R::is_ours) {
            Some(record) => {
                let mut text = [0; 30];
                let created = match options.enrich {
                    true => super::time_text(event_time(chunk, at), &mut text),
                    false => "",
                };
                record.write(options, created, &mut out);
            }
            None => out.extend(&chunk[at..end]),
        }
        at = end;
    }
    out
}

/// Parses JSON texts into the dataset's struct, and does nothing with it.
pub fn parse(dataset: Dataset, text: &str) {
    use std::hint::black_box;
    match dataset {
        Dataset::DnsLogs => drop(black_box(serde_json::from_str::<DnsLogs>(text))),
        Dataset::DnsFirewallLogs => drop(black_box(serde_json::from_str::<DnsFirewallLogs>(text))),
        Dataset::GatewayDns => drop(black_box(serde_json::from_str::<GatewayDns>(text))),
    }
}
