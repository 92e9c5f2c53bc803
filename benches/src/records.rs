//! Records as Logpush writes them: the fields in its order, names and addresses and times that
//! vary as in a log. Each call with the same seed gives the same records.

use data_encoding::BASE64;
use serde_json::{Value, json};

/// A record: its pairs of key and value, in their order.
pub type Record = Vec<(&'static str, Value)>;

/// The JSON text of a record.
pub fn to_json(record: &Record) -> String {
    with_colon(record, ":")
}

fn with_colon(record: &Record, colon: &str) -> String {
    let pairs: Vec<_> =
        record.iter().map(|(key, value)| format!("{key:?}{colon}{value}")).collect();
    format!("{{{}}}", pairs.join(","))
}

/// A record of `dns_logs` as JSON text with spaces around each colon.
pub fn dns_logs_spaced(source: &mut Source) -> Record {
    spaced(&dns_logs(source), " : ")
}

/// As [`dns_logs_spaced`], with the space behind the colon alone.
pub fn dns_logs_space_behind(source: &mut Source) -> Record {
    spaced(&dns_logs(source), ": ")
}

fn spaced(record: &Record, colon: &str) -> Record {
    vec![("log", with_colon(record, colon).into())]
}

/// What the records vary by.
pub struct Source {
    state: u64,
    /// Milliseconds since 1970.
    now: u64,
}

impl Default for Source {
    fn default() -> Self {
        Self { state: 0x9e37_79b9_7f4a_7c15, now: 1_759_968_000_000 }
    }
}

impl Source {
    /// `n` records of one kind.
    pub fn records(n: usize, mut make: impl FnMut(&mut Self) -> Record) -> Vec<Record> {
        let mut source = Self::default();
        (0..n).map(|_| make(&mut source)).collect()
    }

    /// splitmix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    /// Nanoseconds since 1970, some hundred times a second.
    fn time(&mut self) -> u64 {
        self.now += self.below(7);
        self.now * 1_000_000
    }

    fn label(&mut self) -> String {
        let size = 2 + self.below(9);
        (0..size).map(|_| char::from(b'a' + self.below(26) as u8)).collect()
    }

    fn name(&mut self) -> String {
        const HOSTS: [&str; 10] =
            ["www.", "api.", "", "mail.", "cdn.", "static.", "_dmarc.", "ns1.", "img.eu.", "vpn."];
        const SUFFIXES: [&str; 14] = [
            "com",
            "com",
            "com",
            "com",
            "net",
            "org",
            "de",
            "co.uk",
            "io",
            "com.au",
            "github.io",
            "dev",
            "fr",
            "cloudfront.net",
        ];
        let name = format!("{}{}.{}", self.pick(&HOSTS), self.label(), self.pick(&SUFFIXES));
        if !self.one_in(20) {
            return name;
        }
        // Some resolvers mix the case of letters to make answers hard to forge.
        let mix = self.next();
        let letter = |(i, c): (usize, char)| {
            if mix >> (i % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c }
        };
        name.chars().enumerate().map(letter).collect()
    }

    fn v4(&mut self) -> String {
        let [a, b, c, d, ..] = self.next().to_be_bytes();
        format!("{}.{b}.{c}.{d}", a % 223 + 1)
    }

    fn v6(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        let half = a as u16;
        format!("2a00:{half:x}:{:x}::{:x}:{:x}", a >> 48, b as u16, b >> 48)
    }

    fn address(&mut self) -> String {
        if self.one_in(6) { self.v6() } else { self.v4() }
    }

    fn subnet(&mut self) -> (String, u64) {
        match self.below(10) {
            0..=5 => (String::new(), 0),
            6..=8 => {
                let [a, b, c, ..] = self.next().to_be_bytes();
                (format!("{}.{b}.{c}.0", a % 223 + 1), 24)
            }
            _ => (format!("2a02:{:x}:{:x}00::", self.below(0xffff), self.below(0xff)), 56),
        }
    }

    fn query_type(&mut self) -> (u16, &'static str) {
        const TYPES: [(u16, &str); 12] = [
            (1, "A"),
            (1, "A"),
            (1, "A"),
            (1, "A"),
            (28, "AAAA"),
            (28, "AAAA"),
            (65, "HTTPS"),
            (65, "HTTPS"),
            (15, "MX"),
            (16, "TXT"),
            (2, "NS"),
            (12, "PTR"),
        ];
        self.pick(&TYPES)
    }

    fn response_code(&mut self) -> u16 {
        self.pick(&[0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 2, 5])
    }

    fn colo(&mut self) -> &'static str {
        self.pick(&["FRA", "AMS", "LHR", "CDG", "IAD", "SJC", "NRT", "SIN", "GRU", "WAW"])
    }
}

/// A record of `dns_logs`.
pub fn dns_logs(s: &mut Source) -> Record {
    let (subnet, subnet_length) = s.subnet();
    vec![
        ("ColoCode", json!(s.colo())),
        ("EDNSSubnet", json!(subnet)),
        ("EDNSSubnetLength", json!(subnet_length)),
        ("QueryName", json!(s.name())),
        ("QueryType", json!(s.query_type().0)),
        ("ResponseCached", json!(s.one_in(2))),
        ("ResponseCode", json!(s.response_code())),
        ("SourceIP", json!(s.address())),
        ("Timestamp", json!(s.time())),
    ]
}

/// A record of `dns_firewall_logs`.
pub fn dns_firewall_logs(s: &mut Source) -> Record {
    let (subnet, subnet_length) = s.subnet();
    let cached = s.one_in(2);
    let upstream = if cached { String::new() } else { s.v4() };
    let code = s.response_code();
    vec![
        ("ClientResponseCode", json!(code)),
        ("ClusterID", json!("9f2a7c1e0b3d4f5a8c6e7d9b0a1f2e3c")),
        ("ColoCode", json!(s.colo())),
        ("EDNSSubnet", json!(subnet)),
        ("EDNSSubnetLength", json!(subnet_length)),
        ("QueryDO", json!(s.one_in(3))),
        ("QueryName", json!(s.name())),
        ("QueryRD", json!(!s.one_in(4))),
        ("QuerySize", json!(40 + s.below(60))),
        ("QueryTCP", json!(s.one_in(10))),
        ("QueryType", json!(s.query_type().0)),
        ("ResponseCached", json!(cached)),
        ("ResponseCachedStale", json!(false)),
        ("ResponseReason", json!(if cached { "cache_hit" } else { "upstream" })),
        ("SourceIP", json!(s.address())),
        ("Timestamp", json!(s.time())),
        ("UpstreamIP", json!(upstream)),
        ("UpstreamResponseCode", json!(if cached { 0 } else { code })),
        ("UpstreamResponseTimeMs", json!(if cached { 0 } else { s.below(300) })),
    ]
}

/// Base64 of an A record in wire format.
fn wire_a(name: &str, address: &str) -> String {
    let labels = name.split('.').map(|label| [&[label.len() as u8], label.as_bytes()].concat());
    let address: std::net::Ipv4Addr = address.parse().expect("an IPv4 address");
    let head = b"\0\0\x01\0\x01\0\0\x01\x2c\0\x04";
    let record = [&labels.collect::<Vec<_>>().concat()[..], head, &address.octets()].concat();
    BASE64.encode(&record)
}

/// A record of `gateway_dns` with the fields that have always had their rows, and no others.
pub fn gateway_dns_usual(s: &mut Source) -> Record {
    const USUAL: [&str; 18] = [
        "ColoCode",
        "Datetime",
        "DeviceName",
        "DstIP",
        "DstPort",
        "Email",
        "Location",
        "LocationID",
        "Protocol",
        "QueryName",
        "QuerySize",
        "QueryTypeName",
        "RCode",
        "ResolvedIPs",
        "SrcIP",
        "SrcPort",
        "TimeZone",
        "UserID",
    ];
    gateway_dns(s).into_iter().filter(|(key, _)| USUAL.contains(key)).collect()
}

/// The same with three answers as ResourceRecordsJSON, in place of what they resolve to.
pub fn gateway_dns_json_answers(s: &mut Source) -> Record {
    with_answers(s, |name, addresses| {
        let answer = |address: &String| {
            let name = format!("{name}.");
            json!({"name": name, "type": "A", "class": "IN", "ttl": 300, "rdata": address})
        };
        let answers = Value::from(addresses.iter().map(answer).collect::<Vec<_>>());
        ("ResourceRecordsJSON", answers.to_string().into())
    })
}

/// The same three as RData.
pub fn gateway_dns_wire_answers(s: &mut Source) -> Record {
    with_answers(s, |name, addresses| {
        let item = |address: &String| json!({"type": "1", "data": wire_a(name, address)});
        ("RData", addresses.iter().map(item).collect())
    })
}

fn with_answers(
    s: &mut Source,
    field: impl Fn(&str, &[String; 3]) -> (&'static str, Value),
) -> Record {
    let addresses = [s.v4(), s.v4(), s.v4()];
    let mut record = gateway_dns_usual(s);
    record.retain(|(key, _)| *key != "ResolvedIPs");
    let (_, name) = record.iter().find(|(key, _)| *key == "QueryName").expect("a name");
    let field = field(name.as_str().expect("text"), &addresses);
    record.push(field);
    record
}

/// A record of `gateway_dns`: all fields that are not deprecated, most of them empty.
pub fn gateway_dns(s: &mut Source) -> Record {
    let name = s.name();
    let labels: Vec<_> = name.rsplit('.').collect();
    let reversed = labels.join(".");
    let (number, mnemonic) = s.query_type();
    let code = s.response_code();
    let addresses: Vec<_> =
        if code == 0 { (0..=s.below(3)).map(|_| s.v4()).collect() } else { Vec::new() };
    let answer = |address: &String| {
        let name = format!("{name}.");
        json!({"name": name, "type": "A", "class": "IN", "ttl": 300, "rdata": address})
    };
    let answers: Vec<_> = addresses.iter().map(answer).collect();
    let answers = if answers.is_empty() { String::new() } else { Value::from(answers).to_string() };
    let records: Vec<_> = addresses
        .iter()
        .map(|address| json!({"type": "1", "data": wire_a(&name, address)}))
        .collect();
    let countries: Vec<_> = addresses.iter().map(|_| "US").collect();
    let continents: Vec<_> = addresses.iter().map(|_| "NA").collect();
    let ttls: Vec<_> = addresses.iter().map(|_| 300).collect();
    let none = || json!([]);
    let person = s.label();
    vec![
        ("AccountID", json!("6f1d0c2b9a8e7f6d5c4b3a2918070605")),
        ("ApplicationID", json!(s.below(900))),
        ("ApplicationName", json!("Example Suite")),
        ("AppliedMaxTTL", json!(0)),
        ("AuthoritativeNameServerIPs", none()),
        ("CNAMECategoryIDs", none()),
        ("CNAMECategoryNames", none()),
        ("CNAMEs", none()),
        ("CNAMEsReversed", none()),
        ("ColoCode", json!(s.colo())),
        ("ColoID", json!(s.below(700))),
        ("CustomResolveDurationMs", json!(0)),
        ("CustomResolverAddress", json!("")),
        ("CustomResolverResponse", json!("")),
        ("Datetime", json!(s.time() + s.below(1_000_000))),
        ("DeviceID", json!("3f1b7a52-91c4-4d3e-8a6b-0c2d4e6f8a10")),
        ("DeviceName", json!(format!("laptop-{person}"))),
        ("DoHSubdomain", json!("k2j4h6g8f0")),
        ("DoTSubdomain", json!("")),
        ("DstIP", json!("172.64.36.1")),
        ("DstPort", json!(443)),
        ("EDEErrors", none()),
        ("Email", json!(format!("{person}@example.com"))),
        ("InitialCategoryIDs", json!([32, 90])),
        ("InitialCategoryNames", json!(["Technology", "Business"])),
        ("InitialResolvedIPs", none()),
        ("InternalDNSDurationMs", json!(0)),
        ("InternalDNSFallbackStrategy", json!("")),
        ("InternalDNSRCode", json!(0)),
        ("InternalDNSViewID", json!("")),
        ("InternalDNSZoneID", json!("")),
        ("IsResponseCached", json!(s.one_in(3))),
        ("Location", json!("Head office")),
        ("LocationID", json!("c0a80101-5e6f-4a7b-9c8d-1e2f3a4b5c6d")),
        ("MatchedCategoryIDs", none()),
        ("MatchedCategoryNames", none()),
        ("MatchedIndicatorFeedIDs", none()),
        ("MatchedIndicatorFeedNames", none()),
        ("PolicyID", json!("")),
        ("PolicyName", json!("")),
        ("Protocol", json!(s.pick(&["https", "tls", "udp", "tcp"]))),
        ("QueryApplicationIDs", json!([s.below(900)])),
        ("QueryApplicationNames", json!(["Example Suite"])),
        ("QueryCategoryIDs", json!([32, 90])),
        ("QueryCategoryNames", json!(["Technology", "Business"])),
        ("QueryID", json!(format!("{:016x}{:016x}", s.next(), s.next()))),
        ("QueryIndicatorFeedIDs", none()),
        ("QueryIndicatorFeedNames", none()),
        ("QueryName", json!(name)),
        ("QueryNameReversed", json!(reversed)),
        ("QuerySize", json!(40 + s.below(60))),
        ("QueryType", json!(number)),
        ("QueryTypeName", json!(mnemonic)),
        ("RCode", json!(code)),
        ("RedirectTargetURI", json!("")),
        ("RegistrationID", json!("7d8e9f00-1a2b-4c3d-9e4f-5a6b7c8d9e0f")),
        ("RequestContextCategoryIDs", none()),
        ("RequestContextCategoryNames", none()),
        ("ResolvedIPCategoryIDs", none()),
        ("ResolvedIPCategoryNames", none()),
        ("ResolvedIPContinentCodes", json!(continents)),
        ("ResolvedIPCountryCodes", json!(countries)),
        ("ResolvedIPs", json!(addresses)),
        ("ResolverDecision", json!(s.pick(&["allowedOnNoPolicyMatch", "blockedByCategory"]))),
        ("ResolverPolicyID", json!("")),
        ("ResolverPolicyName", json!("")),
        ("ResourceRecords", json!(records)),
        ("ResourceRecordsJSON", json!(answers)),
        ("ResponseTimeMs", json!(s.below(90))),
        ("SrcIP", json!(s.address())),
        ("SrcIPContinentCode", json!("EU")),
        ("SrcIPCountryCode", json!("DE")),
        ("SrcPort", json!(1024 + s.below(60_000))),
        ("TimeZone", json!("Europe/Berlin")),
        ("TimeZoneInferredMethod", json!("fromLocalTime")),
        ("UpstreamRecordTTLs", json!(ttls)),
        ("UserID", json!("0b1c2d3e-4f50-4162-8374-95a6b7c8d9ea")),
    ]
}

/// A line of a web server's access log, as Fluent Bit's nginx parser leaves it.
pub fn access_log(s: &mut Source) -> Record {
    let path = format!("/{}/{}?id={}", s.label(), s.label(), s.below(100_000));
    vec![
        ("remote", json!(s.address())),
        ("host", json!("-")),
        ("user", json!("-")),
        ("method", json!(s.pick(&["GET", "GET", "GET", "POST", "HEAD"]))),
        ("path", json!(path)),
        ("code", json!(s.pick(&["200", "200", "200", "304", "404"]))),
        ("size", json!(s.below(60_000).to_string())),
        ("referer", json!("-")),
        ("agent", json!("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0")),
    ]
}

/// A container's log line with what Fluent Bit's kubernetes filter adds.
pub fn container_log(s: &mut Source) -> Record {
    let pod = format!("{}-{:08x}-{}", s.label(), s.next() as u32, s.label());
    vec![
        ("stream", json!("stdout")),
        (
            "log",
            json!(format!(
                "level=info msg=\"{} {}\" took={}ms",
                s.label(),
                s.label(),
                s.below(900)
            )),
        ),
        (
            "kubernetes",
            json!({
                "pod_name": pod,
                "namespace_name": "default",
                "labels": {"app": s.label(), "tier": "web", "version": "v1"},
                "host": "node-7",
                "container_name": "app",
            }),
        ),
    ]
}

/// Records of `dns_logs`, with as many that are not ours between them.
pub fn mixed(s: &mut Source) -> Record {
    if s.one_in(2) { dns_logs(s) } else { access_log(s) }
}

/// A line of text under the name that in_tail gives it.
pub fn text_line(s: &mut Source) -> Record {
    let line = format!(
        "{} - - [09/Oct/2025:00:00:00 +0000] \"GET /{} HTTP/1.1\" 200 {}",
        s.address(),
        s.label(),
        s.below(60_000)
    );
    vec![("log", json!(line))]
}

/// A record that is not ours, and is JSON text where ours would be.
pub fn other_json(s: &mut Source) -> Record {
    vec![("log", json!(to_json(&access_log(s))))]
}
