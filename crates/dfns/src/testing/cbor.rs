//! The little of CBOR that an authenticator writes, in the canonical form of CTAP2: shortest lengths, short keys first.

/// What an attestation object and a COSE key are made of. Maps are written in the order they are given.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Integer(i64),
    Bytes(Vec<u8>),
    Text(&'static str),
    Map(Vec<(Value, Value)>),
}

impl Value {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Integer(number) if *number < 0 => head(1, number.unsigned_abs() - 1, out),
            Self::Integer(number) => head(0, number.unsigned_abs(), out),
            Self::Bytes(bytes) => {
                head(2, bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                head(3, text.len() as u64, out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Map(entries) => {
                head(5, entries.len() as u64, out);
                for (key, value) in entries {
                    key.write(out);
                    value.write(out);
                }
            }
        }
    }
}

/// Major type and argument, in as few bytes as it takes.
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    let bytes = argument.to_be_bytes();
    match argument {
        0..24 => out.push(major | bytes[7]),
        24..0x100 => out.extend([major | 0x18, bytes[7]]),
        0x100..0x1_0000 => {
            out.push(major | 0x19);
            out.extend_from_slice(&bytes[6..]);
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 0x1a);
            out.extend_from_slice(&bytes[4..]);
        }
        _ => {
            out.push(major | 0x1b);
            out.extend_from_slice(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lengths_take_as_few_bytes_as_they_can() {
        let cases: [(i64, &[u8]); 9] = [
            (0, &[0x00]),
            (23, &[0x17]),
            (24, &[0x18, 24]),
            (256, &[0x19, 1, 0]),
            (65_536, &[0x1a, 0, 1, 0, 0]),
            (4_294_967_296, &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0]),
            (-1, &[0x20]),
            (-7, &[0x26]),
            (-257, &[0x39, 1, 0]),
        ];
        for (number, bytes) in cases {
            assert_eq!(Value::Integer(number).encode(), bytes, "{number}");
        }
        assert_eq!(Value::Bytes(vec![7; 24]).encode()[..3], [0x58, 24, 7]);
        assert_eq!(Value::Bytes(vec![7; 300]).encode()[..4], [0x59, 1, 44, 7]);
    }

    #[test]
    fn a_map_keeps_its_order() {
        let map = Value::Map(vec![
            (Value::Text("fmt"), Value::Text("none")),
            (Value::Integer(-1), Value::Map(Vec::new())),
        ]);
        assert_eq!(map.encode(), b"\xa2\x63fmt\x64none\x20\xa0");
    }
}
