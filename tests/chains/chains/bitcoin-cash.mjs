// Bitcoin Cash, by @bitauth/libauth, whose virtual machine runs the scripts as a node would.

import {
  CashAddressNetworkPrefix,
  CashAddressType,
  cashAddressToLockingBytecode,
  createVirtualMachineBCH,
  decodeTransaction,
  encodeCashAddress,
  encodeDataPush,
  hash160,
  publicKeyToP2pkhCashAddress,
  secp256k1,
} from '@bitauth/libauth'
import { bitcoin, spending } from '../psbt.mjs'
import {
  assert,
  createWallet,
  damaged,
  digest,
  fromHex,
  fund,
  generateSignature,
  history,
  pay,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

const wallet = await createWallet('BitcoinCash')
const bytecode = cashAddressToLockingBytecode(wallet.address).bytecode
const addressOf = (wallet, prefix) => publicKeyToP2pkhCashAddress({ publicKey: publicKey(wallet), prefix })

export const checks = {
  address() {
    const derived = addressOf(wallet, CashAddressNetworkPrefix.mainnet)
    assert.equal(wallet.address, derived.address ?? derived)
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(secp256k1.verifySignatureDERLowS(fromHex(signature.encoded), publicKey(wallet), digest))
  },

  async psbt() {
    const paid = bitcoin.payments.p2pkh({ pubkey: publicKey(wallet) })
    const unsigned = spending(bitcoin.networks.bitcoin, [bytecode, bytecode], [paid.address])
    const made = await generateSignature(wallet, { kind: 'Psbt', psbt: unsigned.toHex() })
    assert.equal(made.signatures.length, 2)
    // The hash type of this chain is none that the reader of PSBTs takes, so its pairs are read as they are.
    const { inputs } = bitcoin.Psbt.fromHex(made.signedData.slice(2)).data
    const transaction = decodeTransaction(new Uint8Array(unsigned.data.globalMap.unsignedTx.toBuffer()))
    transaction.inputs.forEach((input, index) => {
      const [{ pubkey, signature }] = inputs[index].partialSig
      assert.equal(signature.at(-1), 0x41)
      input.unlockingBytecode = new Uint8Array([...encodeDataPush(signature), ...encodeDataPush(pubkey)])
    })
    const spent = transaction.inputs.map(() => ({ lockingBytecode: bytecode, valueSatoshis: 100000n }))
    assert.equal(createVirtualMachineBCH().verify({ sourceOutputs: spent, transaction }), true)
  },

  async 'addresses to pay'() {
    const hash = hash160(publicKey(wallet))
    const of = (type) => encodeCashAddress({ payload: hash, prefix: CashAddressNetworkPrefix.mainnet, type }).address
    await fund(wallet, '100000')
    await pay(wallet, '600', {
      'of a key': wallet.address,
      'of a key, without the prefix': wallet.address.split(':')[1],
      'of a script': of(CashAddressType.p2sh),
      'of a key that takes tokens': of(CashAddressType.p2pkhWithTokens),
      'of a key, as before': bitcoin.payments.p2pkh({ hash }).address,
    })
    await refuseToPay(wallet, '600', {
      'of the test net': encodeCashAddress({ payload: hash, prefix: 'bchtest', type: CashAddressType.p2pkh }).address,
      'with a wrong character': damaged(wallet.address),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: wallet.address, amount: '600' })
    assert.match(sent.txHash, /^[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
