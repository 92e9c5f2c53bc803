//! The names of DNS numbers.
//!
//! Sources: IANA, "Domain Name System (DNS) Parameters": "Resource Record (RR) TYPEs", "DNS
//! RCODEs" and "DNS CLASSes". The tables know no MessagePack and no ECS.

#![forbid(unsafe_code)]

/// A name of at most `N` bytes, padded, so that it can be copied in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Name<N> {
    const NONE: Self = Self { bytes: [0; N], len: 0 };

    #[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
    const fn new(text: &str) -> Self {
        let mut name = Self::NONE;
        name.len = text.len() as u8;
        let mut i = 0;
        while i < text.len() {
            name.bytes[i] = text.as_bytes()[i];
            i += 1;
        }
        name
    }

    /// The name with zeros behind it, and its length.
    #[inline]
    pub(crate) fn padded(&self) -> (&[u8; N], usize) {
        (&self.bytes, self.len.into())
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }

    fn if_named(&self) -> Option<&Self> {
        (self.len > 0).then_some(self)
    }
}

/// The mnemonic of an RR type.
pub(crate) type RrType = Name<15>;

/// RR types in the order of their numbers, 255 (`*`, which ECS calls `ANY`) included.
#[rustfmt::skip]
const RR_TYPES: &[(u16, &str)] = &[
    (1, "A"), (2, "NS"), (3, "MD"), (4, "MF"), (5, "CNAME"), (6, "SOA"), (7, "MB"), (8, "MG"),
    (9, "MR"), (10, "NULL"), (11, "WKS"), (12, "PTR"), (13, "HINFO"), (14, "MINFO"), (15, "MX"),
    (16, "TXT"), (17, "RP"), (18, "AFSDB"), (19, "X25"), (20, "ISDN"), (21, "RT"), (22, "NSAP"),
    (23, "NSAP-PTR"), (24, "SIG"), (25, "KEY"), (26, "PX"), (27, "GPOS"), (28, "AAAA"),
    (29, "LOC"), (30, "NXT"), (31, "EID"), (32, "NIMLOC"), (33, "SRV"), (34, "ATMA"),
    (35, "NAPTR"), (36, "KX"), (37, "CERT"), (38, "A6"), (39, "DNAME"), (40, "SINK"), (41, "OPT"),
    (42, "APL"), (43, "DS"), (44, "SSHFP"), (45, "IPSECKEY"), (46, "RRSIG"), (47, "NSEC"),
    (48, "DNSKEY"), (49, "DHCID"), (50, "NSEC3"), (51, "NSEC3PARAM"), (52, "TLSA"), (53, "SMIMEA"),
    (55, "HIP"), (56, "NINFO"), (57, "RKEY"), (58, "TALINK"), (59, "CDS"), (60, "CDNSKEY"),
    (61, "OPENPGPKEY"), (62, "CSYNC"), (63, "ZONEMD"), (64, "SVCB"), (65, "HTTPS"), (66, "DSYNC"),
    (67, "HHIT"), (68, "BRID"), (69, "UNECE"), (70, "ISO"), (99, "SPF"), (100, "UINFO"),
    (101, "UID"), (102, "GID"), (103, "UNSPEC"), (104, "NID"), (105, "L32"), (106, "L64"),
    (107, "LP"), (108, "EUI48"), (109, "EUI64"), (128, "NXNAME"), (249, "TKEY"), (250, "TSIG"),
    (251, "IXFR"), (252, "AXFR"), (253, "MAILB"), (254, "MAILA"), (255, "*"), (256, "URI"),
    (257, "CAA"), (258, "AVC"), (259, "DOA"), (260, "AMTRELAY"), (261, "RESINFO"),
    (262, "WALLET"), (263, "CLA"), (264, "IPN"),
];

/// The types from here on are few: looked up in [`HIGH_TYPES`].
const DENSE_TYPES: usize = 265;

static LOW_TYPES: [RrType; DENSE_TYPES] = low_types();

static HIGH_TYPES: [(u16, RrType); 2] = [(32768, RrType::new("TA")), (32769, RrType::new("DLV"))];

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn low_types() -> [RrType; DENSE_TYPES] {
    let mut names = [RrType::NONE; DENSE_TYPES];
    let mut i = 0;
    while i < RR_TYPES.len() {
        let (number, mnemonic) = RR_TYPES[i];
        names[number as usize] = RrType::new(mnemonic);
        i += 1;
    }
    names
}

/// The mnemonic of an RR type; `None` where IANA assigns none.
#[inline]
pub(crate) fn rr_type(number: u16) -> Option<&'static RrType> {
    match LOW_TYPES.get(usize::from(number)) {
        Some(name) => name.if_named(),
        None => HIGH_TYPES.iter().find(|(high, _)| *high == number).map(|(_, name)| name),
    }
}

/// The type that asks for all types: `*` to IANA, `ANY` to ECS.
pub(crate) const RR_TYPE_ANY: u16 = 255;

/// The name of a response code.
pub(crate) type Rcode = Name<18>;

/// The two spellings of a response code: IANA's (16, which has two meanings, as Sekoia writes
/// it), and ECS's upper case (16 in its meaning for EDNS).
#[derive(Debug)]
pub(crate) struct RcodeNames {
    /// `NoError`, `NXDomain`, `BADVERS OR BADSIG`.
    pub iana: Rcode,
    /// `NOERROR`, `NXDOMAIN`, `BADVERS`.
    pub upper: Rcode,
}

const fn rcode_names(iana: &str, upper: &str) -> RcodeNames {
    RcodeNames { iana: Rcode::new(iana), upper: Rcode::new(upper) }
}

static RCODES: [RcodeNames; 24] = [
    rcode_names("NoError", "NOERROR"),
    rcode_names("FormErr", "FORMERR"),
    rcode_names("ServFail", "SERVFAIL"),
    rcode_names("NXDomain", "NXDOMAIN"),
    rcode_names("NotImp", "NOTIMP"),
    rcode_names("Refused", "REFUSED"),
    rcode_names("YXDomain", "YXDOMAIN"),
    rcode_names("YXRRSet", "YXRRSET"),
    rcode_names("NXRRSet", "NXRRSET"),
    rcode_names("NotAuth", "NOTAUTH"),
    rcode_names("NotZone", "NOTZONE"),
    rcode_names("DSOTYPENI", "DSOTYPENI"),
    rcode_names("", ""), // 12 to 15: unassigned
    rcode_names("", ""),
    rcode_names("", ""),
    rcode_names("", ""),
    rcode_names("BADVERS OR BADSIG", "BADVERS"),
    rcode_names("BADKEY", "BADKEY"),
    rcode_names("BADTIME", "BADTIME"),
    rcode_names("BADMODE", "BADMODE"),
    rcode_names("BADNAME", "BADNAME"),
    rcode_names("BADALG", "BADALG"),
    rcode_names("BADTRUNC", "BADTRUNC"),
    rcode_names("BADCOOKIE", "BADCOOKIE"),
];

/// The names of a response code; `None` where IANA assigns none.
#[inline]
pub(crate) fn rcode(number: u16) -> Option<&'static RcodeNames> {
    RCODES.get(usize::from(number)).filter(|names| names.iana.len > 0)
}

/// The response code of that name, which is not empty, in either spelling and any case. `BADSIG` is
/// the other name of 16 (RFC 8945, section 3).
pub(crate) fn rcode_named(name: &[u8]) -> Option<u16> {
    const BADSIG: (&[u8], u16) = (b"BADSIG", 16);
    if name.eq_ignore_ascii_case(BADSIG.0) {
        return Some(BADSIG.1);
    }
    let is = |known: &Rcode| known.as_bytes().eq_ignore_ascii_case(name);
    let is_named = |names: &RcodeNames| is(&names.iana) || is(&names.upper);
    RCODES.iter().position(is_named).and_then(|number| u16::try_from(number).ok())
}

/// The mnemonic of a DNS class; `None` where IANA assigns none.
pub(crate) fn class(number: u16) -> Option<&'static str> {
    match number {
        1 => Some("IN"),
        3 => Some("CH"),
        4 => Some("HS"),
        254 => Some("NONE"),
        255 => Some("ANY"),
        _ => None,
    }
}
