//! The transactions by which IOTA is staked and taken back, in BCS, as the network reads them.

use dfns_types::Hex;

/// Price of a unit of gas and the most that may be spent, in nanos.
const GAS_PRICE: u64 = 1_000;
const GAS_BUDGET: u64 = 20_000_000;
/// The package of the system, and the shared object that holds its state.
const SYSTEM_PACKAGE: u8 = 3;
const SYSTEM_STATE: u8 = 5;

/// Splits `amount` from the coin that pays gas and stakes it with a validator: `iota_system::request_add_stake`.
pub(super) fn request_add_stake(sender: &[u8; 32], validator: &[u8; 32], amount: u64) -> Hex {
    let inputs = [
        system_state(),
        [&[0, 8][..], &amount.to_le_bytes()].concat(),
        [&[0, 32][..], validator].concat(),
    ];
    // SplitCoins(GasCoin, [Input(1)])
    let split = vec![2, 0, 1, 1, 1, 0];
    // [Input(0), Result(0), Input(2)]
    let call = move_call("request_add_stake", &[3, 1, 0, 0, 2, 0, 0, 1, 2, 0]);
    transaction(sender, &inputs, &[split, call])
}

/// Takes back what a staked object holds: `iota_system::request_withdraw_stake`.
pub(super) fn request_withdraw_stake(sender: &[u8; 32], staked_object: &[u8; 32]) -> Hex {
    // An object of the sender, of version 1. Its digest is not known; nothing checks it here.
    let object = [&[1, 0][..], staked_object, &1_u64.to_le_bytes(), &[32], &[0; 32]].concat();
    let call = move_call("request_withdraw_stake", &[2, 1, 0, 0, 1, 1, 0]);
    transaction(sender, &[system_state(), object], &[call])
}

/// `TransactionData::V1` of a programmable transaction without expiration.
///
/// The network wants the coins that pay gas named; the emulator knows balances and no coins, so their list is empty.
fn transaction(sender: &[u8; 32], inputs: &[Vec<u8>], commands: &[Vec<u8>]) -> Hex {
    let mut bytes = vec![0, 0];
    for list in [inputs, commands] {
        bytes.push(u8::try_from(list.len()).unwrap_or(u8::MAX));
        bytes.extend(list.concat());
    }
    bytes.extend(sender);
    bytes.push(0);
    bytes.extend(sender);
    bytes.extend(GAS_PRICE.to_le_bytes());
    bytes.extend(GAS_BUDGET.to_le_bytes());
    bytes.push(0);
    Hex::from_bytes(bytes)
}

/// The input that is the state of the system: shared since version 1, and changed.
fn system_state() -> Vec<u8> {
    [&[1, 1][..], &short(SYSTEM_STATE), &1_u64.to_le_bytes(), &[1]].concat()
}

/// A call of a function of the system with these arguments, encoded.
fn move_call(function: &str, arguments: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend(short(SYSTEM_PACKAGE));
    for name in ["iota_system", function] {
        bytes.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        bytes.extend(name.as_bytes());
    }
    bytes.push(0);
    bytes.extend(arguments);
    bytes
}

/// The address with this number.
fn short(number: u8) -> [u8; 32] {
    let mut address = [0; 32];
    address[31] = number;
    address
}
