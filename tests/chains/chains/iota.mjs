// Iota, by @iota/iota-sdk.

import { messageWithIntent, toSerializedSignature } from '@iota/iota-sdk/cryptography'
import { Ed25519PublicKey } from '@iota/iota-sdk/keypairs/ed25519'
import { Transaction } from '@iota/iota-sdk/transactions'
import { isValidIotaAddress, isValidTransactionDigest } from '@iota/iota-sdk/utils'
import { verifyTransactionSignature } from '@iota/iota-sdk/verify'
import { suiFamily } from '../sui-family.mjs'

export const checks = await suiFamily({
  testnet: 'IotaTestnet',
  mainnet: 'Iota',
  addressOf: (key) => key.toIotaAddress(),
  isValidAddress: isValidIotaAddress,
  library: {
    Ed25519PublicKey,
    Transaction,
    isValidTransactionDigest,
    messageWithIntent,
    toSerializedSignature,
    verifyTransactionSignature,
  },
})
