// Polkadot, Kusama, Westend, Polymesh and their like, by @polkadot, which reads extrinsics by the metadata of Polkadot's runtime.

import { Metadata, TypeRegistry, decorateExtrinsics } from '@polkadot/types'
import runtime from '@polkadot/types-support/metadata/static-polkadot'
import { encodeAddress, signatureVerify } from '@polkadot/util-crypto'
import {
  assert,
  chance,
  createWallet,
  damaged,
  digest,
  fromHex,
  fund,
  generateSignature,
  history,
  pay,
  pays,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
  words,
} from '../support.mjs'

const wallet = await createWallet('Polkadot')
const other = await createWallet('Polkadot')
await fund(wallet, '100000000000')

const registry = new TypeRegistry()
const metadata = new Metadata(registry, runtime)
registry.setMetadata(metadata)
const calls = decorateExtrinsics(registry, metadata.asLatest, metadata.version)
const version = 4

const prefixes = {
  Polkadot: 0,
  PolkadotAssetHub: 0,
  Kusama: 2,
  KusamaAssetHub: 2,
  Polymesh: 12,
  PolymeshTestnet: 42,
  Westend: 42,
  WestendAssetHub: 42,
}

const payloadOf = (method, changed = {}) => ({
  address: wallet.address,
  blockHash: toHex(digest),
  blockNumber: registry.createType('BlockNumber', 20000000).toHex(),
  era: registry.createType('ExtrinsicEra', { current: 20000000, period: 64 }).toHex(),
  genesisHash: '0x91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3',
  method: method.toHex(),
  nonce: registry.createType('Compact<Index>', 7).toHex(),
  signedExtensions: registry.signedExtensions,
  specVersion: registry.createType('u32', 1002000).toHex(),
  tip: registry.createType('Compact<Balance>', 12).toHex(),
  transactionVersion: registry.createType('u32', 26).toHex(),
  version,
  ...changed,
})

// Has the payload signed in the form that `write` gives it, and reads the extrinsic that it belongs to.
const signExtrinsic = async (method, write, changed) => {
  const fields = payloadOf(method, changed)
  const payload = registry.createType('ExtrinsicPayload', fields, { version: version })
  const { signature } = await generateSignature(wallet, { kind: 'SignerPayload', payload: write(payload, fields) })
  const extrinsic = registry.createType('Extrinsic', { method }, { version: version })
  extrinsic.addSignature(wallet.address, signature.encoded, payload.toHex())
  const read = registry.createType('Extrinsic', extrinsic.toU8a())
  assert.equal(read.signer.toString(), wallet.address, 'the sender')
  assert.equal(read.method.toHex(), method.toHex(), 'what was signed')
  assert.equal(read.nonce.toHex(), registry.createType('Compact<Index>', fields.nonce).toHex())
  const signed = payload.toU8a({ method: true })
  const hashed = signed.length > 256 ? registry.hash(signed) : signed
  const { isValid, crypto } = signatureVerify(
    hashed,
    read.inner.signature.multiSignature?.toU8a() ?? read.signature.toU8a(),
    wallet.address,
  )
  assert.ok(isValid && crypto === 'ed25519', `the signature: ${crypto}`)
}

const payment = () => calls.balances.transferKeepAlive(other.address, 12345)
const inJson = (payload, fields) => fields
const inHexadecimal = (payload) => toHex(payload.toU8a({ method: true }))

export const checks = {
  async address() {
    for (const [network, prefix] of Object.entries(prefixes)) {
      const made = network === 'Polkadot' ? wallet : await createWallet(network)
      assert.equal(made.address, encodeAddress(publicKey(made), prefix), network)
    }
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.ok(signatureVerify(digest, signature.encoded, wallet.address).isValid)
  },

  async message() {
    const { signature } = await generateSignature(wallet, { kind: 'Message', message: toHex(words) })
    assert.ok(signatureVerify(words, signature.encoded, wallet.address).isValid)
    // On Polymesh the adapter of the API's makers says itself that it is Ed25519.
    const polymesh = await createWallet('Polymesh')
    const made = await generateSignature(polymesh, { kind: 'Message', message: toHex(words) })
    const verified = signatureVerify(words, made.signature.encoded.replace('0x', '0x00'), polymesh.address)
    assert.ok(verified.isValid && verified.crypto === 'ed25519')
  },

  signerPayload: () => signExtrinsic(payment(), inHexadecimal),
  'signerPayload of more than 256 bytes': () => signExtrinsic(calls.system.remark('x'.repeat(300)), inHexadecimal),
  'signerPayload in JSON': () => signExtrinsic(payment(), inJson),
  'signerPayload in JSON of more than 256 bytes': () => signExtrinsic(calls.system.remark('x'.repeat(300)), inJson),

  async 'signerPayload in JSON by chance'() {
    const { below, bytes, one } = chance(4)
    for (let round = 0; round < 50; round += 1) {
      const current = below(2 ** 31)
      await signExtrinsic(calls.system.remark(toHex(bytes(one([0, 1, 63, 64, 150, 200])))), inJson, {
        era: one(['0x00', registry.createType('ExtrinsicEra', { current, period: one([4, 64, 65536]) }).toHex()]),
        nonce: registry.createType('Compact<Index>', one([0, 63, 64, 16383, 16384, 2 ** 30 - 1, 2 ** 30, 2 ** 32 - 1])).toHex(),
        tip: registry.createType('Compact<Balance>', BigInt(toHex(bytes(1 + below(16))))).toHex(),
        blockHash: toHex(bytes(32)),
        specVersion: registry.createType('u32', below(2 ** 32)).toHex(),
        ...one([{}, { mode: 0, metadataHash: null }, { mode: 1, metadataHash: toHex(bytes(32)) }]),
      })
    }
  },

  async 'broadcast of a transaction'() {
    const fields = payloadOf(payment())
    const payload = registry.createType('ExtrinsicPayload', fields, { version })
    const transaction = inHexadecimal(payload)
    const { signature } = await generateSignature(wallet, { kind: 'SignerPayload', payload: transaction })
    const extrinsic = registry.createType('Extrinsic', { method: fields.method }, { version })
    extrinsic.addSignature(wallet.address, signature.encoded, payload.toHex())
    await pays(wallet, { kind: 'Transaction', transaction }, other, '12345', extrinsic.hash.toHex())
  },

  async 'addresses to pay'() {
    await pay(wallet, '5', { 'of a key': other.address })
    await refuseToPay(wallet, '5', {
      'of Kusama': encodeAddress(publicKey(other), 2),
      'with a wrong character': damaged(other.address),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^0x[0-9a-f]{64}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
