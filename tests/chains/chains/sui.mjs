// Sui, by @mysten/sui.

import { messageWithIntent, toSerializedSignature } from '@mysten/sui/cryptography'
import { Ed25519PublicKey } from '@mysten/sui/keypairs/ed25519'
import { Transaction } from '@mysten/sui/transactions'
import { isValidSuiAddress, isValidTransactionDigest } from '@mysten/sui/utils'
import { verifyTransactionSignature } from '@mysten/sui/verify'
import { suiFamily } from '../sui-family.mjs'

export const checks = await suiFamily({
  testnet: 'SuiTestnet',
  mainnet: 'Sui',
  addressOf: (key) => key.toSuiAddress(),
  isValidAddress: isValidSuiAddress,
  library: {
    Ed25519PublicKey,
    Transaction,
    isValidTransactionDigest,
    messageWithIntent,
    toSerializedSignature,
    verifyTransactionSignature,
  },
})
