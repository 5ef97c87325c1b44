// Starknet, by starknet.js.

import { constants, ec, encode, hash, transaction, typedData } from 'starknet'
import {
  activate,
  assert,
  chance,
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

// Typed data of the present revision with nested structs, lists of lists, and every base type, as chance has it.
const typedByChance = ({ below, bytes, one }) => {
  const types = { StarknetDomain: active.types.StarknetDomain }
  const number = (length) => BigInt(toHex(bytes(length)))
  const felt = () => one([0n, 1n, number(1 + below(31))])
  const values = {
    felt: () => one([`0x${felt().toString(16)}`, felt().toString(), 'short text']),
    shortstring: () => one(['', 'a', 'exactly thirty-one characters..']),
    string: () => one(['', 'a', 'x'.repeat(31), 'y'.repeat(62), 'some words. '.repeat(9)]),
    bool: () => below(2) === 1,
    u128: () => number(1 + below(16)).toString(),
    i128: () => (one([1n, -1n]) * (number(16) >> 1n)).toString(),
    timestamp: () => number(8).toString(),
    ContractAddress: () => pad(felt().toString(16)),
    ClassHash: () => pad(felt().toString(16)),
    selector: () => one(['transfer', 'balance_of', `0x${felt().toString(16)}`]),
    u256: () => ({ low: number(16).toString(), high: number(1 + below(16)).toString() }),
    TokenAmount: () => ({ token_address: other.address, amount: values.u256() }),
    NftId: () => ({ collection_address: other.address, token_id: values.u256() }),
  }
  const value = (type) => {
    if (type.endsWith('*')) return Array.from({ length: below(4) }, () => value(type.slice(0, -1)))
    if (types[type]) return Object.fromEntries(types[type].map((field) => [field.name, value(field.type)]))
    return values[type]()
  }
  const depth = 1 + below(3)
  for (let place = depth; place > 0; place -= 1) {
    const fields = Array.from({ length: 1 + below(5) }, () => one(Object.keys(values)) + one(['', '', '*']))
    if (place < depth) fields.push(`T${place + 1}${one(['', '*'])}`)
    types[`T${place}`] = fields.map((type, number) => ({ name: one([`f${number}`, `field ${number}`]), type }))
  }
  return { types, primaryType: 'T1', domain: active.domain, message: value('T1') }
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

  async 'snip12 by chance'() {
    const drawn = chance(12)
    for (let round = 0; round < 100; round += 1) await signTyped(typedByChance(drawn))
  },

  // Field by field, as the adapter of the API's makers has it. This library knows no gas for data yet.
  async transaction() {
    const bound = (amount) => ({ maxAmount: amount, maxPricePerUnit: '0x20' })
    const common = { version: '0x3', chainId: constants.StarknetChainId.SN_SEPOLIA, nonce: '0x7', tip: '0x5', paymasterData: [] }
    const fields = {
      ...common,
      resourceBounds: { l1Gas: bound('0x10'), l2Gas: bound('0x0') },
      nonceDataAvailabilityMode: 'L1',
      feeDataAvailabilityMode: 'L2',
    }
    const known = {
      ...common,
      resourceBounds: {
        l1_gas: { max_amount: '0x10', max_price_per_unit: '0x20' },
        l2_gas: { max_amount: '0x0', max_price_per_unit: '0x20' },
      },
      nonceDataAvailabilityMode: 0,
      feeDataAvailabilityMode: 1,
    }
    const calls = [{ contractAddress: other.address, entrypoint: 'transfer', calldata: ['0x7', '5', '0'] }]
    const calldata = transaction.getExecuteCalldata(calls, '1')
    const invoke = { type: 'INVOKE', senderAddress: wallet.address, calldata: calldata.map(String), accountDeploymentData: [] }
    const deploy = {
      type: 'DEPLOY_ACCOUNT',
      contractAddressSalt: keyOf(wallet),
      classHash: CLASS,
      constructorCalldata: [keyOf(wallet)],
    }
    const address = hash.calculateContractAddressFromHash(keyOf(wallet), CLASS, [keyOf(wallet)], 0)
    for (const [made, expected] of [
      [
        invoke,
        hash.calculateInvokeTransactionHash({
          ...known,
          senderAddress: wallet.address,
          compiledCalldata: calldata,
          accountDeploymentData: [],
        }),
      ],
      [
        deploy,
        hash.calculateDeployAccountTransactionHash({
          ...known,
          contractAddress: address,
          classHash: CLASS,
          compiledConstructorCalldata: [keyOf(wallet)],
          salt: keyOf(wallet),
        }),
      ],
    ]) {
      const { signature, txHash } = await generateSignature(wallet, { kind: 'Transaction', transaction: { ...fields, ...made } })
      assert.equal(txHash, pad(expected), made.type)
      assert.ok(verify(wallet, expected, signature), made.type)
    }
  },

  async transfer() {
    assert.equal((await activate(wallet)).status, 'Active')
    const sent = await transfer(wallet, { kind: 'Native', to: other.address, amount: '5' })
    assert.equal(sent.status, 'Confirmed')
    assert.match(sent.txHash, /^0x[0-7][0-9a-f]{63}$|^0x[0-9a-f]{1,63}$/)
    assert.equal((await history(wallet))[0].txHash, sent.txHash)
  },
}
