//! Operations of an account with code of its own, in one call: `execute((address,uint256,bytes)[])`.

use super::digest::keccak256;
use super::uint::Uint256;

/// What an account calls: a contract, what it sends along, and the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserOperation {
    pub(crate) to: [u8; 20],
    pub(crate) value: Uint256,
    pub(crate) data: Vec<u8>,
}

fn word(number: usize) -> [u8; 32] {
    Uint256::from(number as u64).0
}

fn operation(operation: &UserOperation) -> Vec<u8> {
    let filling = operation.data.len().next_multiple_of(32) - operation.data.len();
    [
        &[0; 12][..],
        &operation.to,
        &operation.value.0,
        &word(3 * 32),
        &word(operation.data.len()),
        &operation.data,
        &vec![0; filling],
    ]
    .concat()
}

/// The input of the call that carries out all operations in order.
pub(crate) fn input(operations: &[UserOperation]) -> Vec<u8> {
    let selector = &keccak256(&[b"execute((address,uint256,bytes)[])"])[..4];
    let written: Vec<Vec<u8>> = operations.iter().map(operation).collect();
    let mut places = Vec::new();
    let mut place = 32 * written.len();
    for operation in &written {
        places.extend(word(place));
        place += operation.len();
    }
    [selector, &word(32), &word(written.len()), &places, &written.concat()].concat()
}

#[cfg(test)]
mod tests {
    use super::{UserOperation, input};
    use crate::keys::hex::encode;
    use crate::keys::uint::Uint256;

    #[test]
    fn the_input_is_the_one_that_ethers_encodes() {
        // new Interface(["function execute((address,uint256,bytes)[])"]).encodeFunctionData("execute", [[…, …]])
        let operations = [
            UserOperation {
                to: [0x11; 20],
                value: Uint256::from(5_u64),
                data: Vec::new(),
            },
            UserOperation {
                to: [0x22; 20],
                value: Uint256::default(),
                data: vec![0xaa, 0xbb, 0xcc],
            },
        ];
        assert_eq!(encode(&input(&operations)), EXPECTED);
    }

    const EXPECTED: &str = "3f707e6b00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000004000000000000000000000000000000000000000000000000000000000000000c000000000000000000000000011111111111111111111111111111111111111110000000000000000000000000000000000000000000000000000000000000005000000000000000000000000000000000000000000000000000000000000006000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002222222222222222222222222222222222222222000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000600000000000000000000000000000000000000000000000000000000000000003aabbcc0000000000000000000000000000000000000000000000000000000000";
}
