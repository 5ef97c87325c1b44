// Starknet, by starknet.js.

import { ec, encode, hash, typedData } from 'starknet'
import {
  activate,
  assert,
  createWallet,
  digest,
  fund,
  generateSignature,
  history,
  publicKey,
  toHex,
  transfer,
} from '../support.mjs'

const wallet = await createWallet('StarknetSepolia')
const other = await createWallet('Starknet')
await fund(wallet, '1000000000000000000')

// The account of OpenZeppelin, whose constructor takes the key.
const CLASS = '0x0540d7f5ec7ecf317e68d48564934cb99259781b1ee3cedbbc37ec5337f8e688'
const keyOf = (wallet) => encode.addHexPrefix(wallet.signingKey.publicKey.slice(2))
const pad = (felt) => `0x${felt.replace(/^0x/, '').padStart(64, '0')}`

const verify = (wallet, message, { r, s }) => {
  const signature = new ec.starkCurve.Signature(BigInt(r), BigInt(s))
  return ec.starkCurve.verify(signature, message.replace(/^0x/, '').padStart(64, '0'), publicKey(wallet))
}

const person = [
  { name: 'name', type: 'felt' },
  { name: 'wallet', type: 'felt' },
]
const legacy = {
  types: {
    StarkNetDomain: [
      { name: 'name', type: 'felt' },
      { name: 'version', type: 'felt' },
      { name: 'chainId', type: 'felt' },
    ],
    Person: person,
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person*' },
      { name: 'contents', type: 'felt' },
      { name: 'numbers', type: 'felt*' },
    ],
  },
  primaryType: 'Mail',
  domain: { name: 'Mail', version: '1', chainId: 'SN_SEPOLIA' },
  message: {
    from: { name: 'Cow', wallet: wallet.address },
    to: [
      { name: 'Bob', wallet: other.address },
      { name: 'Eve', wallet: '0x7' },
    ],
    contents: 'Hello, Bob!',
    numbers: ['0x1', '2', '0'],
  },
}
const active = {
  types: {
    StarknetDomain: [
      { name: 'name', type: 'shortstring' },
      { name: 'version', type: 'shortstring' },
      { name: 'chainId', type: 'shortstring' },
      { name: 'revision', type: 'shortstring' },
    ],
    Order: [
      { name: 'id', type: 'u128' },
      { name: 'price', type: 'u256' },
      { name: 'gain', type: 'i128' },
      { name: 'token', type: 'ContractAddress' },
      { name: 'class', type: 'ClassHash' },
      { name: 'since', type: 'timestamp' },
      { name: 'is open', type: 'bool' },
      { name: 'note', type: 'string' },
      { name: 'call', type: 'selector' },
      { name: 'paid', type: 'TokenAmount' },
      { name: 'parts', type: 'felt*' },
    ],
  },
  primaryType: 'Order',
  domain: { name: 'Market', version: '1', chainId: 'SN_SEPOLIA', revision: '1' },
  message: {
    id: '7',
    price: { low: '0xffffffffffffffffffffffffffffffff', high: '1' },
    gain: '-5',
    token: other.address,
    class: CLASS,
    since: '1893456000',
    'is open': true,
    note: 'a text of more than thirty-one characters, which is a ByteArray',
    call: 'transfer',
    paid: { token_address: other.address, amount: { low: '5', high: '0' } },
    parts: ['1', 'two'],
  },
}

const signTyped = async (data) => {
  const { signature } = await generateSignature(wallet, { kind: 'Snip12', ...data })
  assert.ok(verify(wallet, typedData.getMessageHash(data, wallet.address), signature))
}

export const checks = {
  address() {
    for (const made of [wallet, other]) {
      assert.equal(made.address, pad(hash.calculateContractAddressFromHash(keyOf(made), CLASS, [keyOf(made)], 0)))
    }
  },

  async hash() {
    const message = `0x0${toHex(digest).slice(3)}`
    const { signature } = await generateSignature(wallet, { kind: 'Hash', hash: message })
    assert.ok(verify(wallet, message, signature))
    const recovered = new ec.starkCurve.Signature(BigInt(signature.r), BigInt(signature.s), signature.recid).recoverPublicKey(
      message.slice(2),
    )
    assert.equal(toHex(recovered.toRawBytes(true)), toHex(publicKey(wallet)))
  },

  'snip12, as it was first': () => signTyped(legacy),
  'snip12, revision 1': () => signTyped(active),

  async transfer() {
    assert.equal((await activate(wallet)).status, 'Active')
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^0x[0-7][0-9a-f]{63}$|^0x[0-9a-f]{1,63}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
