//! Bags of cells, in which TON writes everything: up to 1023 bits and four references to further cells each.
//!
//! Invariant: a cell refers only to cells behind it, so nothing here goes in circles; special cells are refused.

use crate::keys::digest::sha256;

const MAGIC: [u8; 4] = [0xb5, 0xee, 0x9c, 0x72];
const HAS_INDEX: u8 = 0x80;
const HAS_CHECKSUM: u8 = 0x40;
/// The bits of the first byte that say how wide the numbers of cells are.
const WIDTH: u8 = 0x07;
pub(super) const MOST_BITS: usize = 1023;
pub(super) const MOST_REFERENCES: usize = 4;

/// A cell: its bits, and the places of the cells that it refers to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cell {
    pub(super) bits: Vec<bool>,
    pub(super) references: Vec<usize>,
}

/// The hash of a cell with all that it refers to, and how deep that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) hash: [u8; 32],
    depth: u16,
}

/// Cells of which each refers only to later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bag {
    pub(super) cells: Vec<Cell>,
}

impl Cell {
    /// The two bytes that describe the cell, and its bits filled up to whole bytes.
    fn written(&self) -> Vec<u8> {
        let mut bits = self.bits.clone();
        if !bits.len().is_multiple_of(8) {
            // The last bit that is set ends the bits.
            bits.push(true);
            bits.resize(bits.len().next_multiple_of(8), false);
        }
        let halves = self.bits.len() / 8 + bits.len() / 8;
        // Neither is more than a byte: a cell has four references and 1023 bits at most.
        let head = [self.references.len(), halves].map(|number| u8::try_from(number).unwrap_or(u8::MAX));
        let bytes = bits
            .chunks(8)
            .map(|byte| byte.iter().fold(0, |all, bit| all << 1 | u8::from(*bit)));
        head.into_iter().chain(bytes).collect()
    }

    /// The digest of the cell, where those of the cells that it refers to are known.
    pub(super) fn digest(&self, known: &[Digest]) -> Digest {
        let children: Vec<Digest> = self.references.iter().map(|place| known[*place]).collect();
        let depths: Vec<u8> = children.iter().flat_map(|child| child.depth.to_be_bytes()).collect();
        let hashes: Vec<u8> = children.iter().flat_map(|child| child.hash).collect();
        let deepest = children.iter().map(|child| child.depth).max();
        Digest {
            hash: sha256(&[&self.written(), &depths, &hashes]),
            depth: deepest.map_or(0, |depth| depth.saturating_add(1)),
        }
    }
}

/// Takes numbers and bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, width: usize) -> Option<usize> {
        let bytes = self.take(width)?;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    }

    fn cell(&mut self, width: usize, own: usize, count: usize) -> Option<Cell> {
        let [description, halves] = *self.take(2)? else {
            return None;
        };
        let (references, halves) = (usize::from(description), usize::from(halves));
        // Higher bits are for special cells and for those that come with hashes.
        if references > MOST_REFERENCES {
            return None;
        }
        let bytes = self.take(halves.div_ceil(2))?;
        let mut bits: Vec<bool> = bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
            .collect();
        if halves % 2 == 1 {
            let end = bits.iter().rposition(|bit| *bit)?;
            if bits.len() - end > 8 {
                return None;
            }
            bits.truncate(end);
        }
        let references = (0..references).map(|_| self.number(width).filter(|place| (own + 1..count).contains(place)));
        Some(Cell {
            references: references.collect::<Option<_>>()?,
            bits,
        })
    }
}

impl Bag {
    /// Reads a bag with one root, which is its first cell.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes.strip_prefix(&MAGIC)?);
        let [flags, offset_width] = *reader.take(2)? else {
            return None;
        };
        let width = usize::from(flags & WIDTH);
        let offset_width = usize::from(offset_width);
        if !(1..=4).contains(&width) || !(1..=8).contains(&offset_width) {
            return None;
        }
        if flags & HAS_CHECKSUM != 0 {
            let (before, checksum) = bytes.split_last_chunk::<4>()?;
            reader.0 = &reader.0[..reader.0.len().checked_sub(4)?];
            if crc32c(before).to_le_bytes() != *checksum {
                return None;
            }
        }
        let (count, roots, absent) = (reader.number(width)?, reader.number(width)?, reader.number(width)?);
        let length = reader.number(offset_width)?;
        let root = reader.number(width)?;
        if roots != 1 || absent != 0 || root != 0 || count > bytes.len() {
            return None;
        }
        if flags & HAS_INDEX != 0 {
            reader.take(count * offset_width)?;
        }
        if reader.0.len() != length {
            return None;
        }
        let cells = (0..count)
            .map(|own| reader.cell(width, own, count))
            .collect::<Option<Vec<_>>>()?;
        (reader.0.is_empty() && !cells.is_empty()).then_some(Self { cells })
    }

    /// The digest of each cell.
    pub(super) fn digests(&self) -> Vec<Digest> {
        let empty = Digest {
            hash: [0; 32],
            depth: 0,
        };
        let mut digests = vec![empty; self.cells.len()];
        for (place, cell) in self.cells.iter().enumerate().rev() {
            digests[place] = cell.digest(&digests);
        }
        digests
    }

    /// Leaves out the cells that the first one does not lead to.
    pub(super) fn without_unused(self) -> Self {
        let mut new_places = vec![None; self.cells.len()];
        let mut is_used = vec![false; self.cells.len()];
        is_used[0] = true;
        for (place, cell) in self.cells.iter().enumerate() {
            if is_used[place] {
                cell.references.iter().for_each(|child| is_used[*child] = true);
            }
        }
        let used = (0..self.cells.len()).filter(|place| is_used[*place]);
        used.enumerate().for_each(|(new, old)| new_places[old] = Some(new));
        let cells = self.cells.into_iter().enumerate().filter(|(place, _)| is_used[*place]);
        let cells = cells.map(|(_, mut cell)| {
            cell.references = cell.references.iter().filter_map(|child| new_places[*child]).collect();
            cell
        });
        Self { cells: cells.collect() }
    }

    /// The bytes of the bag, with a checksum and without an index.
    pub(super) fn write(&self) -> Vec<u8> {
        let width = width_of(self.cells.len());
        let number = |number: usize, width: usize| number.to_be_bytes()[8 - width..].to_vec();
        let mut cells = Vec::new();
        for cell in &self.cells {
            cells.extend(cell.written());
            cells.extend(cell.references.iter().flat_map(|place| number(*place, width)));
        }
        let offset_width = width_of(cells.len());
        let widths = [width, offset_width].map(|width| u8::try_from(width).unwrap_or(u8::MAX));
        let mut bytes = [&MAGIC[..], &[HAS_CHECKSUM | widths[0], widths[1]]].concat();
        for (field, width) in [
            (self.cells.len(), width),
            (1, width),
            (0, width),
            (cells.len(), offset_width),
            (0, width),
        ] {
            bytes.extend(number(field, width));
        }
        bytes.extend(cells);
        let checksum = crc32c(&bytes).to_le_bytes();
        bytes.extend(checksum);
        bytes
    }
}

/// How many bytes a number takes.
fn width_of(number: usize) -> usize {
    let bits = usize::BITS - number.leading_zeros();
    (bits.div_ceil(8) as usize).max(1)
}

/// The checksum of Castagnoli.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |state, byte| {
        (0..8).fold(state ^ u32::from(*byte), |state, _| {
            state >> 1 ^ if state & 1 == 1 { 0x82f6_3b78 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Bag, Cell, crc32c};

    fn bag() -> Bag {
        let leaf = Cell {
            bits: vec![true, false, true],
            references: Vec::new(),
        };
        let full = Cell {
            bits: vec![true; 16],
            references: vec![2],
        };
        let root = Cell {
            bits: Vec::new(),
            references: vec![1, 2],
        };
        Bag {
            cells: vec![root, full, leaf],
        }
    }

    #[test]
    fn the_checksum_is_that_of_castagnoli() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn a_bag_is_read_as_it_was_written() {
        let written = bag().write();
        assert_eq!(Bag::read(&written), Some(bag()));
        // The same without a checksum, and with an index.
        let mut plain = written[..written.len() - 4].to_vec();
        plain[4] = 1;
        assert_eq!(Bag::read(&plain), Some(bag()));
        plain[4] |= 0x80;
        plain.splice(11..11, [4, 9, 12]);
        assert_eq!(Bag::read(&plain), Some(bag()));
    }

    #[test]
    fn what_is_cut_off_damaged_or_goes_back_is_refused() {
        let written = bag().write();
        for length in 0..written.len() {
            assert_eq!(Bag::read(&written[..length]), None, "{length}");
        }
        for place in 0..written.len() {
            let mut damaged = written.clone();
            damaged[place] ^= 0x10;
            assert_eq!(Bag::read(&damaged), None, "{place}");
        }
        let mut circle = bag();
        circle.cells[2].references = vec![1];
        assert_eq!(Bag::read(&circle.write()), None);
    }

    #[test]
    fn cells_that_nothing_leads_to_are_left_out() {
        let mut unused = bag();
        unused.cells[0].references = vec![2];
        let kept = unused.without_unused();
        assert_eq!(kept.cells.len(), 2);
        assert_eq!(kept.cells[0].references, [1]);
        assert_eq!(kept.cells[1], bag().cells[2]);
    }
}
