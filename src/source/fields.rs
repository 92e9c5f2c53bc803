//! Cloudflare's fields: their names, types and datasets.
//!
//! Source: Cloudflare's documentation, "Logpush > Datasets": DNS logs, DNS Firewall logs, Gateway
//! DNS. To add a field, add its line to the table at the end; it then maps to `cloudflare.<name>`
//! until a mapping in `src/ecs/` gives it another place.

/// One of the three Cloudflare datasets that hold DNS queries, by its Logpush name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "Cloudflare's own names")]
pub enum Dataset {
    DnsLogs,
    DnsFirewallLogs,
    GatewayDns,
}

impl Dataset {
    /// All of them, in the order of [`Dataset::index`].
    pub const ALL: [Self; 3] = [Self::DnsLogs, Self::DnsFirewallLogs, Self::GatewayDns];

    /// The name that Logpush gives it, which is `event.dataset` too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DnsLogs => "dns_logs",
            Self::DnsFirewallLogs => "dns_firewall_logs",
            Self::GatewayDns => "gateway_dns",
        }
    }

    /// The dataset of that name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dataset| dataset.name().eq_ignore_ascii_case(name))
    }

    /// The fields that are Cloudflare's in this dataset; all others are foreign to it.
    #[inline]
    pub fn fields(self) -> FieldSet {
        match self {
            Self::DnsLogs => const { fields_of(D) },
            Self::DnsFirewallLogs => const { fields_of(F) },
            Self::GatewayDns => const { fields_of(G) },
        }
    }

    /// A number from 0 on, for tables by dataset.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The type that Cloudflare documents for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A string.
    Text,
    /// An integer.
    Int,
    /// `true` or `false`.
    Bool,
    /// A point in time, as an integer or a string.
    Time,
    /// An array of strings.
    TextArray,
    /// An array of integers.
    IntArray,
    /// An array of objects.
    ObjectArray,
}

impl Type {
    /// The type's name as Cloudflare's documentation writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Time => "int or string",
            Self::TextArray => "array[string]",
            Self::IntArray => "array[int]",
            Self::ObjectArray => "array[object]",
        }
    }
}

/// A set of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldSet(u128);

impl FieldSet {
    /// No field.
    pub const NONE: Self = Self(0);

    /// The fields named.
    #[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
    pub const fn of(fields: &[Field]) -> Self {
        let mut set = 0;
        let mut i = 0;
        while i < fields.len() {
            set |= 1 << fields[i] as u32;
            i += 1;
        }
        Self(set)
    }

    /// Whether `field` is in the set.
    #[inline]
    pub fn has(self, field: Field) -> bool {
        !self.and(field.alone()).is_empty()
    }

    /// Puts `field` in.
    #[inline]
    pub fn insert(&mut self, field: Field) {
        *self = self.or(field.alone());
    }

    /// Takes `field` out.
    #[inline]
    pub fn remove(&mut self, field: Field) {
        *self = self.without(field.alone());
    }

    /// The fields in either set.
    #[inline]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The fields in both sets.
    #[inline]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The fields in this set and not in the other.
    #[inline]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The set if `condition` holds, else no field. There is no branch in it that could be guessed
    /// wrong.
    #[inline]
    pub fn when(self, condition: bool) -> Self {
        Self(self.0 & u128::from(condition).wrapping_neg())
    }

    /// Whether no field is in the set.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as a number for hashing.
    #[inline]
    pub const fn folded(self) -> u64 {
        self.0 as u64 ^ (self.0 >> 64) as u64
    }

    /// How many fields are in the set.
    #[inline]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }
}

impl Iterator for FieldSet {
    type Item = Field;

    /// Takes the first field out, in the order of the table.
    #[inline]
    fn next(&mut self) -> Option<Field> {
        let field = Field::ALL.get(self.0.trailing_zeros() as usize)?;
        self.0 &= self.0.wrapping_sub(1);
        Some(*field)
    }
}

/// The longest name of a field, in bytes.
pub(super) const LONGEST_NAME: usize = 31;

impl Field {
    /// The field's name, as Cloudflare writes it.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "one name for each field")]
    pub const fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The set of this field alone: looked up, for a shift of 128 bits takes longer.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "one set for each field")]
    pub(super) fn alone(self) -> FieldSet {
        ALONE[self as usize]
    }

    /// The type that Cloudflare documents for it.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "one type for each field")]
    pub const fn of_type(self) -> Type {
        TYPES[self as usize]
    }

    /// The field of that name.
    #[inline]
    pub fn named(name: &[u8]) -> Option<Self> {
        // All names begin with a capital letter, and few share a length: most foreign keys are
        // told by their first byte, and none is compared with more than a handful of names.
        if !name.first()?.is_ascii_uppercase() {
            return None;
        }
        let from = usize::from(*BY_LENGTH.1.get(name.len())?);
        let to = usize::from(*BY_LENGTH.1.get(name.len() + 1)?);
        let candidates = BY_LENGTH.0.get(from..to)?;
        candidates.iter().copied().find(|field| field.name().as_bytes() == name)
    }
}

/// A set for each field.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static ALONE: [FieldSet; FIELD_COUNT] = {
    let mut sets = [FieldSet::NONE; FIELD_COUNT];
    let mut i = 0;
    while i < FIELD_COUNT {
        sets[i] = FieldSet(1 << i);
        i += 1;
    }
    sets
};

/// The fields sorted by the length of their names, and where each length begins.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
static BY_LENGTH: ([Field; FIELD_COUNT], [u8; LONGEST_NAME + 2]) = {
    let mut fields = Field::ALL;
    let mut starts = [0u8; LONGEST_NAME + 2];
    let mut filled = 0;
    let mut length = 0;
    while length <= LONGEST_NAME {
        starts[length] = filled as u8;
        let mut i = 0;
        while i < FIELD_COUNT {
            if NAMES[i].len() == length {
                fields[filled] = Field::ALL[i];
                filled += 1;
            }
            i += 1;
        }
        length += 1;
    }
    starts[LONGEST_NAME + 1] = filled as u8;
    assert!(filled == FIELD_COUNT);
    (fields, starts)
};

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling")]
const fn fields_of(dataset: u8) -> FieldSet {
    let mut set = 0u128;
    let mut i = 0;
    while i < FIELD_COUNT {
        if DATASETS[i] & dataset != 0 {
            set |= 1 << i;
        }
        i += 1;
    }
    FieldSet(set)
}

const D: u8 = 1 << Dataset::DnsLogs as u8;
const F: u8 = 1 << Dataset::DnsFirewallLogs as u8;
const G: u8 = 1 << Dataset::GatewayDns as u8;

macro_rules! fields {
    ($($name:ident: $type:ident, $($dataset:ident)|+;)*) => {
        /// A field of one or more of Cloudflare's DNS datasets.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "Cloudflare's own names")]
        pub enum Field { $($name),* }

        /// The number of fields.
        pub const FIELD_COUNT: usize = [$(Field::$name),*].len();

        impl Field {
            /// All fields, in the order of the table.
            pub const ALL: [Self; FIELD_COUNT] = [$(Self::$name),*];
        }

        const NAMES: [&str; FIELD_COUNT] = [$(stringify!($name)),*];
        const TYPES: [Type; FIELD_COUNT] = [$(Type::$type),*];
        const DATASETS: [u8; FIELD_COUNT] = [$($($dataset)|+),*];
    };
}

// The field, its type, and the datasets that have it: D for dns_logs, F for dns_firewall_logs,
// G for gateway_dns.
fields! {
    AccountID:                   Text,        G;
    ApplicationID:               Int,         G;
    ApplicationName:             Text,        G;
    AppliedMaxTTL:               Int,         G;
    AuthoritativeNameServerIPs:  TextArray,   G;
    CNAMECategoryIDs:            IntArray,    G;
    CNAMECategoryNames:          TextArray,   G;
    CNAMEs:                      TextArray,   G;
    CNAMEsReversed:              TextArray,   G;
    ClientResponseCode:          Int,         F;
    ClusterID:                   Text,        F;
    ColoCode:                    Text,        D | F | G;
    ColoID:                      Int,         G;
    CustomResolveDurationMs:     Int,         G;
    CustomResolverAddress:       Text,        G;
    CustomResolverPolicyID:      Text,        G;
    CustomResolverPolicyName:    Text,        G;
    CustomResolverResponse:      Text,        G;
    Datetime:                    Time,        G;
    DeviceID:                    Text,        G;
    DeviceName:                  Text,        G;
    DoHSubdomain:                Text,        G;
    DoTSubdomain:                Text,        G;
    DstIP:                       Text,        G;
    DstPort:                     Int,         G;
    EDEErrors:                   IntArray,    G;
    EDNSSubnet:                  Text,        D | F;
    EDNSSubnetLength:            Int,         D | F;
    Email:                       Text,        G;
    InitialCategoryIDs:          IntArray,    G;
    InitialCategoryNames:        TextArray,   G;
    InitialResolvedIPs:          TextArray,   G;
    InternalDNSDurationMs:       Int,         G;
    InternalDNSFallbackStrategy: Text,        G;
    InternalDNSRCode:            Int,         G;
    InternalDNSViewID:           Text,        G;
    InternalDNSZoneID:           Text,        G;
    IsResponseCached:            Bool,        G;
    Location:                    Text,        G;
    LocationID:                  Text,        G;
    MatchedCategoryIDs:          IntArray,    G;
    MatchedCategoryNames:        TextArray,   G;
    MatchedIndicatorFeedIDs:     IntArray,    G;
    MatchedIndicatorFeedNames:   TextArray,   G;
    Policy:                      Text,        G;
    PolicyID:                    Text,        G;
    PolicyName:                  Text,        G;
    Protocol:                    Text,        G;
    QueryApplicationIDs:         IntArray,    G;
    QueryApplicationNames:       TextArray,   G;
    QueryCategoryIDs:            IntArray,    G;
    QueryCategoryNames:          TextArray,   G;
    QueryDO:                     Bool,        F;
    QueryID:                     Text,        G;
    QueryIndicatorFeedIDs:       IntArray,    G;
    QueryIndicatorFeedNames:     TextArray,   G;
    QueryName:                   Text,        D | F | G;
    QueryNameReversed:           Text,        G;
    QueryRD:                     Bool,        F;
    QuerySize:                   Int,         F | G;
    QueryTCP:                    Bool,        F;
    QueryType:                   Int,         D | F | G;
    QueryTypeName:               Text,        G;
    RCode:                       Int,         G;
    RData:                       ObjectArray, G;
    RedirectTargetURI:           Text,        G;
    RegistrationID:              Text,        G;
    RequestContextCategoryIDs:   IntArray,    G;
    RequestContextCategoryNames: TextArray,   G;
    ResolvedIPCategoryIDs:       IntArray,    G;
    ResolvedIPCategoryNames:     TextArray,   G;
    ResolvedIPContinentCodes:    TextArray,   G;
    ResolvedIPCountryCodes:      TextArray,   G;
    ResolvedIPs:                 TextArray,   G;
    ResolverDecision:            Text,        G;
    ResolverPolicyID:            Text,        G;
    ResolverPolicyName:          Text,        G;
    ResourceRecords:             ObjectArray, G;
    ResourceRecordsJSON:         Text,        G;
    ResponseCached:              Bool,        D | F;
    ResponseCachedStale:         Bool,        F;
    ResponseCode:                Int,         D;
    ResponseReason:              Text,        F;
    ResponseTimeMs:              Int,         G;
    SourceIP:                    Text,        D | F;
    SrcIP:                       Text,        G;
    SrcIPContinentCode:          Text,        G;
    SrcIPCountryCode:            Text,        G;
    SrcPort:                     Int,         G;
    TenantID:                    Text,        G;
    TimeZone:                    Text,        G;
    TimeZoneInferredMethod:      Text,        G;
    Timestamp:                   Time,        D | F;
    UpstreamIP:                  Text,        F;
    UpstreamRecordTTLs:          IntArray,    G;
    UpstreamResponseCode:        Int,         F;
    UpstreamResponseTimeMs:      Int,         F;
    UserID:                      Text,        G;
}
