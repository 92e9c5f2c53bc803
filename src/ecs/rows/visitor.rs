//! What a dataset's rows are told to: the draft of a record, or the outline of the mapping.

use crate::ecs::draft::Draft;
use crate::ecs::settings::Settings;
use crate::source::Field;

/// Takes the rows of a mapping, in the order of the output. Keys are encoded as `fixstr`.
pub(crate) trait Visitor: Sized {
    /// The settings that the mapping is made for.
    fn settings(&self) -> &Settings;

    /// The time field, at the configured key.
    fn timestamp(&mut self, from: Field);

    /// An object; it is written only when it has a member.
    fn object<const N: usize>(&mut self, key: &'static [u8; N], members: impl FnOnce(&mut Self));

    /// A member that `rule` makes from one or more of Cloudflare's fields. `rule` writes the
    /// value and answers `true`, or answers `false`, and the member is not there.
    fn row<const N: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    );

    /// Two members with the same value, made as by [`Visitor::row`].
    #[inline(always)]
    fn row_twice<const N: usize, const K: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        again: &'static [u8; K],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    ) {
        self.row(key, from, |draft, from| {
            let value = draft.writer.position();
            let written = rule(draft, from);
            if written {
                draft.writer.again(again, value);
            }
            written
        });
    }

    /// As [`Visitor::row`], for a member that a record without the fields has, too.
    fn row_always<const N: usize, const M: usize>(
        &mut self,
        key: &'static [u8; N],
        from: [Field; M],
        rule: impl FnOnce(&mut Draft<'_, '_>, [Field; M]) -> bool,
    );

    /// A member that `rule` derives from what the rows before it found.
    fn derived<const N: usize>(
        &mut self,
        key: &'static [u8; N],
        rule: impl FnOnce(&mut Draft<'_, '_>) -> bool,
    );

    /// A number of members that are the same for every record, encoded.
    fn constants<const N: usize>(&mut self, members: u32, encoded: &'static [u8; N]);

    /// The same, for members that are others in a record with an `error.message`.
    fn constants_by_error<const N: usize, const M: usize>(
        &mut self,
        members: u32,
        without: &'static [u8; N],
        with: &'static [u8; M],
    );
}
