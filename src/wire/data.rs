//! The data of a record in presentation form.
//!
//! `domain` reads them all and writes most. Where its form is not that of the type's RFC, or names
//! come into it (it leaves `"`, `;` and others in a name as they are), they are written here.

use std::fmt;
use std::net::Ipv6Addr;

use data_encoding::HEXLOWER;
use domain::base::iana::{Class, Rtype};
use domain::base::name::ParsedName;
use domain::base::rdata::ParseAnyRecordData;
use domain::base::wire::ParseError;
use domain::base::zonefile_fmt::{DisplayKind, ZonefileFmt};
use domain::dep::octseq::Parser;
use domain::rdata::{AllRecordData, Naptr, Nsec, Rrsig, Soa};
use time::UtcDateTime;

use super::caa::Caa;
use super::svcb::write_params;
use super::text::{write_name, write_quoted};

type Name<'a> = ParsedName<&'a [u8]>;

/// The data of a record.
#[derive(Debug)]
pub(super) enum Data<'a> {
    /// Of a type that `domain` knows.
    Known(AllRecordData<&'a [u8], Name<'a>>),
    Caa(Caa<'a>),
    /// Of any other type.
    Bytes(&'a [u8]),
}

/// Types that are defined for the class IN alone, by the RFC that defines the type.
const OF_INTERNET: [Rtype; 6] = [
    Rtype::A,     // RFC 1035, section 3.4.1
    Rtype::AAAA,  // RFC 3596, section 2.1
    Rtype::SRV,   // RFC 2782
    Rtype::NAPTR, // RFC 3403, section 4.1
    Rtype::SVCB,  // RFC 9460, section 2.1
    Rtype::HTTPS,
];

impl<'a> Data<'a> {
    /// Reads all that is left of the record.
    pub(super) fn parse(
        rr_type: Rtype,
        class: Class,
        parser: &mut Parser<'a, [u8]>,
    ) -> Result<Self, ParseError> {
        let has_no_form = match rr_type {
            // Not for zone files: RFC 1035, section 3.3.10; RFC 6891, section 6.1.1; RFC 8945.
            Rtype::NULL | Rtype::OPT | Rtype::TSIG => true,
            _ => class != Class::IN && OF_INTERNET.contains(&rr_type),
        };
        let data = match rr_type {
            _ if has_no_form => Self::Bytes(parser.parse_octets(parser.remaining())?),
            Rtype::CAA => Self::Caa(Caa::parse(parser)?),
            // At least one string (RFC 1035, section 3.3.14).
            Rtype::TXT if parser.remaining() == 0 => return Err(ParseError::ShortInput),
            _ => match AllRecordData::parse_any_rdata(rr_type, parser)? {
                AllRecordData::Unknown(data) => Self::Bytes(data.data()),
                known => Self::Known(known),
            },
        };
        if parser.remaining() > 0 {
            return Err(ParseError::form_error("bytes behind the data"));
        }
        Ok(data)
    }

    pub(super) fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Known(data) => write_known(out, data),
            Self::Caa(caa) => caa.write(out),
            // RFC 3597, section 5.
            Self::Bytes(bytes) => {
                write!(out, "\\# {}", bytes.len())?;
                if bytes.is_empty() {
                    return Ok(());
                }
                out.write_char(' ')?;
                HEXLOWER.encode_write(bytes, out)
            }
        }
    }
}

/// Writes an address without the formatter, which took a twelfth of a record with three answers.
fn write_v4(out: &mut impl fmt::Write, octets: [u8; 4]) -> fmt::Result {
    for (place, octet) in octets.into_iter().enumerate() {
        let digits = [octet / 100, octet / 10 % 10, octet % 10].map(|digit| b'0' + digit);
        let leading = usize::from(octet < 100) + usize::from(octet < 10);
        let digits = std::str::from_utf8(digits.get(leading..).unwrap_or_default());
        out.write_str(if place > 0 { "." } else { "" })?;
        out.write_str(digits.map_err(|_| fmt::Error)?)?;
    }
    Ok(())
}

fn write_known(out: &mut impl fmt::Write, data: &AllRecordData<&[u8], Name<'_>>) -> fmt::Result {
    match data {
        AllRecordData::A(data) => write_v4(out, data.addr().octets()),
        // Without `std`, domain has an address of its own, which writes `::2400:0` as `::36.0.0.0`.
        AllRecordData::Aaaa(data) => write!(out, "{}", Ipv6Addr::from(data.addr().octets())),
        AllRecordData::Cname(data) => write_name(out, data.cname()),
        AllRecordData::Ns(data) => write_name(out, data.nsdname()),
        AllRecordData::Ptr(data) => write_name(out, data.ptrdname()),
        AllRecordData::Dname(data) => write_name(out, data.dname()),
        AllRecordData::Mb(data) => write_name(out, data.madname()),
        AllRecordData::Md(data) => write_name(out, data.madname()),
        AllRecordData::Mf(data) => write_name(out, data.madname()),
        AllRecordData::Mg(data) => write_name(out, data.madname()),
        AllRecordData::Mr(data) => write_name(out, data.newname()),
        AllRecordData::Mx(data) => {
            write!(out, "{} ", data.preference())?;
            write_name(out, data.exchange())
        }
        AllRecordData::Srv(data) => {
            write!(out, "{} {} {} ", data.priority(), data.weight(), data.port())?;
            write_name(out, data.target())
        }
        AllRecordData::Minfo(data) => {
            write_name(out, data.rmailbx())?;
            out.write_char(' ')?;
            write_name(out, data.emailbx())
        }
        AllRecordData::Txt(data) => data.iter().enumerate().try_for_each(|(place, text)| {
            out.write_str(if place > 0 { " " } else { "" })?;
            write_quoted(out, text)
        }),
        AllRecordData::Svcb(data) => {
            write!(out, "{} ", data.priority())?;
            write_name(out, data.target())?;
            write_params(out, data.params())
        }
        AllRecordData::Https(data) => {
            write!(out, "{} ", data.priority())?;
            write_name(out, data.target())?;
            write_params(out, data.params())
        }
        AllRecordData::Soa(data) => write_soa(out, data),
        AllRecordData::Rrsig(data) => write_rrsig(out, data),
        AllRecordData::Nsec(data) => write_nsec(out, data),
        AllRecordData::Naptr(data) => write_naptr(out, data),
        other => write!(out, "{}", other.display_zonefile(DisplayKind::Simple)),
    }
}

/// RFC 1035, section 3.3.13.
fn write_soa(out: &mut impl fmt::Write, data: &Soa<Name<'_>>) -> fmt::Result {
    write_name(out, data.mname())?;
    out.write_char(' ')?;
    write_name(out, data.rname())?;
    write!(out, " {}", data.serial())?;
    [data.refresh(), data.retry(), data.expire(), data.minimum()]
        .iter()
        .try_for_each(|time| write!(out, " {}", time.as_secs()))
}

/// RFC 4034, section 3.2, with times as its examples have them.
fn write_rrsig(out: &mut impl fmt::Write, data: &Rrsig<&[u8], Name<'_>>) -> fmt::Result {
    let (algorithm, labels) = (data.algorithm().to_int(), data.labels());
    write!(out, "{} {algorithm} {labels} ", data.type_covered())?;
    write!(out, "{} ", data.original_ttl().as_secs())?;
    write_time(out, data.expiration().into_int())?;
    write_time(out, data.inception().into_int())?;
    write!(out, "{} ", data.key_tag())?;
    write_name(out, data.signer_name())?;
    out.write_char(' ')?;
    data_encoding::BASE64.encode_write(data.signature(), out)
}

/// `YYYYMMDDHHmmSS `, in UTC.
fn write_time(out: &mut impl fmt::Write, seconds: u32) -> fmt::Result {
    let time = UtcDateTime::from_unix_timestamp(seconds.into()).map_err(|_| fmt::Error)?;
    let (year, month, day) = (time.year(), u8::from(time.month()), time.day());
    let (hour, minute, second) = time.as_hms();
    write!(out, "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02} ")
}

/// RFC 4034, section 4.2.
fn write_nsec(out: &mut impl fmt::Write, data: &Nsec<&[u8], Name<'_>>) -> fmt::Result {
    write_name(out, data.next_name())?;
    data.types().iter().try_for_each(|rr_type| write!(out, " {rr_type}"))
}

/// RFC 3403, section 4.1.
fn write_naptr(out: &mut impl fmt::Write, data: &Naptr<&[u8], Name<'_>>) -> fmt::Result {
    write!(out, "{} {} ", data.order(), data.preference())?;
    for text in [data.flags(), data.services(), data.regexp()] {
        write_quoted(out, text.as_slice())?;
        out.write_char(' ')?;
    }
    write_name(out, data.replacement())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test")]

    use std::net::Ipv4Addr;

    use super::write_v4;

    #[test]
    fn an_address_is_written_as_std_writes_it() {
        for octet in 0..=u8::MAX {
            let octets = [octet, 255 - octet, 0, octet / 2];
            let mut text = String::new();
            write_v4(&mut text, octets).expect("a string takes all");
            assert_eq!(text, Ipv4Addr::from(octets).to_string());
        }
    }
}
