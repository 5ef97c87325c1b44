// Tezos, by the parts of Taquito.

import { localForger } from '@taquito/local-forging'
import {
  PrefixV2,
  b58Encode,
  encodeOpHash,
  getPkhfromPk,
  validateAddress,
  validateOperation,
  validateSignature,
  verifySignature,
} from '@taquito/utils'
import { ed25519 } from '@noble/curves/ed25519'
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
  pays,
  publicKey,
  refuseToPay,
  toHex,
  transfer,
} from '../support.mjs'

const wallet = await createWallet('TezosShadownet')
const other = await createWallet('Tezos')
const VALID = 3
const key = b58Encode(publicKey(wallet), PrefixV2.Ed25519PublicKey)
await fund(wallet, '1000000')

const branch = b58Encode(digest, PrefixV2.BlockHash)
const fees = { source: wallet.address, fee: '420', gas_limit: '1500', storage_limit: '277' }
const contents = {
  transaction: [{ kind: 'transaction', ...fees, counter: '7', amount: '12345', destination: other.address }],
  'call of a contract': [
    {
      kind: 'transaction',
      ...fees,
      counter: '7',
      amount: '0',
      destination: 'KT1PWx2mnDueood7fEmfbBDKx1D9BAnnXitn',
      parameters: { entrypoint: 'transfer', value: { prim: 'Pair', args: [{ string: other.address }, { int: '-5' }] } },
    },
  ],
  'reveal and delegation': [
    { kind: 'reveal', ...fees, counter: '8', public_key: key },
    { kind: 'delegation', ...fees, counter: '9', delegate: other.address },
  ],
}

export const checks = {
  address() {
    assert.equal(wallet.address, getPkhfromPk(key))
    assert.equal(validateAddress(wallet.address), VALID)
  },

  async hash() {
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: toHex(digest) })
    assert.equal(validateSignature(b58Encode(fromHex(signature.encoded), PrefixV2.GenericSignature)), VALID)
    assert.ok(ed25519.verify(fromHex(signature.encoded), digest, publicKey(wallet)))
  },

  ...Object.fromEntries(
    Object.entries(contents).map(([name, contents]) => [
      `transaction: ${name}`,
      async () => {
        const forged = await localForger.forge({ branch, contents })
        const made = await generateSignature(wallet, { kind: 'Transaction', transaction: forged })
        const [bytes, signature] = [made.signedData.slice(2, -128), made.signedData.slice(-128)]
        assert.equal(bytes, forged, 'what was signed')
        assert.equal(made.signature.encoded, `0x${signature}`)
        const written = b58Encode(fromHex(signature), PrefixV2.Ed25519Signature)
        assert.ok(verifySignature(forged, key, written, new Uint8Array([3])), 'the signature')
        const read = await localForger.parse(bytes)
        assert.deepEqual(read, { branch, contents }, 'what is read')
        assert.equal(made.txHash, encodeOpHash(made.signedData.slice(2)))
      },
    ]),
  ),

  async 'broadcast of a transaction'() {
    const receiver = await createWallet('TezosShadownet')
    const operation = { ...contents.transaction[0], destination: receiver.address }
    const transaction = await localForger.forge({ branch, contents: [operation] })
    const { signedData } = await generateSignature(wallet, { kind: 'Transaction', transaction })
    await pays(wallet, { kind: 'Transaction', transaction }, receiver, '12345', encodeOpHash(signedData.slice(2)))
  },

  async 'addresses to pay'() {
    const hash = digest.slice(12)
    await pay(wallet, '5', {
      'of ed25519': other.address,
      'of secp256k1': b58Encode(hash, PrefixV2.Secp256k1PublicKeyHash),
      'of P-256': b58Encode(hash, PrefixV2.P256PublicKeyHash),
      'of BLS12-381': b58Encode(hash, PrefixV2.BLS12_381PublicKeyHash),
      'of a contract': b58Encode(hash, PrefixV2.ContractHash),
    })
    await refuseToPay(wallet, '5', {
      'with a wrong character': damaged(other.address),
      'of a public key': key,
      'of a rollup, which takes calls and no money': b58Encode(hash, PrefixV2.SmartRollupHash),
    })
  },

  async transfer() {
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.equal(validateOperation(sent.txHash), VALID)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
